//! Deleting an API: who uses it is named first.

use super::{User, find, page_of};
use crate::admin::access::{Admin, AdminForm};
use crate::admin::form::{self, Errors};
use crate::admin::pages::layout::{Section, Shell, answer};
use crate::clients::apis::{self, ApiChange, Force};
use actix_web::{HttpResponse, web};
use askama::Template;
use vouchsafe_core::model::Api;

#[derive(Template)]
#[template(path = "admin/apis/delete.html")]
struct DeletePage {
    shell: Shell,
    path: String,
    name: String,
    identifier: String,
    users: Vec<User>,
    errors: Errors,
}

/// `GET /admin/apis/{api}/delete`.
pub(super) async fn get(admin: Admin, slug: web::Path<String>) -> HttpResponse {
    match find(&admin, &slug).await {
        Ok((api, users)) => show(&admin, &api, users, Errors::default()),
        Err(response) => response,
    }
}

/// `POST /admin/apis/{api}/delete`.
pub(super) async fn post(form: AdminForm, slug: web::Path<String>) -> HttpResponse {
    if let Err(response) = form::only(&form, &["name", "force"]) {
        return response;
    }
    let AdminForm { admin, fields } = form;
    let (api, users) = match find(&admin, &slug).await {
        Ok(found) => found,
        Err(response) => return response,
    };
    if fields.one("name").unwrap_or_default().trim() != api.name {
        let errors = Errors::one("name", "Type the name of the API exactly");
        return show(&admin, &api, users, errors);
    }
    let force = if fields.one("force").is_some() {
        Force::Yes
    } else {
        Force::No
    };
    let (act, identifier) = (admin.act(), api.identifier.clone());
    let deleted = admin
        .cx
        .store()
        .write("delete-api", move |tx| apis::delete(tx, &act, &identifier, force));
    match deleted.await {
        Ok(ApiChange::Done(_)) => admin.done(Section::Apis.path(), "The API is deleted."),
        Ok(ApiChange::InUse(losing)) => {
            let errors = Errors::one("force", "Applications use this API: tick that they may lose it");
            show(&admin, &api, losing.into_iter().map(User::from).collect(), errors)
        }
        Ok(ApiChange::Unknown | ApiChange::OwnApi) => admin.not_found(),
        Err(error) => admin.failed(error),
    }
}

fn show(admin: &Admin, api: &Api, users: Vec<User>, errors: Errors) -> HttpResponse {
    let page = DeletePage {
        shell: admin.shell(Section::Apis, &format!("Delete {}", api.name)),
        path: page_of(&api.identifier),
        name: api.name.clone(),
        identifier: api.identifier.clone(),
        users,
        errors,
    };
    answer(admin, page.errors.status(), &page)
}
