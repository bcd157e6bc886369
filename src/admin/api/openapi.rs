//! OpenAPI 3.1 — the API as a document: its operations from the table of routes, its types from their own definitions.

use super::call::LONGEST_TEXT;
use super::caller::SignIn;
use super::operation::{Gives, Kind, Parameter, Route, Takes, Verb, Version};
use super::problem::{Code, ProblemDocument};
use super::quota;
use super::routes::ROUTES;
use super::schemas::{Schemas, one};
use crate::clients::own_api;
use crate::cx::Cx;
use crate::store::listing::MOST;
use crate::web::urls;
use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use serde_json::{Map, Value, json};
use vouchsafe_core::model::AdminSession;

/// `GET /api/openapi.json`.
pub(super) async fn document(cx: Cx) -> HttpResponse {
    let mut response = HttpResponse::Ok().json(describe(&cx.config().issuer, &cx.config().admin_origin()));
    let a_while = HeaderValue::from_static("public, max-age=300");
    response.headers_mut().insert(CACHE_CONTROL, a_while);
    response
}

/// The API of this issuer, which answers at this origin.
pub(in crate::admin) fn describe(issuer: &str, origin: &str) -> Value {
    let mut schemas = Schemas::default();
    let problem = json!(one::<ProblemDocument>(&mut schemas));
    let mut paths: Map<String, Value> = Map::new();
    for route in ROUTES {
        let path = paths
            .entry(format!("{}{}", urls::API, route.path))
            .or_insert_with(|| json!({ "parameters": path_parameters(route.path) }));
        if let Some(path) = path.as_object_mut() {
            let described = operation(route, &mut schemas, &problem);
            path.insert(route.method.as_str().to_lowercase(), described);
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "vouchsafe administration",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Clients, users, keys, sessions, grants and the audit log of this server",
        },
        "servers": [{ "url": origin }],
        "paths": paths,
        "components": {
            "schemas": schemas.0,
            "securitySchemes": { "token": security(issuer) },
            "headers": rate_limit_headers(),
        },
    })
}

fn security(issuer: &str) -> Value {
    let scopes = json!({
        own_api::READ: "See",
        own_api::WRITE: "Change",
        own_api::SIGNAL: "Tell that a user has changed, or end their access",
    });
    let url = |path: &str| urls::absolute(issuer, path);
    json!({
        "type": "oauth2",
        "description": format!("An access token of this server for the audience {}", own_api::identifier(issuer)),
        "flows": {
            "clientCredentials": { "tokenUrl": url(urls::TOKEN), "scopes": scopes },
            "authorizationCode": {
                "authorizationUrl": url(urls::AUTHORIZE),
                "tokenUrl": url(urls::TOKEN),
                "refreshUrl": url(urls::TOKEN),
                "scopes": scopes,
            },
        },
    })
}

fn operation(route: &Route, schemas: &mut Schemas, problem: &Value) -> Value {
    let told = route.operation;
    let tag = route
        .path
        .trim_start_matches('/')
        .split('/')
        .next()
        .unwrap_or_default();
    let mut described = json!({
        "operationId": told.id,
        "summary": told.summary,
        "tags": [tag],
        "security": [{ "token": [route.permission.scope()] }],
        "parameters": parameters(route),
        "responses": responses(route, schemas, problem),
    });
    if let (Some(text), Some(members)) = (sign_in(route.sign_in), described.as_object_mut()) {
        members.insert("description".to_owned(), json!(text));
    }
    let media_types: &[&str] = match told.takes {
        Takes::Nothing => &[],
        Takes::Json(_) => &["application/json"],
        Takes::Patch(_) => &["application/merge-patch+json", "application/json"],
    };
    let shape = match told.takes {
        Takes::Nothing => None,
        Takes::Json(shape) | Takes::Patch(shape) => Some(shape),
    };
    if let (Some(shape), Some(members)) = (shape, described.as_object_mut()) {
        let schema = json!(shape(schemas));
        let content: Map<String, Value> = media_types
            .iter()
            .map(|name| ((*name).to_owned(), json!({ "schema": schema })))
            .collect();
        members.insert(
            "requestBody".to_owned(),
            json!({ "required": true, "content": content }),
        );
    }
    described
}

/// What is asked of a person's sign-in (RFC 9470), in words.
fn sign_in(asked: SignIn) -> Option<String> {
    let minutes = AdminSession::PROOF.in_words();
    let otherwise = "otherwise 401 with error=\"insufficient_user_authentication\" and max_age (RFC 9470)";
    let always = asked.is_always_asked();
    let whom = if always {
        "A"
    } else {
        "On an administrator's account, a"
    };
    (asked != SignIn::Any).then(|| {
        format!("{whom} person must have signed in within the last {minutes}; {otherwise}. A service is not asked.")
    })
}

fn responses(route: &Route, schemas: &mut Schemas, problem: &Value) -> Value {
    let told = route.operation;
    let (status, mut good) = match told.gives {
        Gives::Nothing => ("204", json!({ "description": "Done" })),
        Gives::Document(shape) | Gives::Versioned(shape) => {
            ("200", with_json("Done", &json!(shape(schemas))))
        }
        Gives::Created(shape) => ("201", with_json("Made", &json!(shape(schemas)))),
        Gives::File(media_types) => {
            let text = json!({ "schema": { "type": "string" } });
            let content: Map<String, Value> = media_types
                .iter()
                .map(|name| ((*name).to_owned(), text.clone()))
                .collect();
            ("200", json!({ "description": "A file", "content": content }))
        }
    };
    if let Some(good) = good.as_object_mut() {
        good.insert("headers".to_owned(), headers(told.gives));
    }
    let mut all = Map::new();
    all.insert(status.to_owned(), good);
    if route.is_conditional() {
        let headers = headers(told.gives);
        let known = json!({ "description": "The caller has this version already", "headers": headers });
        all.insert("304".to_owned(), known);
    }
    for status in problems(route) {
        let titles: Vec<_> = Code::ALL
            .iter()
            .filter(|code| code.status() == status)
            .filter(|code| **code != Code::SignInTooOld || route.sign_in != SignIn::Any)
            .map(|code| format!("`{}`", code.as_str()))
            .collect();
        let body = json!({
            "description": titles.join(", "),
            "headers": headers_of_problem(status),
            "content": { "application/problem+json": { "schema": problem } },
        });
        all.insert(status.to_string(), body);
    }
    Value::Object(all)
}

fn with_json(description: &str, schema: &Value) -> Value {
    json!({ "description": description, "content": { "application/json": { "schema": schema } } })
}

fn headers(gives: Gives) -> Value {
    let version = json!({
        "description": "The version, for If-Match",
        "schema": { "type": "string" },
    });
    let place = json!({ "description": "Its address", "schema": { "type": "string" } });
    let name = json!({ "description": "The name of the file", "schema": { "type": "string" } });
    let own = match gives {
        Gives::Versioned(_) => vec![("ETag", version)],
        Gives::Created(_) => vec![("ETag", version), ("Location", place)],
        Gives::File(_) => vec![("Content-Disposition", name)],
        Gives::Nothing | Gives::Document(_) => Vec::new(),
    };
    with_rate_limit(own)
}

fn headers_of_problem(status: u16) -> Value {
    let again = json!({ "description": "Seconds to wait", "schema": { "type": "integer", "minimum": 1 } });
    let challenge = json!({
        "description": "What is wrong with the access token (RFC 6750 §3, RFC 9470 §3); not where the token is good",
        "schema": { "type": "string" },
    });
    with_rate_limit(match status {
        400 | 401 | 403 => vec![("WWW-Authenticate", challenge)],
        429 | 503 => vec![("Retry-After", again)],
        _ => Vec::new(),
    })
}

/// The same headers, and those that every answer to a caller has.
fn with_rate_limit(own: Vec<(&str, Value)>) -> Value {
    let told = [quota::POLICY, quota::LEFT]
        .map(|name| (name, json!({ "$ref": format!("#/components/headers/{name}") })));
    let headers = own.into_iter().chain(told);
    Value::Object(headers.map(|(name, header)| (name.to_owned(), header)).collect())
}

fn rate_limit_headers() -> Value {
    let header = |about: &str, example: &str| {
        json!({
            "description": format!("{about} (draft-ietf-httpapi-ratelimit-headers); not when limits are off, or before it \
                is known who calls"),
            "schema": { "type": "string" },
            "example": example,
        })
    };
    json!({
        quota::POLICY: header("How many requests a caller may make in how many seconds", "\"default\";q=600;w=60"),
        quota::LEFT: header("How many are left, and after how many seconds all are again", "\"default\";r=599;t=30"),
    })
}

/// The statuses of an operation that is not done.
fn problems(route: &Route) -> Vec<u16> {
    let told = route.operation;
    let mut statuses = vec![400, 401, 403, 429, 500, 503];
    if route.path.contains('{') {
        statuses.push(404);
    }
    if !matches!(told.takes, Takes::Nothing) {
        statuses.extend([408, 413, 415]);
    } else if route.method != Verb::Get {
        // A body where none is taken.
        statuses.extend([408, 413]);
    }
    match told.version {
        Version::Ignored if route.method == Verb::Get => {}
        // A condition that changes do not have.
        Version::Ignored | Version::Honoured => statuses.push(412),
        Version::Required => statuses.extend([412, 428]),
    }
    if told.has_key {
        statuses.extend([409, 422]);
    }
    statuses.extend(told.problems);
    statuses.sort_unstable();
    statuses.dedup();
    statuses
}

fn path_parameters(path: &str) -> Vec<Value> {
    let names = path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    names
        .map(|name| {
            json!({
                "name": name,
                "in": "path",
                "required": true,
                "description": "What is an address is written `~` and base64url",
                "schema": { "type": "string", "pattern": "^[A-Za-z0-9_~-]{1,200}$" },
            })
        })
        .collect()
}

fn parameters(route: &Route) -> Vec<Value> {
    let told = route.operation;
    let mut all: Vec<Value> = told.query.iter().map(parameter).collect();
    let mut header = |name: &str, about: &str, required: bool, schema: Value| {
        all.push(json!({
            "name": name, "in": "header", "description": about, "required": required, "schema": schema,
        }));
    };
    let tag = json!({ "type": "string", "pattern": "^(\\*|\"[A-Za-z0-9_-]*\")$" });
    match told.version {
        Version::Ignored => {}
        Version::Honoured => header("If-Match", "The version that may be changed", false, tag.clone()),
        Version::Required => header("If-Match", "The version that is changed", true, tag),
    }
    if route.is_conditional() {
        let about = "The version that the caller has already (RFC 9110 §13.1.2)";
        header("If-None-Match", about, false, json!({ "type": "string" }));
    }
    if told.has_key {
        let key = json!({ "type": "string", "pattern": "^[!-~]{1,128}$" });
        let about = "Makes a repeated request harmless for a day: it makes nothing, and tells what was made by the first as it is now";
        header("Idempotency-Key", about, false, key);
    }
    all
}

fn parameter(told: &Parameter) -> Value {
    let schema = match told.kind {
        Kind::Text => {
            json!({ "type": "string", "maxLength": LONGEST_TEXT, "pattern": "^[^\\x00-\\x1f\\x7f-\\x9f]*$" })
        }
        Kind::Word(words) => json!({ "type": "string", "enum": words() }),
        Kind::Words(words) => {
            json!({ "type": "array", "items": { "type": "string", "enum": words() }, "minItems": 1 })
        }
        Kind::Number => json!({ "type": "integer", "format": "int64", "minimum": 0 }),
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Limit => json!({ "type": "integer", "minimum": 1, "maximum": MOST }),
        Kind::Cursor => json!({ "type": "string", "pattern": "^[A-Za-z0-9_-]+$" }),
        Kind::Instant => json!({ "type": "string", "format": "date-time" }),
    };
    let mut parameter = json!({
        "name": told.name, "in": "query", "description": told.about, "required": false, "schema": schema,
    });
    if let (Kind::Words(_), Some(members)) = (told.kind, parameter.as_object_mut()) {
        // One parameter with commas in it: none comes twice.
        members.insert("style".to_owned(), json!("form"));
        members.insert("explode".to_owned(), json!(false));
    }
    parameter
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_operation_has_a_name_of_its_own_and_says_what_it_does() {
        let names: BTreeSet<_> = ROUTES.iter().map(|route| route.operation.id).collect();
        assert_eq!(names.len(), ROUTES.len());
        for route in ROUTES {
            assert!(
                !route.operation.id.is_empty() && !route.operation.summary.is_empty(),
                "{}",
                route.path
            );
        }
    }

    #[test]
    fn every_reference_leads_to_a_described_type() {
        let described = describe("https://id.example.com", "https://id.example.com");
        let text = described.to_string();
        for part in text.split("\"#/components/schemas/").skip(1) {
            let name = part.split('"').next().unwrap();
            assert!(described["components"]["schemas"].get(name).is_some(), "{name}");
        }
        assert!(
            text.contains("\"additionalProperties\":false"),
            "no operation takes what it does not know"
        );
    }

    #[test]
    fn every_change_of_what_exists_asks_for_its_version() {
        for route in ROUTES {
            let replaces = matches!(route.method, Verb::Patch)
                || (route.method == Verb::Put && route.path.matches('/').count() == 2);
            if replaces {
                assert_eq!(route.operation.version, Version::Required, "{}", route.path);
            }
            assert_eq!(
                route.operation.has_key,
                matches!(route.operation.gives, Gives::Created(_)),
                "{}",
                route.path
            );
        }
    }
}
