//! Signing in to the administration, and out of it.

use super::layout::{see_other, shown};
use super::problem;
use crate::accounts::admin_sessions::{self, Outcome};
use crate::accounts::passwords::{Password, TooLong};
use crate::admin::access::{AdminForm, cookies, guest, way_back, with_back};
use crate::admin::{notice, path};
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
use vouchsafe_core::model::{AdminCookie, EndReason, UnixTime};
use vouchsafe_core::spec::params::Params;
use vouchsafe_core::spec::redirect_uri;

const FORM: &str = "admin-sign-in";

/// Mounts the pages.
pub fn mount(app: &mut ServiceConfig) {
    app.service(
        web::resource(path("sign-in"))
            .route(web::get().to(get))
            .route(web::post().to(post)),
    )
    .route(&path("sign-out"), web::post().to(sign_out));
}

#[derive(Template)]
#[template(path = "admin/sign_in.html")]
struct SignInPage<'a> {
    site: String,
    action: String,
    form_token: String,
    username: &'a str,
    notice: Option<Notice>,
    now: UnixTime,
}

impl SignInPage<'_> {
    fn is_wrong(&self) -> bool {
        self.notice.is_some_and(Notice::is_wrong)
    }
}

/// What went wrong at the try before, here and where the password is asked for again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A form came after its session had ended.
    Ended,
    /// Unknown person, wrong or missing password: one text for all.
    Wrong,
    /// The password is right, but the account does not stand.
    Suspended,
    /// Too many failures before.
    Throttled {
        /// When the next attempt will be looked at.
        until: UnixTime,
    },
    /// The form's token is not good any more, or the browser kept no cookie.
    Stale,
    /// There is no room to check the password now.
    Busy,
}

impl Notice {
    /// Whether what was typed is wrong.
    #[must_use]
    pub fn is_wrong(self) -> bool {
        self == Self::Wrong
    }

    /// The status of a page with this notice.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Ended => StatusCode::OK,
            Self::Wrong => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Suspended | Self::Stale => StatusCode::FORBIDDEN,
            Self::Throttled { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Its headline.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Ended => "Your session had ended, and nothing was saved",
            Self::Wrong => "Name or password is wrong",
            Self::Suspended => "This account is suspended",
            Self::Throttled { .. } => "Too many attempts",
            Self::Stale => "This page had expired",
            Self::Busy => "The server is busy",
        }
    }

    /// What to do.
    #[must_use]
    pub fn advice(self, now: UnixTime) -> String {
        let advice = match self {
            Self::Ended => {
                "Sign in, then go back twice in your browser: it still has what you typed, but for passwords."
            }
            Self::Wrong => "Check both and try again.",
            Self::Suspended => {
                "Another administrator can lift that, or somebody on the machine with `vouchsafe admin recover`."
            }
            Self::Throttled { until } => {
                let minutes = (seconds_until(until, now) + 59) / 60;
                let unit = if minutes == 1 { "minute" } else { "minutes" };
                return format!("Wait about {minutes} {unit} and try again.");
            }
            Self::Stale => {
                "Send it once more. Should this come again, your browser does not keep cookies of this site."
            }
            Self::Busy => "Try again in a few seconds.",
        };
        advice.to_owned()
    }

    /// Adds `Retry-After` where there is a time to wait for.
    pub fn decorate(self, now: UnixTime, response: &mut HttpResponse) {
        let seconds = match self {
            Self::Throttled { until } => HeaderValue::from(seconds_until(until, now)),
            Self::Busy => HeaderValue::from(RETRY_AFTER_SECONDS),
            Self::Ended | Self::Wrong | Self::Suspended | Self::Stale => return,
        };
        response.headers_mut().insert(RETRY_AFTER, seconds);
    }
}

/// Whole seconds, one at least.
fn seconds_until(until: UnixTime, now: UnixTime) -> i64 {
    until.since(now).millis().max(1).saturating_add(999) / 1000
}

/// `GET /admin/sign-in`.
async fn get(cx: Cx, http: HttpRequest) -> HttpResponse {
    let visit = Visit::of(&cx, &http);
    let ended = notice::left(&cx, &http, visit.guest.digest()).map(|_| Notice::Ended);
    let mut response = visit.show(&cx, "", ended);
    if ended.is_some() {
        notice::take(&cx, &mut response);
    }
    response
}

/// `POST /admin/sign-in`.
async fn post(cx: Cx, http: HttpRequest, body: Body) -> HttpResponse {
    take(&cx, &http, body)
        .await
        .unwrap_or_else(|failure| Told::of(&cx, &failure).answer())
}

async fn take(cx: &Cx, http: &HttpRequest, body: Body) -> Result<HttpResponse, Failure> {
    let visit = Visit::of(cx, http);
    let fields = match body.0 {
        Ok(fields) => fields,
        Err(unreadable) => return Ok(Told::from(unreadable).answer()),
    };
    let username = fields.one("username").unwrap_or_default();
    match visit.guest.check(cx, http, &fields, FORM) {
        Ok(()) => {}
        Err(Forged::ForeignOrigin) => return Ok(Told::ForeignOrigin.answer()),
        Err(Forged::Stale) => return Ok(visit.show(cx, username, Some(Notice::Stale))),
    }
    let password = match fields.one("password").map(Password::parse) {
        Some(Ok(password)) if !username.is_empty() => password,
        // It is nobody's, so nothing is looked up or counted.
        Some(Ok(_) | Err(TooLong)) | None => return Ok(visit.show(cx, username, Some(Notice::Wrong))),
    };
    let before = cookies(cx).read::<AdminCookie>(http.headers());
    let before = before.map(|cookie| cookie.digest());
    let notice = match admin_sessions::sign_in(cx, (username, password), before).await? {
        Outcome::SignedIn { cookie } => {
            let mut response = see_other(&visit.back);
            response
                .headers_mut()
                .append(SET_COOKIE, cookies(cx).set(&cookie, None));
            return Ok(response);
        }
        Outcome::NotAdministrator => return Ok(problem::not_an_administrator(cx)),
        Outcome::Suspended => Notice::Suspended,
        Outcome::Refused => Notice::Wrong,
        Outcome::Throttled { until } => Notice::Throttled { until },
        Outcome::Busy => Notice::Busy,
    };
    Ok(visit.show(cx, username, Some(notice)))
}

/// `POST /admin/sign-out`.
async fn sign_out(form: AdminForm) -> HttpResponse {
    let admin = form.admin;
    let (act, id) = (admin.act(), admin.present().session.id);
    let ended = admin.cx.store().write("admin-sign-out", move |tx| {
        admin_sessions::end(tx, &act, &id, EndReason::SessionEnded)
    });
    if let Err(error) = ended.await {
        return admin.failed(error);
    }
    let mut response = see_other(&path("sign-in"));
    response
        .headers_mut()
        .append(SET_COOKIE, cookies(&admin.cx).clear::<AdminCookie>());
    response
}

/// A browser that comes to sign in, and the page that it came for.
struct Visit {
    guest: Guest,
    back: String,
}

impl Visit {
    fn of(cx: &Cx, http: &HttpRequest) -> Self {
        let query = Params::parse(http.query_string().as_bytes()).unwrap_or_default();
        Self {
            guest: guest(cx, http),
            back: way_back(query.one("back")).to_owned(),
        }
    }

    fn show(&self, cx: &Cx, username: &str, notice: Option<Notice>) -> HttpResponse {
        let page = SignInPage {
            site: redirect_uri::host(&cx.config().issuer),
            action: if self.back == urls::ADMIN {
                path("sign-in")
            } else {
                with_back(&path("sign-in"), &self.back)
            },
            form_token: self.guest.form_token(cx, FORM),
            username,
            notice,
            now: cx.now,
        };
        let status = notice.map_or(StatusCode::OK, Notice::status);
        let mut response = shown(cx, status, &page);
        if let Some(notice) = notice {
            notice.decorate(cx.now, &mut response);
        }
        self.guest.keep(&mut response);
        response
    }
}
