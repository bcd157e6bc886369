//! The sign-in page, asked for and sent back.

use super::arrival::{Arrival, Stop, account, fields, query, seconds_until, see_other};
use super::suspended;
use crate::accounts::passwords::{Password, TooLong};
use crate::accounts::sign_in::{Attempt, Outcome, sign_in};
use crate::cx::Cx;
use crate::pages::layout::Frame;
use crate::pages::login::{LoginNotice, LoginPage, Remember, Who};
use crate::web::body::Form;
use crate::web::cookies::Cookies;
use crate::web::csrf::Forged;
use crate::web::problem::RETRY_AFTER_SECONDS;
use crate::web::told::Told;
use crate::web::urls;
use actix_web::http::header::{HeaderValue, RETRY_AFTER, SET_COOKIE};
use actix_web::{HttpRequest, HttpResponse};
use vouchsafe_core::decide::next_step::{NextStep, SignInCause};
use vouchsafe_core::model::Declined;
use vouchsafe_core::spec::params::Params;
use vouchsafe_core::spec::username;

const PAGE: &str = "login";
const SECONDS_OF_A_DAY: i64 = 86_400;

/// `GET /interaction/{handle}/login`; with `account=other` also for a browser that is signed in.
pub(super) async fn get(cx: Cx, http: HttpRequest) -> HttpResponse {
    show(&cx, &http).await.unwrap_or_else(|stop| stop.answer(&cx))
}

/// `POST /interaction/{handle}/login`.
pub(super) async fn post(cx: Cx, http: HttpRequest, body: Form) -> HttpResponse {
    take(&cx, &http, body)
        .await
        .unwrap_or_else(|stop| stop.answer(&cx))
}

async fn show(cx: &Cx, http: &HttpRequest) -> Result<HttpResponse, Stop> {
    let arrival = Arrival::of(cx, http).await?;
    let other = query(http).one("account") == Some("other");
    if !other && !matches!(arrival.opened.next_step(cx.now), NextStep::SignIn { .. }) {
        return Err(arrival.hub());
    }
    let typed = if other { Some("") } else { None };
    let page = page(&arrival, arrival.frame(), typed, false);
    Ok(arrival.show(200, page.render()))
}

async fn take(cx: &Cx, http: &HttpRequest, body: Form) -> Result<HttpResponse, Stop> {
    let form = fields(body)?;
    let arrival = Arrival::with_form(cx, http).await?;
    let typed = Typed::of(&form);
    let genuine = match arrival.check(http, &form, PAGE) {
        Ok(genuine) => genuine,
        Err(Forged::ForeignOrigin) => return Err(Told::ForeignOrigin.into()),
        Err(Forged::Stale) => return Ok(typed.again(&arrival, LoginNotice::FormStale)),
    };
    if form.one("cancel").is_some() {
        return arrival.decline(genuine, Declined::SignIn).await;
    }
    let (username, password) = (form.one("username"), form.one("password"));
    let (Some(identifier), Some(password)) = (username, password) else {
        let notice = LoginNotice::Incomplete {
            username: username.is_none(),
            password: password.is_none(),
        };
        return Ok(typed.again(&arrival, notice));
    };
    let password = match Password::parse(password) {
        Ok(password) => password,
        // It is nobody's, so nothing is looked up or counted.
        Err(TooLong) => return Ok(typed.again(&arrival, LoginNotice::WrongCredentials)),
    };
    let attempt = Attempt {
        identifier: identifier.to_owned(),
        password,
        remember: typed.remember,
        before: arrival
            .opened
            .signed_in
            .as_ref()
            .map(|signed_in| signed_in.session.clone()),
        place: arrival.visit.place.clone(),
    };
    let outcome = sign_in(cx, attempt).await?;
    Ok(answer(&arrival, &typed, outcome))
}

fn answer(arrival: &Arrival<'_>, typed: &Typed<'_>, outcome: Outcome) -> HttpResponse {
    let cx = arrival.cx;
    match outcome {
        Outcome::SignedIn { cookie, kept_for } => {
            let mut response = see_other(&urls::interaction(&arrival.visit.handle));
            let cookie = Cookies::of_issuer(&cx.config().issuer).set(&cookie, kept_for);
            response.headers_mut().append(SET_COOKIE, cookie);
            response
        }
        Outcome::Refused => typed.again(arrival, LoginNotice::WrongCredentials),
        Outcome::Suspended(user) => suspended::show(arrival, &user),
        Outcome::Throttled { until } => {
            let mut response = typed.again(arrival, LoginNotice::Throttled { until });
            response
                .headers_mut()
                .insert(RETRY_AFTER, seconds_until(cx.now, until));
            response
        }
        Outcome::Busy => {
            let mut response = typed.again(arrival, LoginNotice::Busy);
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from(RETRY_AFTER_SECONDS));
            response
        }
    }
}

/// What was typed and may be shown again: everything but the password.
struct Typed<'a> {
    username: &'a str,
    remember: bool,
}

impl<'a> Typed<'a> {
    fn of(form: &'a Params) -> Self {
        Self {
            username: form.one("username").unwrap_or_default(),
            remember: form.one("remember").is_some(),
        }
    }

    /// The page once more, with what went wrong.
    fn again(&self, arrival: &Arrival<'_>, notice: LoginNotice) -> HttpResponse {
        let frame = arrival.frame_of_answer();
        let page = LoginPage {
            notice: Some(notice),
            ..page(arrival, frame, Some(self.username), self.remember)
        };
        arrival.show(notice.status(), page.render())
    }
}

/// The page for somebody who typed this name, or nothing so far.
fn page(arrival: &Arrival<'_>, frame: Frame, typed: Option<&str>, remember: bool) -> LoginPage {
    let who = who(arrival, typed);
    let days = arrival.cx.config().sessions.remember_lifetime.seconds() / SECONDS_OF_A_DAY;
    LoginPage {
        frame,
        form: arrival.form(PAGE, PAGE),
        app: arrival.app(),
        notice: None,
        remember: match who {
            Who::Anybody { .. } => Some(Remember {
                days: days.max(1),
                ticked: remember,
            }),
            // Whether the session is kept was answered when it began.
            Who::Again { .. } => None,
        },
        who,
    }
}

/// The person who is signed in, when the client wants just that proven again; else anybody.
fn who(arrival: &Arrival<'_>, typed: Option<&str>) -> Who {
    let request = &arrival.opened.interaction.request;
    let again = matches!(
        arrival.opened.next_step(arrival.cx.now),
        NextStep::SignIn {
            why: SignInCause::Prompted | SignInCause::TooOld
        }
    );
    if let (true, Some(signed_in)) = (again, &arrival.opened.signed_in) {
        let user = &signed_in.user;
        let same = |typed: &str| {
            let typed = username::key(typed);
            typed == username::key(&user.username) || typed == username::key(&user.email)
        };
        if typed.is_none_or(same) {
            let path = urls::interaction_page(&arrival.visit.handle, PAGE);
            let other = request
                .hinted_user
                .is_none()
                .then(|| format!("{path}?account=other"));
            return Who::Again {
                account: account(user),
                other,
            };
        }
    }
    let username = typed
        .or(request.login_hint.as_deref())
        .unwrap_or_default()
        .to_owned();
    Who::Anybody { username }
}
