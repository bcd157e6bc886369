//! Deleting an application: what goes with it is counted first, and its name is typed.

use super::facts::Head;
use super::show::known;
use super::{find_to_change, stays};
use crate::admin::access::{Admin, AdminForm};
use crate::admin::form::{self, Errors};
use crate::admin::pages::layout::{Section, Shell, answer};
use crate::clients::standing::{self, Deletion};
use crate::db;
use crate::failure::{Broken, Failure};
use actix_web::{HttpResponse, web};
use askama::Template;
use std::sync::Arc;
use vouchsafe_core::model::Client;

/// Grants and consents are counted up to so many.
const COUNTED: i64 = 1_000;

#[derive(Template)]
#[template(path = "admin/applications/delete.html")]
struct DeletePage {
    shell: Shell,
    head: Head,
    tab: &'static str,
    name: String,
    grants: String,
    consents: String,
    secrets: usize,
    comes_back: bool,
    errors: Errors,
}

/// `GET /admin/applications/{client}/delete`.
pub(super) async fn get(admin: Admin, slug: web::Path<String>) -> HttpResponse {
    let shown = async {
        let client = find_to_change(&admin, &slug).await?;
        admin.proven_recently(&format!("{}/delete", super::path_of(&client.id)))?;
        show(&admin, &client, Errors::default()).await
    };
    match shown.await {
        Ok(response) | Err(response) => response,
    }
}

/// `POST /admin/applications/{client}/delete`.
pub(super) async fn post(form: AdminForm, slug: web::Path<String>) -> HttpResponse {
    if let Err(response) = form::only(&form, &["name"]) {
        return response;
    }
    let AdminForm { admin, fields } = form;
    let done = async {
        let client = find_to_change(&admin, &slug).await?;
        admin.proven_recently(&format!("{}/delete", super::path_of(&client.id)))?;
        if fields.one("name").unwrap_or_default().trim() != client.metadata.client_name {
            let errors = Errors::one("name", "Type the name of the application exactly");
            return show(&admin, &client, errors).await;
        }
        delete(&admin, &client).await
    };
    match done.await {
        Ok(response) | Err(response) => response,
    }
}

async fn delete(admin: &Admin, client: &Client) -> Result<HttpResponse, HttpResponse> {
    let (services, act, id) = (Arc::clone(&admin.cx.services), admin.act(), client.id.clone());
    // It takes several transactions, one after another.
    let deleted = web::block(move || standing::delete(&services.store, &act, &id)).await;
    admin.cx.services.clients.forget(&client.id);
    match deleted {
        Ok(Ok(Deletion::Done(_))) => {
            Ok(admin.done(Section::Applications.path(), "The application is deleted."))
        }
        Ok(Ok(Deletion::OwnClient)) => Err(stays(admin)),
        Ok(Ok(Deletion::Unknown)) => Err(admin.not_found()),
        Ok(Err(error)) => Err(admin.failed(error)),
        Err(_) => Err(admin.failed(Failure::Broken(Broken::Overloaded("the pool of threads")))),
    }
}

async fn show(admin: &Admin, client: &Client, errors: Errors) -> Result<HttpResponse, HttpResponse> {
    let (secrets, _) = known(admin, client).await.map_err(|error| admin.failed(error))?;
    let (id, now) = (client.id.clone(), admin.cx.now);
    let counted = admin.cx.store().read("count-client", move |tx| {
        db!(tx, client_uses::held(&id, now, COUNTED))
    });
    let (grants, consents) = counted.await.map_err(|error| admin.failed(error))?;
    let page = DeletePage {
        shell: admin.shell(
            Section::Applications,
            &format!("Delete {}", client.metadata.client_name),
        ),
        head: Head::of(client, &secrets, now),
        tab: "delete",
        name: client.metadata.client_name.clone(),
        grants: count(grants),
        consents: count(consents),
        secrets: secrets.len(),
        comes_back: standing::comes_back(&client.id),
        errors,
    };
    Ok(answer(admin, page.errors.status(), &page))
}

fn count(number: usize) -> String {
    if usize::try_from(COUNTED).is_ok_and(|most| number >= most) {
        format!("{COUNTED} or more")
    } else {
        number.to_string()
    }
}
