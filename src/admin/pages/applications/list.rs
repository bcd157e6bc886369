//! The list of applications, searched and filtered by its address.

use super::facts::{self, Badge};
use crate::admin::access::Admin;
use crate::admin::form;
use crate::admin::moment::Moment;
use crate::admin::pages::layout::{Section, Shell, answer};
use crate::config::DynamicRegistration;
use crate::db;
use crate::store::listing::{ClientsWanted, Page, Part, RegisteredBy};
use crate::store::{SecretFacts, StoreError, Tx};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use vouchsafe_core::model::{Client, ClientId, ClientKind, UnixTime};

const FIELDS: [&str; 5] = ["q", "type", "disabled", "registered_by", "cursor"];

/// Rows of a page.
const ROWS: i64 = 50;

#[derive(Template)]
#[template(path = "admin/applications.html")]
struct ApplicationsPage {
    shell: Shell,
    asked: Asked,
    rows: Vec<Row>,
    begin: Option<String>,
    next: Option<String>,
    registration_is_off: bool,
}

/// What the address asks for.
#[derive(Clone, Debug, Default)]
struct Asked {
    q: String,
    kind: String,
    disabled: String,
    registered_by: String,
}

impl Asked {
    const fn is_any(&self) -> bool {
        !(self.q.is_empty()
            && self.kind.is_empty()
            && self.disabled.is_empty()
            && self.registered_by.is_empty())
    }

    fn address(&self, cursor: &str) -> String {
        form::with_query(
            Section::Applications.path(),
            &[
                ("q", &self.q),
                ("type", &self.kind),
                ("disabled", &self.disabled),
                ("registered_by", &self.registered_by),
                ("cursor", cursor),
            ],
        )
    }
}

struct Row {
    path: String,
    name: String,
    client_id: String,
    kind: &'static str,
    registrar: Option<&'static str>,
    authentication: String,
    last_used: Option<Moment>,
    badges: Vec<Badge>,
}

/// `GET /admin/applications`.
pub(super) async fn get(admin: Admin, http: HttpRequest) -> HttpResponse {
    match show(&admin, &http).await {
        Ok(response) | Err(response) => response,
    }
}

async fn show(admin: &Admin, http: &HttpRequest) -> Result<HttpResponse, HttpResponse> {
    let query = form::query(admin, http.query_string(), &FIELDS)?;
    let text = |name| query.one(name).unwrap_or_default().trim().to_owned();
    let asked = Asked {
        q: text("q"),
        kind: text("type"),
        disabled: text("disabled"),
        registered_by: text("registered_by"),
    };
    let disabled = match asked.disabled.as_str() {
        "" => None,
        "false" => Some(false),
        "true" => Some(true),
        _ => return Err(form::bad_address(admin)),
    };
    let mut wanted = ClientsWanted {
        text: Some(asked.q.clone()).filter(|text| !text.is_empty()),
        kind: of_word(&asked.kind),
        disabled,
        registered_by: RegisteredBy::of_word(&asked.registered_by),
        part: Part::first(ROWS),
        ..ClientsWanted::default()
    };
    let is_word = |text: &str, is_known: bool| text.is_empty() || is_known;
    if !is_word(&asked.kind, wanted.kind.is_some())
        || !is_word(&asked.registered_by, wanted.registered_by.is_some())
    {
        return Err(form::bad_address(admin));
    }
    let cursor = text("cursor");
    if !cursor.is_empty() && wanted.resume(&cursor).is_err() {
        return Err(form::bad_address(admin));
    }
    let now = admin.cx.now;
    let read = admin
        .cx
        .store()
        .read("applications", move |tx| read(tx, &wanted, now));
    let page = read.await.map_err(|error| admin.failed(error))?;
    let page = ApplicationsPage {
        shell: admin.shell(Section::Applications, "Applications"),
        begin: (!cursor.is_empty()).then(|| asked.address("")),
        next: page.next.as_deref().map(|next| asked.address(next)),
        rows: page.items.iter().map(|found| row(found, now)).collect(),
        asked,
        registration_is_off: admin.cx.config().registration.dynamic == DynamicRegistration::Off,
    };
    Ok(answer(admin, StatusCode::OK, &page))
}

struct Found {
    client: Client,
    secrets: Vec<SecretFacts>,
    last_used: Option<UnixTime>,
}

fn read(tx: &mut Tx<'_>, wanted: &ClientsWanted, now: UnixTime) -> Result<Page<Found>, StoreError> {
    let page = db!(tx, clients::page_of(wanted))?;
    let ids: Vec<ClientId> = page.items.iter().map(|client| client.id.clone()).collect();
    let used = db!(tx, client_uses::last_of(&ids))?;
    page.try_map(|client| {
        let secrets = if client.has_secret() {
            db!(tx, clients::secret_facts(&client.id, now))?
        } else {
            Vec::new()
        };
        let last_used = used.iter().find(|(id, _)| *id == client.id).map(|(_, at)| *at);
        Ok(Found {
            client,
            secrets,
            last_used,
        })
    })
}

fn row(found: &Found, now: UnixTime) -> Row {
    let Found {
        client,
        secrets,
        last_used,
    } = found;
    Row {
        path: super::path_of(&client.id),
        name: client.metadata.client_name.clone(),
        client_id: client.id.as_str().to_owned(),
        kind: facts::kind(client.metadata.kind),
        registrar: facts::registrar(client),
        authentication: facts::authentication(&client.metadata),
        last_used: last_used.map(Moment),
        badges: facts::badges(client, secrets, now),
    }
}

fn of_word(word: &str) -> Option<ClientKind> {
    match word {
        "web" => Some(ClientKind::Web),
        "spa" => Some(ClientKind::Spa),
        "native" => Some(ClientKind::Native),
        "service" => Some(ClientKind::Service),
        _ => None,
    }
}
