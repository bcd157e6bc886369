//! Making an initial access token. It is shown once, in the answer that makes it.

use super::{Mode, PATH};
use crate::admin::access::{Admin, AdminForm};
use crate::admin::form::{self, Errors};
use crate::admin::moment::Moment;
use crate::admin::pages::applications::{Scopes, apis, capital, chosen_scopes};
use crate::admin::pages::layout::{Section, Shell, answer};
use crate::clients::dynamic::initial_tokens::{self, MOST_USES, Made, Wish, WishProblem};
use crate::clients::own_api;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use std::sync::Arc;
use vouchsafe_core::model::{Api, ClientKind, Span};
use vouchsafe_core::spec::params::Params;
use vouchsafe_core::spec::scope;

#[derive(Template)]
#[template(path = "admin/registration/new.html")]
struct NewPage {
    shell: Shell,
    mode: Mode,
    errors: Errors,
    typed: Typed,
    scopes: Scopes,
}

#[derive(Template)]
#[template(path = "admin/registration/made.html")]
struct MadePage<'a> {
    shell: Shell,
    mode: Mode,
    name: &'a str,
    id: &'a str,
    uses: i64,
    ends: Moment,
    secret: &'a str,
}

/// The form as it was filled in.
struct Typed {
    name: String,
    uses: String,
    lasts: String,
    scopes: Vec<String>,
}

impl Default for Typed {
    fn default() -> Self {
        Self {
            name: String::new(),
            uses: "1".to_owned(),
            lasts: "1d".to_owned(),
            scopes: Vec::new(),
        }
    }
}

impl Typed {
    fn of(fields: &Params) -> Self {
        let text = |name| fields.one(name).unwrap_or_default().trim().to_owned();
        Self {
            name: text("name"),
            uses: text("uses"),
            lasts: text("lasts"),
            scopes: chosen_scopes(fields),
        }
    }

    /// What it asks for, or what is wrong with each field.
    fn check(&self, apis: &[Api]) -> Result<Wish, Errors> {
        let mut errors = Errors::default();
        if scope::parse(&self.scopes.join(" ")).is_err() {
            errors.add("scopes", "A scope has a character that it may not have");
        }
        let Some(lasts) = lasts(&self.lasts) else {
            errors.add("lasts", "Choose one of the values of the list");
            return Err(errors);
        };
        let uses = self.uses.parse().ok();
        let uses = uses.filter(|uses| (1..=MOST_USES).contains(uses));
        if uses.is_none() {
            errors.add("uses", "Type a number from 1 to 10000");
        }
        let wish = Wish {
            name: self.name.clone(),
            // What else is wrong is said at once.
            uses: uses.unwrap_or(1),
            lasts,
            scopes: self.scopes.clone(),
        };
        match wish.checked(apis) {
            Ok(wish) if errors.is_empty() => Ok(wish),
            Ok(_) => Err(errors),
            Err(problem) => {
                let (field, rule) = sentence(&problem);
                if errors.of(field).is_none() {
                    errors.add(field, rule);
                }
                Err(errors)
            }
        }
    }
}

/// A rule with the field that breaks it.
fn sentence(problem: &WishProblem) -> (&'static str, String) {
    match problem {
        WishProblem::Name => ("name", capital(&problem.to_string())),
        WishProblem::Uses => ("uses", capital(&problem.to_string())),
        WishProblem::Lasts => ("lasts", capital(&problem.to_string())),
        WishProblem::Unowned(name) => ("scopes", format!("{name}: no API owns this scope")),
        WishProblem::Administers(_) => ("scopes", capital(&problem.to_string())),
    }
}

/// What a choice of the list means.
fn lasts(word: &str) -> Option<Span> {
    match word {
        "1h" => Some(Span::from_hours(1)),
        "1d" => Some(Span::from_days(1)),
        "7d" => Some(Span::from_days(7)),
        "30d" => Some(Span::from_days(30)),
        "90d" => Some(Span::from_days(90)),
        "365d" => Some(Span::from_days(365)),
        _ => None,
    }
}

fn here() -> String {
    format!("{PATH}/new")
}

/// `GET /admin/registration/new`.
pub(super) async fn get(admin: Admin) -> HttpResponse {
    let shown = async {
        admin.proven_recently(&here())?;
        let apis = apis(&admin).await?;
        Ok(page(&admin, &apis, Typed::default(), Errors::default()))
    };
    shown.await.unwrap_or_else(|instead: HttpResponse| instead)
}

/// `POST /admin/registration/new`.
pub(super) async fn post(form: AdminForm) -> HttpResponse {
    take(&form).await.unwrap_or_else(|instead| instead)
}

async fn take(form: &AdminForm) -> Result<HttpResponse, HttpResponse> {
    form::only_repeating(form, &["name", "uses", "lasts"], &["scope"])?;
    let (admin, typed) = (&form.admin, Typed::of(&form.fields));
    admin.proven_recently(&here())?;
    let apis = apis(admin).await?;
    let wish = match typed.check(&apis) {
        Ok(wish) => wish,
        Err(errors) => return Ok(page(admin, &apis, typed, errors)),
    };
    let act = admin.act();
    let made = admin.cx.store().write("create-initial-token", move |tx| {
        let made = Made::new(wish.clone(), &act);
        initial_tokens::create(tx, &act, &made)?;
        Ok(Arc::new(made))
    });
    let made = made.await.map_err(|error| admin.failed(error))?;
    let view = MadePage {
        shell: admin.shell(Section::Applications, "Initial access token"),
        mode: Mode::of(admin),
        name: &made.token.name,
        id: &made.token.id,
        uses: made.token.uses_left,
        ends: Moment(made.token.expires_at),
        secret: made.secret.expose(),
    };
    Ok(answer(admin, StatusCode::OK, &view))
}

fn page(admin: &Admin, apis: &[Api], typed: Typed, errors: Errors) -> HttpResponse {
    // Those of the administration are not given this way.
    let apis: Vec<Api> = apis.iter().filter(|api| !own_api::is_own(api)).cloned().collect();
    let status = errors.status();
    let view = NewPage {
        shell: admin.shell(Section::Applications, "New initial access token"),
        mode: Mode::of(admin),
        errors,
        scopes: Scopes::of(ClientKind::Web, &apis, &typed.scopes),
        typed,
    };
    answer(admin, status, &view)
}
