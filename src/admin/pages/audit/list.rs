//! The list of events, the newest first, with its filters in the address.

use super::{Asked, FILTERS, Filter, Line, names};
use crate::admin::access::Admin;
use crate::admin::form::{self, Errors};
use crate::admin::pages::layout::{Section, Shell, answer};
use crate::db;
use crate::store::listing::{EventsWanted, Listed, Page};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use vouchsafe_core::model::EventKind;
use vouchsafe_core::spec::human_readable::shortened;

#[derive(Template)]
#[template(path = "admin/audit.html")]
struct AuditPage {
    shell: Shell,
    errors: Errors,
    asked: Asked,
    events: Vec<&'static str>,
    lines: Vec<Line>,
    next: Option<String>,
    begin: Option<String>,
}

/// `GET /admin/audit`.
pub(super) async fn get(admin: Admin, http: HttpRequest) -> HttpResponse {
    show(&admin, &http).await.unwrap_or_else(|instead| instead)
}

async fn show(admin: &Admin, http: &HttpRequest) -> Result<HttpResponse, HttpResponse> {
    let known: Vec<&str> = FILTERS.into_iter().chain(["cursor"]).collect();
    let query = form::query(admin, http.query_string(), &known)?;
    let asked = Asked::of(&query);
    let (found, errors) = match asked.read() {
        Ok(filter) => match read(admin, filter, query.one("cursor")).await? {
            Ok(found) => (found, Errors::default()),
            Err(field) => (Page::default(), Errors::one(field, nobody(field, &asked))),
        },
        Err((field, rule)) => (Page::default(), Errors::one(field, rule)),
    };
    let names = names(admin, &found.items).await;
    let names = names.map_err(|error| admin.failed(error))?;
    let status = errors.status();
    let view = AuditPage {
        shell: admin.shell(Section::Audit, "Audit log"),
        errors,
        events: kinds(),
        lines: found
            .items
            .iter()
            .map(|listed| Line::of(listed, &names))
            .collect(),
        next: found.next.as_deref().map(|cursor| asked.address(cursor)),
        begin: query.one("cursor").map(|_| asked.address("")),
        asked,
    };
    Ok(answer(admin, status, &view))
}

async fn read(
    admin: &Admin,
    filter: Filter,
    cursor: Option<&str>,
) -> Result<Result<Page<Listed>, &'static str>, HttpResponse> {
    let mut part = EventsWanted::default();
    if let Some(cursor) = cursor {
        part.resume(cursor).map_err(|_| form::bad_address(admin))?;
    }
    let part = part.part;
    let found = admin.cx.store().read("events", move |tx| {
        let mut wanted = match filter.clone().resolved(tx)? {
            Ok(filter) => filter.page(),
            Err(field) => return Ok(Err(field)),
        };
        wanted.part = part.clone();
        db!(tx, events::page(&wanted)).map(Ok)
    });
    found.await.map_err(|error| admin.failed(error))
}

/// The names of all kinds, sorted.
fn kinds() -> Vec<&'static str> {
    let mut kinds: Vec<_> = EventKind::ALL.iter().map(|kind| kind.as_str()).collect();
    kinds.sort_unstable();
    kinds
}

/// What is said of a filter that names nobody.
fn nobody(field: &str, asked: &Asked) -> String {
    let (label, called) = if field == "subject" {
        ("On whom", &asked.subject)
    } else {
        ("By", &asked.actor)
    };
    let called = shortened(called);
    format!("{label}: there is nobody called {called:?}; of somebody who was deleted only the sub is known")
}
