//! A person's roles.

use super::new::sentence;
use super::{Named, path_of, person};
use crate::accounts::administration;
use crate::accounts::profile::check_roles;
use crate::admin::access::{Admin, AdminForm};
use crate::admin::form::{self, Errors};
use crate::admin::pages::layout::{Section, Shell, answer, see_other};
use actix_web::{HttpResponse, web};
use askama::Template;
use vouchsafe_core::model::User;

#[derive(Template)]
#[template(path = "admin/users/roles.html")]
struct RolesPage {
    shell: Shell,
    errors: Errors,
    who: Named,
    roles: String,
}

/// `GET /admin/users/{sub}/roles`.
pub(super) async fn get(admin: Admin, sub: web::Path<String>) -> HttpResponse {
    match person(&admin, &sub).await {
        Ok(user) => page(&admin, &user, user.roles.join("\n"), Errors::default()),
        Err(instead) => instead,
    }
}

/// `POST /admin/users/{sub}/roles`.
pub(super) async fn post(form: AdminForm, sub: web::Path<String>) -> HttpResponse {
    take(&form, &sub).await.unwrap_or_else(|instead| instead)
}

async fn take(form: &AdminForm, sub: &str) -> Result<HttpResponse, HttpResponse> {
    form::only(form, &["roles"])?;
    let admin = &form.admin;
    let user = person(admin, sub).await?;
    let typed = form.fields.one("roles").unwrap_or_default().to_owned();
    let roles = match check_roles(typed.split_whitespace().map(str::to_owned).collect()) {
        Ok(roles) => roles,
        Err(problem) => {
            return Ok(page(
                admin,
                &user,
                typed,
                Errors::one("roles", sentence(&problem)),
            ));
        }
    };
    let (act, id) = (admin.act(), user.id.clone());
    let done = admin.cx.store().write("set-roles", move |tx| {
        administration::set_roles(tx, &act, &id, &roles)
    });
    match done.await {
        Ok(Some(_)) => Ok(see_other(&format!("{}?done=roles", path_of(&user.id)))),
        Ok(None) => Err(admin.not_found()),
        Err(error) => Err(admin.failed(error)),
    }
}

fn page(admin: &Admin, user: &User, roles: String, errors: Errors) -> HttpResponse {
    let status = errors.status();
    let view = RolesPage {
        shell: admin.shell(Section::Users, "Roles"),
        errors,
        who: Named::of(admin, user),
        roles,
    };
    answer(admin, status, &view)
}
