//! Initial access tokens: who may register clients without an administrator, and for how long.

mod new;

use super::audit::{Who, names_of_actors};
use crate::admin::access::{Admin, AdminForm};
use crate::admin::form;
use crate::admin::moment::Moment;
use crate::admin::pages::layout::{Section, Shell, answer};
use crate::clients::dynamic::initial_tokens;
use crate::config::DynamicRegistration;
use crate::db;
use crate::store::listing::{InitialTokensWanted, Part};
use crate::web::urls;
use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use vouchsafe_core::model::InitialToken;

const PATH: &str = "/admin/registration";
const ROWS: i64 = 50;

/// Mounts the pages.
pub(crate) fn mount(app: &mut ServiceConfig) {
    let path = crate::admin::path;
    app.route(PATH, web::get().to(get))
        .route(&path("registration/new"), web::get().to(new::get))
        .route(&path("registration/new"), web::post().to(new::post))
        .route(&path("registration/revoke"), web::post().to(revoke));
}

#[derive(Template)]
#[template(path = "admin/registration.html")]
struct RegistrationPage {
    shell: Shell,
    mode: Mode,
    rows: Vec<Row>,
    begin: bool,
    next: Option<String>,
}

/// What the configuration says of registration, for the head of these pages.
#[derive(Clone, Debug)]
struct Mode {
    is_off: bool,
    is_open: bool,
    endpoint: String,
    /// The scopes of clients whose token says nothing else.
    scopes: String,
}

impl Mode {
    fn of(admin: &Admin) -> Self {
        let config = admin.cx.config();
        let scopes: Vec<_> = config
            .registration
            .scopes
            .iter()
            .map(|name| name.0.as_str())
            .collect();
        Self {
            is_off: config.registration.dynamic == DynamicRegistration::Off,
            is_open: config.registration.dynamic == DynamicRegistration::Open,
            endpoint: urls::absolute(&config.issuer, urls::REGISTER),
            scopes: scopes.join(" "),
        }
    }
}

struct Row {
    id: String,
    name: String,
    by: Who,
    made: Moment,
    ends: Moment,
    uses_left: i64,
    scopes: Vec<String>,
}

impl Row {
    fn of(token: InitialToken, by: Who) -> Self {
        Self {
            id: token.id,
            name: token.name,
            by,
            made: Moment(token.created_at),
            ends: Moment(token.expires_at),
            uses_left: token.uses_left,
            scopes: token.scopes,
        }
    }

    /// As its button names it to somebody who does not see the row.
    fn called(&self) -> &str {
        if self.name.is_empty() {
            &self.id
        } else {
            &self.name
        }
    }
}

/// `GET /admin/registration`.
async fn get(admin: Admin, http: HttpRequest) -> HttpResponse {
    show(&admin, &http).await.unwrap_or_else(|instead| instead)
}

async fn show(admin: &Admin, http: &HttpRequest) -> Result<HttpResponse, HttpResponse> {
    let query = form::query(admin, http.query_string(), &["cursor"])?;
    let mut wanted = InitialTokensWanted {
        now: admin.cx.now,
        part: Part::first(ROWS),
    };
    if let Some(cursor) = query.one("cursor") {
        wanted.resume(cursor).map_err(|_| form::bad_address(admin))?;
    }
    let found = admin
        .cx
        .store()
        .read("initial-tokens", move |tx| db!(tx, initial_tokens::page(&wanted)));
    let page = found.await.map_err(|error| admin.failed(error))?;
    let makers = page.items.iter().map(|token| token.created_by.clone());
    let names = names_of_actors(admin, makers.collect()).await;
    let names = names.map_err(|error| admin.failed(error))?;
    let next = page.next.as_deref();
    let view = RegistrationPage {
        shell: admin.shell(Section::Applications, "Registration by others"),
        mode: Mode::of(admin),
        begin: query.one("cursor").is_some(),
        next: next.map(|cursor| form::with_query(PATH, &[("cursor", cursor)])),
        rows: page
            .items
            .into_iter()
            .map(|token| {
                let by = names.actor(&token.created_by);
                Row::of(token, by)
            })
            .collect(),
    };
    Ok(answer(admin, StatusCode::OK, &view))
}

/// `POST /admin/registration/revoke`.
async fn revoke(form: AdminForm) -> HttpResponse {
    let revoked = async {
        form::only(&form, &["id"])?;
        let admin = &form.admin;
        admin.proven_recently(PATH)?;
        let (act, id) = (admin.act(), form.fields.one("id").unwrap_or_default().to_owned());
        let revoked = admin.cx.store().write("revoke-initial-token", move |tx| {
            initial_tokens::revoke(tx, &act, &id)
        });
        match revoked.await {
            Ok(true) => {
                let words = "The initial access token is revoked. Clients that were registered with it stay.";
                Ok(admin.done(PATH, words))
            }
            Ok(false) => Err(admin.not_found()),
            Err(error) => Err(admin.failed(error)),
        }
    };
    revoked.await.unwrap_or_else(|instead: HttpResponse| instead)
}
