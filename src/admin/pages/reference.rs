//! The reference of the administration API, made from the OpenAPI document that the server answers itself.

use super::layout::{Section, Shell, answer};
use crate::admin::access::Admin;
use crate::admin::api;
use crate::clients::own_api;
use crate::web::urls;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};
use askama::Template;
use serde_json::{Map, Value};

/// Where the described types of an OpenAPI document are.
const TYPES: &str = "#/components/schemas/";

/// Mounts the page.
pub fn mount(app: &mut ServiceConfig) {
    app.route(&crate::admin::path("api"), web::get().to(get));
}

#[derive(Template)]
#[template(path = "admin/reference.html")]
struct ReferencePage {
    shell: Shell,
    base: String,
    audience: String,
    document: &'static str,
    groups: Vec<Group>,
    types: Vec<Described>,
}

/// The operations on one kind of thing.
struct Group {
    name: String,
    operations: Vec<Operation>,
}

struct Operation {
    id: String,
    method: String,
    path: String,
    scope: String,
    summary: String,
    about: String,
    fields: Vec<Field>,
    takes: Option<Kind>,
    answers: Vec<Outcome>,
}

/// A parameter, or a member of a type.
struct Field {
    name: String,
    place: String,
    kind: Kind,
    required: bool,
    about: String,
}

/// What a value may be: in words, and the described type that it is or holds.
#[derive(Default)]
struct Kind {
    words: String,
    of: Option<String>,
}

struct Outcome {
    status: String,
    about: String,
    kind: Kind,
}

struct Described {
    name: String,
    about: String,
    fields: Vec<Field>,
}

/// `GET /admin/api`.
async fn get(admin: Admin) -> HttpResponse {
    let issuer = &admin.cx.config().issuer;
    let origin = admin.cx.config().admin_origin();
    let document = api::describe(issuer, &origin);
    let page = ReferencePage {
        shell: admin.shell(Section::Apis, "Administration API"),
        base: urls::absolute(&origin, urls::API),
        audience: own_api::identifier(issuer),
        document: urls::OPENAPI,
        groups: groups(&document),
        types: types(&document),
    };
    answer(&admin, StatusCode::OK, &page)
}

fn groups(document: &Value) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (path, item) in members(document.get("paths")) {
        for (method, told) in members(Some(item)) {
            let Some(tag) = told.pointer("/tags/0").and_then(Value::as_str) else {
                continue;
            };
            let operation = operation(path, method, told, item);
            match groups.iter_mut().find(|group| group.name == tag) {
                Some(group) => group.operations.push(operation),
                None => groups.push(Group {
                    name: tag.to_owned(),
                    operations: vec![operation],
                }),
            }
        }
    }
    groups
}

fn operation(path: &str, method: &str, told: &Value, item: &Value) -> Operation {
    let lists = [item.get("parameters"), told.get("parameters")];
    let parameters = lists.into_iter().flatten().filter_map(Value::as_array).flatten();
    let content = told.pointer("/requestBody/content");
    let body = members(content).next().and_then(|(_, body)| body.get("schema"));
    Operation {
        id: text(told, "operationId"),
        method: method.to_uppercase(),
        path: path.strip_prefix(urls::API).unwrap_or(path).to_owned(),
        scope: told
            .pointer("/security/0/token/0")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned(),
        summary: text(told, "summary"),
        about: text(told, "description"),
        fields: parameters.map(parameter).collect(),
        takes: body.map(kind),
        answers: members(told.get("responses")).map(outcome).collect(),
    }
}

fn parameter(told: &Value) -> Field {
    Field {
        name: text(told, "name"),
        place: text(told, "in"),
        kind: told.get("schema").map(kind).unwrap_or_default(),
        required: told.get("required") == Some(&Value::Bool(true)),
        about: text(told, "description"),
    }
}

fn outcome((status, told): (&String, &Value)) -> Outcome {
    let schema = members(told.get("content"))
        .next()
        .and_then(|(_, body)| body.get("schema"));
    // Every problem has the same type.
    let good = status.starts_with('2');
    Outcome {
        status: status.clone(),
        about: text(told, "description").replace('`', ""),
        kind: schema.filter(|_| good).map(kind).unwrap_or_default(),
    }
}

fn types(document: &Value) -> Vec<Described> {
    members(document.pointer("/components/schemas"))
        .map(|(name, schema)| Described {
            name: name.clone(),
            about: text(schema, "description"),
            fields: fields(schema),
        })
        .collect()
}

/// The members of a type, and of the types that it is made of.
fn fields(schema: &Value) -> Vec<Field> {
    let parts = schema.get("allOf").and_then(Value::as_array);
    if let Some(parts) = parts {
        return parts.iter().flat_map(part).collect();
    }
    let required = schema.get("required").and_then(Value::as_array);
    members(schema.get("properties"))
        .map(|(name, told)| Field {
            name: name.clone(),
            place: String::new(),
            kind: kind(told),
            required: required.is_some_and(|all| all.iter().any(|known| known == name)),
            about: text(told, "description"),
        })
        .collect()
}

fn part(schema: &Value) -> Vec<Field> {
    match schema.get("$ref").and_then(Value::as_str) {
        None => fields(schema),
        Some(_) => vec![Field {
            name: "…".to_owned(),
            place: String::new(),
            kind: kind(schema),
            required: true,
            about: "all members of this type".to_owned(),
        }],
    }
}

/// What a schema allows, in words.
fn kind(schema: &Value) -> Kind {
    if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
        let name = name.strip_prefix(TYPES).unwrap_or(name).to_owned();
        return Kind {
            words: name.clone(),
            of: Some(name),
        };
    }
    if let Some(items) = schema.pointer("/properties/items") {
        let Kind { words, of } = kind(items);
        return Kind {
            words: format!("page with {words}"),
            of,
        };
    }
    if let Some(items) = schema.get("items") {
        let Kind { words, of } = kind(items);
        return Kind {
            words: format!("list of {words}"),
            of,
        };
    }
    let words = match schema.get("enum").and_then(Value::as_array) {
        Some(all) => all
            .iter()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join(" | "),
        None => plain(schema),
    };
    Kind { words, of: None }
}

/// The JSON types of a value, and the form of a text.
fn plain(schema: &Value) -> String {
    let mut words = match schema.get("type") {
        Some(Value::String(one)) => one.clone(),
        Some(Value::Array(several)) => several
            .iter()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join(" or "),
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) | None => "any".to_owned(),
    };
    let format = text(schema, "format");
    if format == "date-time" {
        words = format!("{words} (RFC 3339)");
    }
    words
}

fn members(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    value.and_then(Value::as_object).into_iter().flat_map(Map::iter)
}

fn text(value: &Value, name: &str) -> String {
    value
        .get(name)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}
