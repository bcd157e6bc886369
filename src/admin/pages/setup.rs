//! Becoming an administrator by a one-time link.

use super::layout::{see_other, shown};
use super::problem;
use crate::accounts::passwords::Password;
use crate::accounts::profile::{NewPerson, PersonProblem};
use crate::accounts::setup::{self, Application, Outcome};
use crate::admin::access::{cookies, guest};
use crate::cx::Cx;
use crate::failure::Failure;
use crate::web::body::Form as Body;
use crate::web::csrf::Forged;
use crate::web::guest::Guest;
use crate::web::problem::RETRY_AFTER_SECONDS;
use crate::web::told::Told;
use crate::web::urls;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER, SET_COOKIE};
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde_json::{Map, Value};
use vouchsafe_core::decide::password_policy::PasswordProblem;
use vouchsafe_core::model::{AdminCookie, Plain};
use vouchsafe_core::spec::params::Params;
use vouchsafe_core::spec::redirect_uri;

const FORM: &str = "setup";

/// Mounts the page.
pub fn mount(app: &mut ServiceConfig) {
    app.service(
        web::resource(urls::SETUP)
            .route(web::get().to(get))
            .route(web::post().to(post)),
    );
}

#[derive(Template)]
#[template(path = "admin/setup.html")]
struct SetupPage<'a> {
    site: String,
    form_token: String,
    minimum: usize,
    typed: Typed<'a>,
    problems: Vec<Problem>,
}

/// What was typed and may be shown again: everything but the password.
#[derive(Default)]
struct Typed<'a> {
    code: &'a str,
    username: &'a str,
    email: &'a str,
    name: &'a str,
}

/// What is wrong: the field, if it is one, and the sentence.
struct Problem {
    field: &'static str,
    sentence: String,
    advice: &'static str,
    status: StatusCode,
}

impl SetupPage<'_> {
    fn is_wrong(&self, field: &str) -> bool {
        self.problems.iter().any(|problem| problem.field == field)
    }
}

impl<'a> Typed<'a> {
    fn of(fields: &'a Params) -> Self {
        let field = |name| fields.one(name).unwrap_or_default();
        Self {
            code: field("code"),
            username: field("username"),
            email: field("email"),
            name: field("name"),
        }
    }
}

/// `GET /setup`: 404 unless somebody may become an administrator now.
async fn get(cx: Cx, http: HttpRequest) -> HttpResponse {
    match setup::is_open(&cx).await {
        Ok(true) => show(&cx, &guest(&cx, &http), Typed::default(), Vec::new()),
        Ok(false) => problem::set_up_before(&cx),
        Err(failure) => Told::of(&cx, &failure).answer(),
    }
}

/// `POST /setup`.
async fn post(cx: Cx, http: HttpRequest, body: Body) -> HttpResponse {
    take(&cx, &http, body)
        .await
        .unwrap_or_else(|failure| Told::of(&cx, &failure).answer())
}

async fn take(cx: &Cx, http: &HttpRequest, body: Body) -> Result<HttpResponse, Failure> {
    if !setup::is_open(cx).await? {
        return Ok(problem::set_up_before(cx));
    }
    let fields = match body.0 {
        Ok(fields) => fields,
        Err(unreadable) => return Ok(Told::from(unreadable).answer()),
    };
    let (guest, typed) = (guest(cx, http), Typed::of(&fields));
    match guest.check(cx, http, &fields, FORM) {
        Ok(()) => {}
        Err(Forged::ForeignOrigin) => return Ok(Told::ForeignOrigin.answer()),
        Err(Forged::Stale) => {
            let sentence = "This page had expired, or your browser does not keep cookies of this site. Send it once more.";
            let problem = Problem::new("", sentence, StatusCode::FORBIDDEN);
            return Ok(show(cx, &guest, typed, vec![problem]));
        }
    }
    let before = cookies(cx).read::<AdminCookie>(http.headers());
    let application = Application {
        before: before.map(|cookie| cookie.digest()),
        ..application(&fields, &typed)
    };
    let outcome = setup::become_administrator(cx, application).await?;
    if let Outcome::Done { cookie } = &outcome {
        let mut response = see_other(urls::ADMIN);
        response
            .headers_mut()
            .append(SET_COOKIE, cookies(cx).set(cookie, None));
        return Ok(response);
    }
    let problems = problems(&outcome, cx.config().passwords.minimum_length);
    Ok(show(cx, &guest, typed, problems))
}

fn application(fields: &Params, typed: &Typed<'_>) -> Application {
    let mut claims = Map::new();
    if !typed.name.trim().is_empty() {
        claims.insert("name".to_owned(), Value::String(typed.name.trim().to_owned()));
    }
    Application {
        code: Plain::parse(typed.code.trim()),
        person: NewPerson {
            username: typed.username.to_owned(),
            email: typed.email.to_owned(),
            claims,
            ..NewPerson::default()
        },
        password: Password::parse(fields.one("password").unwrap_or_default()).ok(),
        before: None,
    }
}

fn problems(outcome: &Outcome, minimum: usize) -> Vec<Problem> {
    let wrong = StatusCode::UNPROCESSABLE_ENTITY;
    let problem = match outcome {
        Outcome::Done { .. } => return Vec::new(),
        Outcome::Refused(person, password) => {
            let person = person.iter().map(of_person);
            let password = password.map(|rule| of_password(rule, minimum));
            return person.chain(password).collect();
        }
        Outcome::CodeRefused => Problem::new(
            "code",
            "This code is not good.",
            wrong,
        )
        .advising(
            "It was used, is older than 30 minutes, or is mistyped. The command “vouchsafe admin invite”, on the \
             machine of the server, makes a new link.",
        ),
        Outcome::UsernameTaken => Problem::new("username", "This user name is taken.", wrong),
        Outcome::EmailTaken => Problem::new("email", "This e-mail address is taken.", wrong),
        Outcome::Busy => Problem::new(
            "",
            "The server is busy. Try again in a few seconds.",
            StatusCode::SERVICE_UNAVAILABLE,
        ),
    };
    vec![problem]
}

fn of_person(problem: &PersonProblem) -> Problem {
    let (field, sentence) = match problem.field() {
        "username" => ("username", problem.to_string()),
        "email" => ("email", problem.to_string()),
        // The page asks for no other claim.
        _ => ("name", format!("name: {}", problem.rule())),
    };
    Problem::new(field, sentence, StatusCode::UNPROCESSABLE_ENTITY)
}

fn of_password(rule: PasswordProblem, minimum: usize) -> Problem {
    let sentence = match rule {
        PasswordProblem::TooShort => format!("{rule}: it needs at least {minimum} characters"),
        PasswordProblem::TooLong
        | PasswordProblem::ControlCharacter
        | PasswordProblem::TooCommon
        | PasswordProblem::OwnName => rule.to_string(),
    };
    Problem::new("password", sentence, StatusCode::UNPROCESSABLE_ENTITY)
}

impl Problem {
    fn new(field: &'static str, sentence: impl Into<String>, status: StatusCode) -> Self {
        let mut sentence: String = sentence.into();
        if let Some(first) = sentence.get(..1).map(str::to_uppercase) {
            sentence.replace_range(..1, &first);
        }
        Self {
            field,
            sentence,
            advice: "",
            status,
        }
    }

    fn advising(self, advice: &'static str) -> Self {
        Self { advice, ..self }
    }
}

fn show(cx: &Cx, guest: &Guest, typed: Typed<'_>, problems: Vec<Problem>) -> HttpResponse {
    let status = problems.first().map_or(StatusCode::OK, |problem| problem.status);
    let page = SetupPage {
        site: redirect_uri::host(&cx.config().issuer),
        form_token: guest.form_token(cx, FORM),
        minimum: cx.config().passwords.minimum_length,
        typed,
        problems,
    };
    let mut response = shown(cx, status, &page);
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from(RETRY_AFTER_SECONDS));
    }
    guest.keep(&mut response);
    response
}
