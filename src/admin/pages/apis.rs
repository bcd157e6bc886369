//! APIs and scopes: the list, making one, changing it, deleting it.

mod delete;
mod edit;
mod list;

use super::applications::{path_of, slug};
use crate::admin::access::Admin;
use crate::admin::path;
use crate::clients::apis::Use;
use crate::clients::own_api;
use crate::db;
use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use vouchsafe_core::model::Api;

/// Mounts the pages.
pub(crate) fn mount(app: &mut ServiceConfig) {
    app.route(&path("apis"), web::get().to(list::get))
        .route(&path("apis/new"), web::get().to(edit::new))
        .route(&path("apis/new"), web::post().to(edit::create))
        .route(&path("apis/{api}"), web::get().to(edit::get))
        .route(&path("apis/{api}"), web::post().to(edit::post))
        .route(&path("apis/{api}/delete"), web::get().to(delete::get))
        .route(&path("apis/{api}/delete"), web::post().to(delete::post));
}

/// The page of an API.
fn page_of(identifier: &str) -> String {
    path(&format!("apis/{}", slug(identifier)))
}

/// The API that a path names, as the database has it now, with the applications that use it.
///
/// # Errors
/// The answer to give instead.
async fn find(admin: &Admin, slug: &str) -> Result<(Api, Vec<User>), HttpResponse> {
    let Some(identifier) = super::applications::read_slug(slug) else {
        return Err(admin.not_found());
    };
    let found = admin.cx.store().read("api", move |tx| {
        let Some(api) = db!(tx, apis::by_identifier(&identifier))? else {
            return Ok(None);
        };
        let uses = crate::clients::apis::uses(tx, &api)?;
        Ok(Some((api, uses)))
    });
    match found.await {
        Ok(Some((api, _))) if own_api::is_own(&api) => Err(admin.not_found()),
        Ok(Some((api, uses))) => Ok((api, uses.into_iter().map(User::from).collect())),
        Ok(None) => Err(admin.not_found()),
        Err(error) => Err(admin.failed(error)),
    }
}

/// An application that uses an API.
#[derive(Clone, Debug)]
struct User {
    path: String,
    name: String,
    what: String,
}

impl From<Use> for User {
    fn from(used: Use) -> Self {
        let mut what: Vec<String> = used.scopes;
        if used.introspects {
            what.push("may introspect its tokens".to_owned());
        }
        Self {
            path: path_of(&used.client_id),
            name: used.client_name,
            what: what.join(", "),
        }
    }
}
