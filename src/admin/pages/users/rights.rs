//! Making a person an administrator, and taking the right away.

use super::{Named, failed, path_of, person, proven_for};
use crate::accounts::administrators;
use crate::accounts::person_acts::PersonAct;
use crate::admin::access::{Admin, AdminForm};
use crate::admin::form;
use crate::admin::pages::layout::{Section, Shell, answer};
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

const PROOF: (PersonAct, &str) = (PersonAct::SetAdmin, "/administrator");

#[derive(Template)]
#[template(path = "admin/users/rights.html")]
struct RightsPage {
    shell: Shell,
    who: Named,
}

/// `GET /admin/users/{sub}/administrator`.
pub(super) async fn get(admin: Admin, sub: web::Path<String>) -> HttpResponse {
    let shown = async {
        let user = person(&admin, &sub).await?;
        proven_for(&admin, &user, PROOF)?;
        let view = RightsPage {
            shell: admin.shell(Section::Users, "Administrator"),
            who: Named::of(&admin, &user),
        };
        Ok(answer(&admin, StatusCode::OK, &view))
    };
    shown.await.unwrap_or_else(|instead: HttpResponse| instead)
}

/// `POST /admin/users/{sub}/administrator`.
pub(super) async fn post(form: AdminForm, sub: web::Path<String>) -> HttpResponse {
    take(&form, &sub).await.unwrap_or_else(|instead| instead)
}

async fn take(form: &AdminForm, sub: &str) -> Result<HttpResponse, HttpResponse> {
    form::only(form, &["administrator"])?;
    let admin = &form.admin;
    let user = person(admin, sub).await?;
    proven_for(admin, &user, PROOF)?;
    let path = path_of(&user.id);
    let is_admin = match form.fields.one("administrator") {
        Some("yes") => true,
        Some("no") => false,
        Some(_) | None => return Err(form::bad_address(admin)),
    };
    let (act, id) = (admin.act(), user.id);
    let done = admin.cx.store().write("set-admin", move |tx| {
        administrators::set_admin(tx, &act, &id, is_admin)
    });
    let words = if is_admin {
        "The person is an administrator now."
    } else {
        "The person is no administrator any more."
    };
    match done.await {
        Ok(Some(_)) => Ok(admin.done(&path, words)),
        Ok(None) => Err(admin.not_found()),
        Err(error) => Err(failed(admin, error)),
    }
}
