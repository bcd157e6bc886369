//! Applications: the list, the wizard that registers one, and the pages of one of them.

mod activity;
mod connection;
mod delete;
mod facts;
mod list;
mod plan;
mod review;
mod scopes;
mod secrets;
mod settings;
mod show;
mod slug;
mod standing;
mod trial;
mod typed;
mod wizard;

pub(crate) use plan::capital;
pub(super) use scopes::Scopes;
pub(crate) use settings::{of_word, word};
pub(crate) use slug::{path_of, read as read_slug, slug};
pub(super) use typed::scopes as chosen_scopes;

use crate::admin::access::Admin;
use crate::admin::pages::problem;
use crate::admin::path;
use crate::clients::own_client;
use crate::db;
use crate::failure::Failure;
use crate::keys;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};
use vouchsafe_core::model::{Api, Client, ClientId, KeyAlgorithm};

/// Mounts the pages.
pub(crate) fn mount(app: &mut ServiceConfig) {
    app.route(&path("applications"), web::get().to(list::get))
        .route(&path("applications/new"), web::get().to(wizard::kind))
        .route(
            &path("applications/new/addresses"),
            web::get().to(wizard::addresses),
        )
        .route(&path("applications/new/addresses"), web::post().to(wizard::back))
        .service(
            web::resource(path("applications/new/review"))
                .route(web::get().to(wizard::begin))
                .route(web::post().to(wizard::check)),
        )
        .service(
            web::resource(path("applications/new/create"))
                .route(web::get().to(wizard::begin))
                .route(web::post().to(wizard::create)),
        )
        .route(&path("applications/{client}"), web::get().to(show::get))
        .route(
            &path("applications/{client}/settings"),
            web::get().to(settings::get),
        )
        .route(
            &path("applications/{client}/settings"),
            web::post().to(settings::post),
        )
        .route(
            &path("applications/{client}/secrets"),
            web::get().to(secrets::get),
        )
        .route(
            &path("applications/{client}/secrets/add"),
            web::post().to(secrets::add),
        )
        .route(
            &path("applications/{client}/secrets/end"),
            web::post().to(secrets::end),
        )
        .route(&path("applications/{client}/keys"), web::post().to(secrets::keys))
        .route(
            &path("applications/{client}/activity"),
            web::get().to(activity::get),
        )
        .route(
            &path("applications/{client}/disable"),
            web::post().to(standing::disable),
        )
        .route(
            &path("applications/{client}/enable"),
            web::post().to(standing::enable),
        )
        .route(&path("applications/{client}/delete"), web::get().to(delete::get))
        .route(
            &path("applications/{client}/delete"),
            web::post().to(delete::post),
        );
}

/// The client that a path names, as the database has it now.
///
/// # Errors
/// The answer to give instead.
async fn find(admin: &Admin, slug: &str) -> Result<Client, HttpResponse> {
    let Some(id) = slug::read(slug).map(ClientId::new) else {
        return Err(admin.not_found());
    };
    let found = admin
        .cx
        .store()
        .read("client", move |tx| db!(tx, clients::by_id(&id)));
    match found.await {
        Ok(Some(client)) => Ok(client),
        Ok(None) => Err(admin.not_found()),
        Err(error) => Err(admin.failed(error)),
    }
}

/// As [`find`], for whoever would change it: not the server's own, which can be disabled and enabled only.
///
/// # Errors
/// The answer to give instead.
async fn find_to_change(admin: &Admin, slug: &str) -> Result<Client, HttpResponse> {
    let client = find(admin, slug).await?;
    if own_client::is_own(&client.id) {
        return Err(stays(admin));
    }
    Ok(client)
}

/// The answer to whoever would change or delete the server's own client.
fn stays(admin: &Admin) -> HttpResponse {
    problem::say(
        admin,
        StatusCode::FORBIDDEN,
        "This application stays as it is",
        "It is the server's own: its command line, through which administrators work from elsewhere. It can be disabled and \
         enabled, and nothing else.",
    )
}

/// All APIs, as the database has them now.
///
/// # Errors
/// The answer to give instead.
pub(super) async fn apis(admin: &Admin) -> Result<Vec<Api>, HttpResponse> {
    let read = admin.cx.store().read("apis", |tx| db!(tx, apis::all()));
    read.await.map_err(|error| admin.failed(error))
}

/// Makes sure that there are keys of this algorithm before anything is registered that needs them.
///
/// # Errors
/// When the store fails or a key cannot be made.
pub(crate) async fn ensure_keys(admin: &Admin, alg: KeyAlgorithm) -> Result<(), Failure> {
    keys::ensure(&admin.cx, &admin.act(), alg).await
}
