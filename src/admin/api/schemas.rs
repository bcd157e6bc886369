//! The types of the API as the OpenAPI document describes them: collected while the operations are described.

use std::collections::BTreeMap;
use utoipa::ToSchema;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{Ref, RefOr, Schema};

/// The described types, by their names.
#[derive(Default)]
pub(super) struct Schemas(pub(super) BTreeMap<String, RefOr<Schema>>);

impl Schemas {
    /// Describes a type with those that it is made of, and refers to it.
    pub(super) fn of<T: ToSchema>(&mut self) -> RefOr<Schema> {
        let mut parts = Vec::new();
        T::schemas(&mut parts);
        self.0.extend(parts);
        self.0.insert(T::name().into_owned(), T::schema());
        RefOr::Ref(Ref::from_schema_name(T::name()))
    }
}

/// A type.
pub(super) fn one<T: ToSchema>(schemas: &mut Schemas) -> RefOr<Schema> {
    schemas.of::<T>()
}

/// A page of a list of a type.
pub(super) fn page<T: ToSchema>(schemas: &mut Schemas) -> RefOr<Schema> {
    let item = schemas.of::<T>();
    let cursor = ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
        .description(Some(
            "Sent as `cursor` it gives the next page; null when this is the last",
        ));
    RefOr::T(
        ObjectBuilder::new()
            .property("items", ArrayBuilder::new().items(item))
            .property("next_cursor", cursor)
            .required("items")
            .required("next_cursor")
            .into(),
    )
}

/// A list of a type that is short enough for one answer.
pub(super) fn list<T: ToSchema>(schemas: &mut Schemas) -> RefOr<Schema> {
    let item = schemas.of::<T>();
    RefOr::T(
        ObjectBuilder::new()
            .property("items", ArrayBuilder::new().items(item))
            .required("items")
            .into(),
    )
}
