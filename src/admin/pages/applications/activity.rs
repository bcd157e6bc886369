//! What an application did and was refused: its latest refusals in words, and the events that concern it.

use super::facts::Head;
use super::find;
use super::show::known;
use crate::admin::access::Admin;
use crate::admin::form;
use crate::admin::moment::Moment;
use crate::admin::pages::audit::{Line, names};
use crate::admin::pages::layout::{Section, Shell, answer};
use crate::db;
use crate::store::listing::{EventsWanted, Part};
use crate::store::{ClientRefusal, StoreError};
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use vouchsafe_core::model::Client;
use vouchsafe_core::refusal::Reason;

/// Rows that are shown of each.
const ROWS: i64 = 50;

#[derive(Template)]
#[template(path = "admin/applications/activity.html")]
struct ActivityPage {
    shell: Shell,
    head: Head,
    tab: &'static str,
    last_used: Option<Moment>,
    refusals: Vec<Refused>,
    events: Vec<Line>,
    all: String,
}

struct Refused {
    at: Moment,
    endpoint: String,
    reason: String,
    words: &'static str,
    advice: Option<&'static str>,
    detail: Option<String>,
    request_id: String,
    count: i64,
}

/// `GET /admin/applications/{client}/activity`.
pub(super) async fn get(admin: Admin, slug: web::Path<String>) -> HttpResponse {
    let shown = async {
        let client = find(&admin, &slug).await?;
        show(&admin, &client).await.map_err(|error| admin.failed(error))
    };
    match shown.await {
        Ok(response) | Err(response) => response,
    }
}

async fn show(admin: &Admin, client: &Client) -> Result<HttpResponse, StoreError> {
    let (secrets, last_used) = known(admin, client).await?;
    let id = client.id.clone();
    let wanted = EventsWanted {
        client: Some(id.clone()),
        part: Part::first(ROWS),
        ..EventsWanted::default()
    };
    let read = admin.cx.store().read("client-activity", move |tx| {
        let refusals = db!(tx, client_refusals::latest(&id, ROWS))?;
        Ok((refusals, db!(tx, events::page(&wanted))?))
    });
    let (refusals, events) = read.await?;
    let names = names(admin, &events.items).await?;
    let page = ActivityPage {
        shell: admin.shell(Section::Applications, &client.metadata.client_name),
        head: Head::of(client, &secrets, admin.cx.now),
        tab: "activity",
        last_used: last_used.map(Moment),
        refusals: refusals.into_iter().map(refused).collect(),
        events: events.items.iter().map(|event| Line::of(event, &names)).collect(),
        all: form::with_query(Section::Audit.path(), &[("client_id", client.id.as_str())]),
    };
    Ok(answer(admin, StatusCode::OK, &page))
}

fn refused(row: ClientRefusal) -> Refused {
    let reason = Reason::ALL.iter().find(|reason| reason.id() == row.reason);
    Refused {
        at: Moment(row.at),
        words: reason.map_or("It was refused.", |reason| reason.explanation()),
        advice: reason.and_then(|reason| advice(*reason)),
        endpoint: row.endpoint,
        reason: row.reason,
        detail: row.detail,
        request_id: row.request_id,
        count: row.count,
    }
}

/// What an administrator can do about it on these pages.
fn advice(reason: Reason) -> Option<&'static str> {
    if reason == Reason::RedirectUriNotRegistered {
        Some("If the address is the application's own, add it under Settings.")
    } else if reason == Reason::PkceMissing {
        Some("Have the application send a challenge, or allow it to do without under Settings.")
    } else if matches!(
        reason,
        Reason::ClientSecretWrong | Reason::ClientAuthenticationMethod
    ) {
        Some(
            "Compare the secret and the way in which it is sent; a new one can be had under Secrets and keys.",
        )
    } else if matches!(reason, Reason::ScopeNotAllowed | Reason::GrantTypeNotAllowed) {
        Some("What it may have is said under Settings.")
    } else if reason == Reason::ClientDisabled {
        Some("Enable the application on its overview.")
    } else {
        None
    }
}
