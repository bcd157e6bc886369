//! What the server serves, in readable form: endpoints, metadata, keys, status.

use super::Published;
use super::endpoints::{self, About};
use super::layout::{Section, Shell, answer};
use crate::cx::Cx;
use crate::web::urls;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Template)]
#[template(path = "developers/start.html")]
struct StartPage {
    shell: Shell,
    discovery: [Document; 2],
    endpoints: Vec<Endpoint>,
    facts: Vec<Fact>,
    metadata: String,
    keys: Vec<Key>,
    key_set: String,
    openapi: String,
    not_ready: Option<String>,
}

/// A document at a fixed place.
struct Document {
    id: &'static str,
    name: &'static str,
    url: String,
}

struct Endpoint {
    about: &'static About,
    url: String,
}

/// A member of the metadata that is no endpoint.
struct Fact {
    name: String,
    value: String,
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Key>,
}

/// A key, in what the key set says of it.
#[derive(Deserialize)]
struct Key {
    #[serde(default)]
    kid: String,
    #[serde(default)]
    kty: String,
    #[serde(default)]
    alg: String,
    #[serde(default, rename = "use")]
    purpose: String,
}

/// `GET /developers`.
pub(super) async fn get(cx: Cx, published: web::Data<Published>) -> HttpResponse {
    let members: Map<String, Value> = serde_json::from_slice(&published.0).unwrap_or_default();
    let key_set = cx.services.keys.document(cx.now);
    let keys = serde_json::from_slice::<KeySet>(&key_set.body).map_or_else(|_| Vec::new(), |set| set.keys);
    let ready = cx.services.ready().await;
    let page = StartPage {
        shell: Shell::new(&cx, Section::Start, "For developers"),
        discovery: discovery(&cx.config().issuer),
        endpoints: of(&members),
        facts: facts(&members),
        metadata: indented(&published.0),
        keys,
        key_set: indented(&key_set.body),
        openapi: openapi(&cx),
        not_ready: ready.err().map(|why| why.to_string()),
    };
    answer(&cx, StatusCode::OK, &page)
}

fn discovery(issuer: &str) -> [Document; 2] {
    let at = |id, name, path| Document {
        id,
        name,
        url: urls::absolute(issuer, path),
    };
    [
        at(
            "discovery",
            "OpenID Connect Discovery",
            urls::OPENID_CONFIGURATION,
        ),
        at(
            "server-metadata",
            "OAuth 2.0 metadata (RFC 8414)",
            urls::AUTHORIZATION_SERVER_METADATA,
        ),
    ]
}

fn of(members: &Map<String, Value>) -> Vec<Endpoint> {
    let named = |about: &'static About| {
        let url = members.get(about.member)?.as_str()?.to_owned();
        Some(Endpoint { about, url })
    };
    endpoints::ALL.iter().filter_map(named).collect()
}

fn facts(members: &Map<String, Value>) -> Vec<Fact> {
    let others = members
        .iter()
        .filter(|(name, _)| *name != "issuer" && !endpoints::is_endpoint(name));
    others
        .map(|(name, value)| Fact {
            name: name.clone(),
            value: in_words(value),
        })
        .collect()
}

fn in_words(value: &Value) -> String {
    match value {
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(all) => all.iter().map(in_words).collect::<Vec<_>>().join(", "),
        Value::Null | Value::Number(_) | Value::Object(_) => value.to_string(),
    }
}

fn indented(json: &[u8]) -> String {
    let parsed = serde_json::from_slice::<Value>(json);
    let text = parsed.and_then(|value| serde_json::to_string_pretty(&value));
    text.unwrap_or_default()
}

/// Where the administration API describes itself: on the same listener, unless it has one of its own.
fn openapi(cx: &Cx) -> String {
    if cx.config().admin.listen.is_none() {
        return urls::OPENAPI.to_owned();
    }
    urls::absolute(&cx.config().admin_origin(), urls::OPENAPI)
}
