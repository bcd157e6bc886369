//! A new person.

use super::password::{self, Refused};
use super::{invitation, path_of};
use crate::accounts::invitations::Invitation;
use crate::accounts::profile::{NewPerson, PersonProblem};
use crate::accounts::{administration, invitations};
use crate::admin::access::{Admin, AdminForm};
use crate::admin::form::{self, Errors};
use crate::admin::pages::layout::{Section, Shell, answer};
use crate::db;
use crate::store::listing::{EventsWanted, Part};
use crate::store::{StoreError, Unique};
use actix_web::HttpResponse;
use askama::Template;
use serde_json::{Map, Value};
use vouchsafe_core::model::{User, UserId};
use vouchsafe_core::spec::human_readable::shortened;
use vouchsafe_core::spec::params::Params;

const FIELDS: [&str; 8] = [
    "once",
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

const GONE: &str = "The account that this form made is deleted: send it once more to make another";

#[derive(Template)]
#[template(path = "admin/users/new.html")]
struct NewPage {
    shell: Shell,
    errors: Errors,
    typed: Typed,
    /// Makes the form count once.
    once: String,
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
    let once = form::new_once(&admin);
    page(&admin, (Typed::default(), once), Errors::default())
}

/// `POST /admin/users/new`.
pub(super) async fn post(form: AdminForm) -> HttpResponse {
    take(&form).await.unwrap_or_else(|instead| instead)
}

async fn take(form: &AdminForm) -> Result<HttpResponse, HttpResponse> {
    form::only(form, &FIELDS)?;
    let (admin, typed) = (&form.admin, Typed::of(&form.fields));
    let once = form::once(admin, &form.fields)?;
    let (act, password) = (admin.act(), form.fields.one("password"));
    let errors = wrong(admin, &typed, password);
    if !errors.is_empty() {
        return Ok(page(admin, (typed, once), errors));
    }
    let mut user = match typed.person().checked(&act) {
        Ok(user) => user,
        Err(problem) => {
            let errors = Errors::one(problem.field(), sentence(&problem));
            return Ok(page(admin, (typed, once), errors));
        }
    };
    let key = admin.cx.services.keys.secrets().form_key();
    user.id = UserId::from_entropy(act.bytes_of_once(key, "user", &once));
    // Without a password the person cannot sign in yet.
    if let Some(text) = password {
        match password::hashed(admin, text, &user).await {
            Ok(hash) => user.password_hash = Some(hash),
            Err(Refused::Rule(rule)) => {
                let errors = Errors::one("password", rule);
                return Ok(page(admin, (typed, once), errors));
            }
            Err(Refused::Busy(instead)) => return Ok(instead),
        }
    }
    let added = add(admin, user, typed.is_invited).await;
    match added.map_err(|error| admin.failed(error))? {
        Added::Invited(user, invitation) => Ok(invitation::show(admin, &user, &invitation)),
        Added::Done(id) => Ok(admin.done(&path_of(&id), "The account is made.")),
        Added::Before(id) => {
            let words = if typed.is_invited {
                "This account was made already: the same form came before. If you did not see its link, make a new one."
            } else {
                "This account was made already: the same form came before."
            };
            Ok(admin.done(&path_of(&id), words))
        }
        Added::Gone => {
            let errors = Errors::one("user-new-form", GONE);
            Ok(page(admin, (typed, form::new_once(admin)), errors))
        }
        Added::Taken(errors) => Ok(page(admin, (typed, once), errors)),
    }
}

/// All that is wrong with what was typed, as far as it can be told without the other accounts.
fn wrong(admin: &Admin, typed: &Typed, password: Option<&str>) -> Errors {
    let mut errors = Errors::default();
    for problem in typed.person().problems() {
        errors.add(problem.field(), sentence(&problem));
    }
    if let Some(text) = password {
        if typed.is_invited {
            errors.add("password", BOTH);
        } else if let Err(rule) = password::check(admin, text, (&typed.username, &typed.email)) {
            errors.add("password", rule);
        }
    }
    errors
}

/// What became of an account.
enum Added {
    Done(UserId),
    /// With the link.
    Invited(Box<User>, Invitation),
    /// The same form came before.
    Before(UserId),
    /// The same form came before, and its account is deleted: nobody gets its `sub` again.
    Gone,
    /// Somebody else has the name or the address.
    Taken(Errors),
}

async fn add(admin: &Admin, user: User, is_invited: bool) -> Result<Added, StoreError> {
    let (act, id) = (admin.act(), user.id.clone());
    let added = admin.cx.store().write("create-user", move |tx| {
        if db!(tx, users::by_id(&user.id))?.is_some() {
            return Ok(Added::Before(user.id.clone()));
        }
        let named = EventsWanted {
            subject: Some(user.id.as_str().to_owned()),
            part: Part::first(1),
            ..EventsWanted::default()
        };
        if !db!(tx, events::page(&named))?.items.is_empty() {
            return Ok(Added::Gone);
        }
        if is_invited {
            let (user, invitation) = invitations::create(tx, &act, &user)?;
            return Ok(Added::Invited(Box::new(user), invitation));
        }
        administration::create(tx, &act, &user)?;
        Ok(Added::Done(user.id.clone()))
    });
    let conflict = match added.await {
        Err(StoreError::Conflict(conflict)) => conflict,
        other => return other,
    };
    // Of two forms that come at once, one meets the other's row only when it writes its own.
    let key = id.clone();
    let found = admin
        .cx
        .store()
        .read("user", move |tx| db!(tx, users::by_id(&key)));
    if found.await?.is_some() {
        return Ok(Added::Before(id));
    }
    taken(conflict)
        .map(Added::Taken)
        .ok_or(StoreError::Conflict(conflict))
}

fn page(admin: &Admin, (typed, once): (Typed, String), errors: Errors) -> HttpResponse {
    let status = errors.status();
    let view = NewPage {
        shell: admin.shell(Section::Users, "New user"),
        errors,
        typed,
        once,
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
        PersonProblem::Role(role) => format!("Role {:?}: {}", shortened(role), problem.rule()),
        PersonProblem::Group(group) => format!("Group {:?}: {}", shortened(group), problem.rule()),
        PersonProblem::TooMany(_) => format!("Too many: {}", problem.rule()),
        PersonProblem::BanIsOver => "Until: that is over already".to_owned(),
        PersonProblem::Reason(_) => format!("Reason: {problem}"),
    }
}
