//! The list of APIs.

use super::page_of;
use crate::admin::access::Admin;
use crate::admin::form;
use crate::admin::pages::layout::{Section, Shell, answer};
use crate::clients::own_api;
use crate::config::show_duration;
use crate::db;
use crate::store::listing::{ApisWanted, Part};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use vouchsafe_core::model::Api;

const ROWS: i64 = 50;

#[derive(Template)]
#[template(path = "admin/apis.html")]
struct ApisPage {
    shell: Shell,
    rows: Vec<Row>,
    begin: bool,
    next: Option<String>,
}

struct Row {
    path: String,
    name: String,
    identifier: String,
    scopes: Vec<String>,
    lifetime: String,
    signing: String,
}

/// `GET /admin/apis`.
pub(super) async fn get(admin: Admin, http: HttpRequest) -> HttpResponse {
    match show(&admin, &http).await {
        Ok(response) | Err(response) => response,
    }
}

async fn show(admin: &Admin, http: &HttpRequest) -> Result<HttpResponse, HttpResponse> {
    let query = form::query(admin, http.query_string(), &["cursor"])?;
    let cursor = query.one("cursor").unwrap_or_default().to_owned();
    let mut wanted = ApisWanted {
        part: Part::first(ROWS),
    };
    if !cursor.is_empty() && wanted.resume(&cursor).is_err() {
        return Err(form::bad_address(admin));
    }
    let read = admin
        .cx
        .store()
        .read("apis", move |tx| db!(tx, apis::page(&wanted)));
    let page = read.await.map_err(|error| admin.failed(error))?;
    let page = ApisPage {
        shell: admin.shell(Section::Apis, "APIs and scopes"),
        // The server's own stays as it is: there is nothing to do about it here.
        rows: page
            .items
            .iter()
            .filter(|api| !own_api::is_own(api))
            .map(row)
            .collect(),
        begin: !cursor.is_empty(),
        next: page
            .next
            .map(|next| form::with_query(Section::Apis.path(), &[("cursor", &next)])),
    };
    Ok(answer(admin, StatusCode::OK, &page))
}

fn row(api: &Api) -> Row {
    Row {
        path: page_of(&api.identifier),
        name: api.name.clone(),
        identifier: api.identifier.clone(),
        scopes: api.scopes.iter().map(|scope| scope.name.clone()).collect(),
        lifetime: api.access_token_lifetime.map(show_duration).unwrap_or_default(),
        signing: format!("{}, {}", api.signing_alg.as_str(), api.token_typ.as_str()),
    }
}
