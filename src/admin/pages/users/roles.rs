//! A person's roles and groups.

use super::new::sentence;
use super::{Named, path_of, person, proven_for};
use crate::accounts::administration;
use crate::accounts::person_acts::PersonAct;
use crate::accounts::profile::{PersonProblem, check_groups, check_roles};
use crate::admin::access::{Admin, AdminForm};
use crate::admin::form::{self, Errors};
use crate::admin::pages::layout::{Section, Shell, answer};
use crate::db;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use vouchsafe_core::model::User;

const PROOF: (PersonAct, &str) = (PersonAct::SetRoles, "/roles");

#[derive(Template)]
#[template(path = "admin/users/roles.html")]
struct RolesPage {
    shell: Shell,
    errors: Errors,
    who: Named,
    typed: Typed,
}

/// What stands in the fields.
struct Typed {
    /// The version of the roles and groups that the page was made of.
    shown: String,
    roles: String,
    groups: String,
}

impl Typed {
    /// Roles are words; the name of a group may have spaces, so each has a line.
    fn read(&self) -> Result<(Vec<String>, Vec<String>), PersonProblem> {
        let roles = self.roles.split_whitespace().map(str::to_owned).collect();
        let groups = self.groups.lines().map(str::trim).filter(|line| !line.is_empty());
        Ok((
            check_roles(roles)?,
            check_groups(groups.map(str::to_owned).collect())?,
        ))
    }
}

/// `GET /admin/users/{sub}/roles`.
pub(super) async fn get(admin: Admin, sub: web::Path<String>) -> HttpResponse {
    let shown = async {
        let user = person(&admin, &sub).await?;
        proven_for(&admin, &user, PROOF)?;
        let typed = Typed {
            shown: version(&user),
            roles: user.roles.join("\n"),
            groups: user.groups.join("\n"),
        };
        Ok(page(&admin, &user, typed, Errors::default()))
    };
    shown.await.unwrap_or_else(|instead: HttpResponse| instead)
}

/// `POST /admin/users/{sub}/roles`.
pub(super) async fn post(form: AdminForm, sub: web::Path<String>) -> HttpResponse {
    take(&form, &sub).await.unwrap_or_else(|instead| instead)
}

async fn take(form: &AdminForm, sub: &str) -> Result<HttpResponse, HttpResponse> {
    form::only(form, &["shown", "roles", "groups"])?;
    let admin = &form.admin;
    let user = person(admin, sub).await?;
    proven_for(admin, &user, PROOF)?;
    let text = |name| form.fields.one(name).unwrap_or_default().to_owned();
    let typed = Typed {
        shown: text("shown"),
        roles: text("roles"),
        groups: text("groups"),
    };
    let (roles, groups) = match typed.read() {
        Ok(read) => read,
        Err(problem) => {
            let errors = Errors::one(problem.field(), sentence(&problem));
            return Ok(page(admin, &user, typed, errors));
        }
    };
    let (act, id, shown) = (admin.act(), user.id.clone(), typed.shown.clone());
    let done = admin.cx.store().write("set-roles-and-groups", move |tx| {
        match db!(tx, users::lock(&id))? {
            Some(now) if version(&now) != shown => return Ok(Err(Box::new(now))),
            Some(_) | None => {}
        }
        administration::set_roles(tx, &act, &id, &roles)?;
        administration::set_groups(tx, &act, &id, &groups).map(Ok)
    });
    match done.await {
        Ok(Ok(Some(_))) => {
            let words = "Roles and groups are saved. Applications fetch new tokens.";
            Ok(admin.done(&path_of(&user.id), words))
        }
        Ok(Ok(None)) => Err(admin.not_found()),
        Ok(Err(now)) => Ok(stale(admin, &now, typed)),
        Err(error) => Err(admin.failed(error)),
    }
}

/// Names what the page shows of a person.
fn version(user: &User) -> String {
    form::version(&(&user.roles, &user.groups))
}

/// 409, with what was typed: who reads what it says may save it all the same.
fn stale(admin: &Admin, now: &User, typed: Typed) -> HttpResponse {
    let shown = version(now);
    let errors = Errors::one("user-roles-form", form::CHANGED_SINCE);
    answered(
        admin,
        StatusCode::CONFLICT,
        (now, Typed { shown, ..typed }, errors),
    )
}

fn page(admin: &Admin, user: &User, typed: Typed, errors: Errors) -> HttpResponse {
    answered(admin, errors.status(), (user, typed, errors))
}

fn answered(
    admin: &Admin,
    status: StatusCode,
    (user, typed, errors): (&User, Typed, Errors),
) -> HttpResponse {
    let view = RolesPage {
        shell: admin.shell(Section::Users, "Roles and groups"),
        errors,
        who: Named::of(admin, user),
        typed,
    };
    answer(admin, status, &view)
}
