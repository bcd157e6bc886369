//! By what people and clients are found: the beginnings of folded names, kept by whoever writes the rows.

use super::super::Conn;
use crate::store::StoreError;
use crate::store::schema::search_terms::{self, dsl};
use diesel::prelude::*;

/// What a person is found by.
pub(super) const USER: &str = "user";
/// The roles of a person.
pub(super) const ROLE: &str = "role";
/// The groups of a person.
pub(super) const GROUP: &str = "group";
/// What a client is found by.
pub(super) const CLIENT: &str = "client";

/// Replaces the terms of a row.
pub(super) fn replace(c: &mut Conn, kind: &str, id: &str, terms: &[String]) -> Result<(), StoreError> {
    remove(c, kind, id)?;
    // A client may have many redirect URIs, and bound variables of one statement are limited.
    for some in terms.chunks(500) {
        let rows: Vec<_> = some
            .iter()
            .map(|term| (dsl::kind.eq(kind), dsl::term.eq(term), dsl::id.eq(id)))
            .collect();
        diesel::insert_into(search_terms::table).values(rows).execute(c)?;
    }
    Ok(())
}

/// Removes the terms of a row.
pub(super) fn remove(c: &mut Conn, kind: &str, id: &str) -> Result<(), StoreError> {
    let of_row = search_terms::table.filter(dsl::kind.eq(kind).and(dsl::id.eq(id)));
    diesel::delete(of_row).execute(c)?;
    Ok(())
}
