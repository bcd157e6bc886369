//! Another password for a person.

use super::{Exposed, Named, exposure, path_of, person, proven_for};
use crate::accounts::administration;
use crate::accounts::passwords::Password;
use crate::accounts::person_acts::PersonAct;
use crate::admin::access::{Admin, AdminForm};
use crate::admin::form::{self, Errors};
use crate::admin::pages::layout::{Section, Shell, answer};
use crate::failure::{Broken, Failure};
use actix_web::{HttpResponse, web};
use askama::Template;
use vouchsafe_core::decide::password_policy::{self, PasswordProblem};
use vouchsafe_core::model::{PasswordHash, User};

const PROOF: (PersonAct, &str) = (PersonAct::SetPassword, "/password");

#[derive(Template)]
#[template(path = "admin/users/password.html")]
struct PasswordPage {
    shell: Shell,
    errors: Errors,
    who: Named,
    out: Exposed,
    least: usize,
}

/// Why a password is not taken.
pub(super) enum Refused {
    /// It breaks a rule.
    Rule(String),
    /// There is no room to hash it: the answer to give instead.
    Busy(HttpResponse),
}

/// `GET /admin/users/{sub}/password`.
pub(super) async fn get(admin: Admin, sub: web::Path<String>) -> HttpResponse {
    let shown = async {
        let user = person(&admin, &sub).await?;
        proven_for(&admin, &user, PROOF)?;
        page(&admin, &user, Errors::default()).await
    };
    shown.await.unwrap_or_else(|instead| instead)
}

/// `POST /admin/users/{sub}/password`.
pub(super) async fn post(form: AdminForm, sub: web::Path<String>) -> HttpResponse {
    take(&form, &sub).await.unwrap_or_else(|instead| instead)
}

async fn take(form: &AdminForm, sub: &str) -> Result<HttpResponse, HttpResponse> {
    form::only(form, &["password"])?;
    let admin = &form.admin;
    let user = person(admin, sub).await?;
    proven_for(admin, &user, PROOF)?;
    let path = path_of(&user.id);
    let hash = match hashed(admin, form.fields.one("password").unwrap_or_default(), &user).await {
        Ok(hash) => hash,
        Err(Refused::Rule(rule)) => return page(admin, &user, Errors::one("password", rule)).await,
        Err(Refused::Busy(instead)) => return Err(instead),
    };
    let (act, id) = (admin.act(), user.id);
    let done = admin.cx.store().write("set-password", move |tx| {
        administration::set_password(tx, &act, &id, &hash)
    });
    match done.await {
        Ok(Some(_)) => {
            let words = "The password is set. All sessions and grants are ended.";
            Ok(admin.done(&path, words))
        }
        Ok(None) => Err(admin.not_found()),
        Err(error) => Err(admin.failed(error)),
    }
}

/// Whether a password holds to the policy, for whoever has this user name and e-mail address.
///
/// # Errors
/// The rule that it breaks.
pub(super) fn check(admin: &Admin, text: &str, (username, email): (&str, &str)) -> Result<(), String> {
    let least = admin.cx.config().passwords.minimum_length;
    match password_policy::check(text, least, username, email) {
        Ok(_) => Ok(()),
        Err(PasswordProblem::TooShort) => Err(format!("Password: it must have at least {least} characters")),
        Err(
            rule @ (PasswordProblem::TooLong
            | PasswordProblem::ControlCharacter
            | PasswordProblem::TooCommon
            | PasswordProblem::OwnName),
        ) => Err(format!("Password: {rule}")),
    }
}

/// The hash of a password that holds to the policy.
pub(super) async fn hashed(admin: &Admin, text: &str, user: &User) -> Result<PasswordHash, Refused> {
    check(admin, text, (&user.username, &user.email)).map_err(Refused::Rule)?;
    let Ok(password) = Password::parse(text) else {
        return Err(Refused::Rule("Password: it is too long".to_owned()));
    };
    let salt = admin.cx.services.ports.entropy.bytes();
    let hashed = admin.cx.services.passwords.hash(password, salt).await;
    hashed.map_err(|_| {
        let busy = Failure::Broken(Broken::Overloaded("password hashing"));
        Refused::Busy(admin.failed(busy))
    })
}

async fn page(admin: &Admin, user: &User, errors: Errors) -> Result<HttpResponse, HttpResponse> {
    let status = errors.status();
    let view = PasswordPage {
        shell: admin.shell(Section::Users, "Set a password"),
        errors,
        who: Named::of(admin, user),
        out: exposure(admin, &user.id).await?,
        least: admin.cx.config().passwords.minimum_length,
    };
    Ok(answer(admin, status, &view))
}
