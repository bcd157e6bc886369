//! A new person.

use super::password::{self, Refused};
use super::{invitation, path_of};
use crate::accounts::profile::{NewPerson, PersonProblem};
use crate::accounts::{administration, invitations};
use crate::admin::access::{Admin, AdminForm};
use crate::admin::form::{self, Errors};
use crate::admin::pages::layout::{Section, Shell, answer, see_other};
use crate::store::{StoreError, Unique};
use actix_web::HttpResponse;
use askama::Template;
use serde_json::{Map, Value};
use vouchsafe_core::spec::params::Params;

const FIELDS: [&str; 7] = [
    "username",
    "email",
    "name",
    "email_verified",
    "roles",
    "access",
    "password",
];

/// What is said to a password beside an invitation: neither is ignored.
const BOTH: &str = "Password: leave it empty to invite the person, or choose “Set a password”";

#[derive(Template)]
#[template(path = "admin/users/new.html")]
struct NewPage {
    shell: Shell,
    errors: Errors,
    typed: Typed,
    least: usize,
}

/// What was typed and may be shown again: everything but the password.
#[derive(Default)]
struct Typed {
    username: String,
    email: String,
    name: String,
    email_verified: bool,
    roles: String,
    /// Whether the person gets a link and sets the password themselves.
    is_invited: bool,
}

impl Typed {
    fn of(fields: &Params) -> Self {
        let text = |name| fields.one(name).unwrap_or_default().trim().to_owned();
        Self {
            username: text("username"),
            email: text("email"),
            name: text("name"),
            email_verified: fields.one("email_verified").is_some(),
            roles: text("roles"),
            is_invited: fields.one("access") == Some("invite"),
        }
    }

    fn person(&self) -> NewPerson {
        let mut claims = Map::new();
        if !self.name.is_empty() {
            claims.insert("name".to_owned(), Value::String(self.name.clone()));
        }
        NewPerson {
            username: self.username.clone(),
            email: self.email.clone(),
            email_verified: self.email_verified,
            claims,
            roles: self.roles.split_whitespace().map(str::to_owned).collect(),
            ..NewPerson::default()
        }
    }
}

/// `GET /admin/users/new`.
pub(super) async fn get(admin: Admin) -> HttpResponse {
    page(&admin, Typed::default(), Errors::default())
}

/// `POST /admin/users/new`.
pub(super) async fn post(form: AdminForm) -> HttpResponse {
    take(&form).await.unwrap_or_else(|instead| instead)
}

async fn take(form: &AdminForm) -> Result<HttpResponse, HttpResponse> {
    form::only(form, &FIELDS)?;
    let (admin, typed) = (&form.admin, Typed::of(&form.fields));
    let act = admin.act();
    let mut user = match typed.person().checked(&act) {
        Ok(user) => user,
        Err(problem) => {
            let errors = Errors::one(problem.field(), sentence(&problem));
            return Ok(page(admin, typed, errors));
        }
    };
    // Without a password the person cannot sign in yet.
    if let Some(text) = form.fields.one("password") {
        if typed.is_invited {
            let errors = Errors::one("password", BOTH);
            return Ok(page(admin, typed, errors));
        }
        match password::hashed(admin, text, &user).await {
            Ok(hash) => user.password_hash = Some(hash),
            Err(Refused::Rule(rule)) => return Ok(page(admin, typed, Errors::one("password", rule))),
            Err(Refused::Busy(instead)) => return Ok(instead),
        }
    }
    let is_invited = typed.is_invited;
    let added = admin.cx.store().write("create-user", move |tx| {
        if is_invited {
            let (user, invitation) = invitations::create(tx, &act, &user)?;
            return Ok((user, Some(invitation)));
        }
        administration::create(tx, &act, &user)?;
        Ok((user.clone(), None))
    });
    match added.await {
        Ok((user, Some(invitation))) => Ok(invitation::show(admin, &user, &invitation)),
        Ok((user, None)) => Ok(see_other(&format!("{}?done=created", path_of(&user.id)))),
        Err(StoreError::Conflict(unique)) => match taken(unique) {
            Some(errors) => Ok(page(admin, typed, errors)),
            None => Err(admin.failed(StoreError::Conflict(unique))),
        },
        Err(error) => Err(admin.failed(error)),
    }
}

fn page(admin: &Admin, typed: Typed, errors: Errors) -> HttpResponse {
    let status = errors.status();
    let view = NewPage {
        shell: admin.shell(Section::Users, "New user"),
        errors,
        typed,
        least: admin.cx.config().passwords.minimum_length,
    };
    answer(admin, status, &view)
}

/// The field that holds what another person has.
pub(super) fn taken(unique: Unique) -> Option<Errors> {
    match unique {
        Unique::Username => Some(Errors::one(
            "username",
            "User name: somebody has this name already, perhaps in another spelling",
        )),
        Unique::Email => Some(Errors::one(
            "email",
            "E-mail address: somebody has this address already",
        )),
        Unique::ApiIdentifier | Unique::Scope | Unique::LastAdministrator | Unique::Other => None,
    }
}

/// A problem beside its field.
pub(super) fn sentence(problem: &PersonProblem) -> String {
    match problem {
        PersonProblem::Username(rule) => format!("User name: {rule}"),
        PersonProblem::Email(rule) => format!("E-mail address: {rule}"),
        PersonProblem::Claim(claim) => format!("{}: {}", super::profile::label(&claim.claim), problem.rule()),
        PersonProblem::Role(role) => format!("Role {role:?}: {}", problem.rule()),
        PersonProblem::Group(group) => format!("Group {group:?}: {}", problem.rule()),
        PersonProblem::TooMany(_) => format!("Too many: {}", problem.rule()),
        PersonProblem::BanIsOver => "Until: that is over already".to_owned(),
        PersonProblem::Reason => "Reason: at most 500 characters, none of them invisible".to_owned(),
    }
}
