//! One event with everything that is known of it.

use super::{Asked, Line, names};
use crate::admin::access::Admin;
use crate::admin::moment::Moment;
use crate::admin::pages::layout::{Section, Shell, answer};
use crate::audit::CHANGES;
use crate::audit::export::hex;
use crate::db;
use crate::store::listing::Listed;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::Value;
use vouchsafe_core::model::{EventId, UnixTime};

#[derive(Template)]
#[template(path = "admin/audit/record.html")]
struct RecordPage {
    shell: Shell,
    line: Line,
    facts: Vec<Fact>,
    changes: Vec<Change>,
    client_id: Option<String>,
    request: Option<Request>,
    chained: Option<Place>,
}

/// The request that an event happened in.
struct Request {
    id: String,
    events: String,
}

/// A fact of an event in words.
struct Fact {
    label: String,
    text: String,
    at: Option<Moment>,
}

/// What an act changed of one member. Of a list only what came and what went.
struct Change {
    label: String,
    before: Vec<String>,
    after: Vec<String>,
}

/// Where a record stands in the chain.
struct Place {
    seq: i64,
    previous: String,
    hash: String,
}

/// `GET /admin/audit/{id}`.
pub(super) async fn get(admin: Admin, id: web::Path<String>) -> HttpResponse {
    show(&admin, &id).await.unwrap_or_else(|instead| instead)
}

async fn show(admin: &Admin, id: &str) -> Result<HttpResponse, HttpResponse> {
    let id = EventId::new(id);
    let found = admin
        .cx
        .store()
        .read("event", move |tx| db!(tx, events::by_id(&id)));
    let found = found.await.map_err(|error| admin.failed(error))?;
    let listed = found.ok_or_else(|| admin.not_found())?;
    let one = [listed];
    let names = names(admin, &one).await.map_err(|error| admin.failed(error))?;
    let [listed] = one;
    let event = &listed.event;
    let view = RecordPage {
        shell: admin.shell(Section::Audit, event.kind.words()),
        line: Line::of(&listed, &names),
        facts: facts(&listed),
        changes: changes(&listed),
        client_id: event.client_id.as_ref().map(|id| id.as_str().to_owned()),
        request: event.request_id.as_ref().map(|id| {
            let asked = Asked {
                request_id: id.clone(),
                ..Asked::default()
            };
            Request {
                id: id.clone(),
                events: asked.address(""),
            }
        }),
        chained: listed.chained.as_ref().map(|chained| Place {
            seq: chained.seq,
            previous: hex(&chained.previous),
            hash: hex(&chained.hash),
        }),
    };
    Ok(answer(admin, StatusCode::OK, &view))
}

fn facts(listed: &Listed) -> Vec<Fact> {
    let event = &listed.event;
    let plain = |label: &str, text: String| Fact {
        label: label.to_owned(),
        text,
        at: None,
    };
    let mut facts = Vec::new();
    if let Some(target) = &event.target {
        facts.push(plain("Concerns", target.clone()));
    }
    if let Some(value) = event.value {
        facts.push(plain("Least version that counts", value.to_string()));
    }
    let told = event.detail.iter().filter(|(name, _)| *name != CHANGES);
    facts.extend(told.map(|(name, value)| detail(name, value)));
    facts
}

fn changes(listed: &Listed) -> Vec<Change> {
    let changes = listed.event.detail.get(CHANGES).and_then(Value::as_object);
    let change = |(name, change): (&String, &Value)| {
        let side = |list: &str, one: &str| match (change.get(list), change.get(one)) {
            (Some(Value::Array(items)), _) => items.iter().map(text).collect(),
            (_, None | Some(Value::Null)) => Vec::new(),
            (_, Some(value)) => vec![text(value)],
        };
        Change {
            label: label(name),
            before: side("removed", "before"),
            after: side("added", "after"),
        }
    };
    changes.into_iter().flatten().map(change).collect()
}

/// A member of the detail: instants as such, others in words.
fn detail(name: &str, value: &Value) -> Fact {
    let is_instant = name.ends_with("_at") || name.ends_with("_until");
    let at = value.as_i64().filter(|_| is_instant);
    let at = at.map(|at| Moment(UnixTime::from_seconds(at)));
    let words = text(value);
    let text = if name == "reason" {
        words.replace('_', " ")
    } else {
        words
    };
    let label = label(name);
    Fact { label, text, at }
}

/// A value in words: lists with commas.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(", "),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Null | Value::Number(_) | Value::Object(_) => value.to_string(),
    }
}

/// The name of a member in words.
fn label(name: &str) -> String {
    if name == "ip_address" {
        return "IP address".to_owned();
    }
    let mut label = name.replace('_', " ");
    if let Some(first) = label.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    label
}
