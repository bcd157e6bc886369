//! One application: what it is, and what it needs to connect.

use super::connection::{self, Block, Value};
use super::facts::{self, Head};
use super::trial::Trial;
use super::{apis, find, review};
use crate::admin::access::Admin;
use crate::admin::form;
use crate::admin::moment::Moment;
use crate::admin::pages::layout::{Section, Shell, answer};
use crate::db;
use crate::store::{SecretFacts, StoreError};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use vouchsafe_core::model::{AuthMethod, Client, UnixTime};

#[derive(Template)]
#[template(path = "admin/applications/show.html")]
struct ShowPage {
    shell: Shell,
    head: Head,
    tab: &'static str,
    disabled: bool,
    made: Moment,
    last_used: Option<Moment>,
    authentication: String,
    signs: bool,
    sentences: Vec<String>,
    redirect_uris: Vec<String>,
    /// What it says about itself, in words and as it says it.
    declared: Vec<(&'static str, String)>,
    values: Vec<Value>,
    blocks: Vec<Block>,
    trial: Option<Trial>,
}

/// `GET /admin/applications/{client}`.
pub(super) async fn get(admin: Admin, slug: web::Path<String>, http: HttpRequest) -> HttpResponse {
    match show(&admin, &slug, &http).await {
        Ok(response) | Err(response) => response,
    }
}

async fn show(admin: &Admin, slug: &str, http: &HttpRequest) -> Result<HttpResponse, HttpResponse> {
    form::query(admin, http.query_string(), &[])?;
    let client = find(admin, slug).await?;
    let apis = apis(admin).await?;
    let (secrets, last_used) = known(admin, &client).await.map_err(|error| admin.failed(error))?;
    let metadata = &client.metadata;
    let page = ShowPage {
        shell: admin.shell(Section::Applications, &metadata.client_name),
        head: Head::of(&client, &secrets, admin.cx.now),
        tab: "overview",
        disabled: client.disabled_at.is_some(),
        made: Moment(client.created_at),
        last_used: facts::last_used(last_used),
        authentication: facts::authentication(metadata),
        signs: metadata.token_endpoint_auth_method == Some(AuthMethod::PrivateKeyJwt),
        sentences: review::sentences(metadata, &apis),
        redirect_uris: metadata.redirect_uris.clone(),
        declared: facts::declared(&metadata.declared),
        values: connection::values(admin, &client),
        blocks: connection::blocks(admin, &client, None, None),
        trial: Trial::of(admin, &client),
    };
    Ok(answer(admin, StatusCode::OK, &page))
}

/// The live secrets of a client, and when it was last used.
pub(super) async fn known(
    admin: &Admin,
    client: &Client,
) -> Result<(Vec<SecretFacts>, Option<UnixTime>), StoreError> {
    let (id, now) = (client.id.clone(), admin.cx.now);
    let read = admin.cx.store().read("application", move |tx| {
        let secrets = db!(tx, clients::secret_facts(&id, now))?;
        let used = db!(tx, client_uses::last_of(std::slice::from_ref(&id)))?;
        Ok((secrets, used.first().map(|(_, at)| *at)))
    });
    read.await
}
