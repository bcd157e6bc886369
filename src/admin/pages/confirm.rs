//! Giving the password again before what could do most harm.

use super::layout::{Section, Shell, answer, see_other};
use super::sign_in::Notice;
use crate::accounts::admin_sessions::{self, Outcome};
use crate::accounts::passwords::Password;
use crate::admin::access::{Admin, AdminForm, cookies, way_back, with_back};
use crate::admin::path;
use crate::failure::Failure;
use actix_web::http::StatusCode;
use actix_web::http::header::SET_COOKIE;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use vouchsafe_core::model::{AdminCookie, Plain, UnixTime};
use vouchsafe_core::spec::params::Params;

/// Mounts the page.
pub fn mount(app: &mut ServiceConfig) {
    app.service(
        web::resource(path("confirm"))
            .route(web::get().to(get))
            .route(web::post().to(post)),
    );
}

#[derive(Template)]
#[template(path = "admin/confirm.html")]
struct ConfirmPage {
    shell: Shell,
    action: String,
    username: String,
    notice: Option<Notice>,
    now: UnixTime,
    purpose: &'static str,
}

/// `GET /admin/confirm`.
async fn get(admin: Admin, http: HttpRequest) -> HttpResponse {
    show(&admin, &back(&http), None)
}

/// `POST /admin/confirm`.
async fn post(form: AdminForm, http: HttpRequest) -> HttpResponse {
    let AdminForm { admin, fields } = form;
    let back = back(&http);
    let Some(typed) = fields.one("password") else {
        return show(&admin, &back, Some(Notice::Wrong));
    };
    match prove(&admin, typed).await {
        Ok(Ok(cookie)) => {
            let mut response = see_other(&back);
            response
                .headers_mut()
                .append(SET_COOKIE, cookies(&admin.cx).set(&cookie, None));
            response
        }
        Ok(Err(notice)) => show(&admin, &back, Some(notice)),
        Err(failure) => admin.failed(failure),
    }
}

/// Compares a password that was typed. When it is right, the session goes on under another cookie, which the answer must
/// give to the browser.
///
/// # Errors
/// When the store fails.
pub(super) async fn prove(admin: &Admin, typed: &str) -> Result<Result<Plain<AdminCookie>, Notice>, Failure> {
    let Ok(password) = Password::parse(typed) else {
        return Ok(Err(Notice::Wrong));
    };
    let outcome = admin_sessions::prove(&admin.cx, &admin.present(), password).await?;
    Ok(match outcome {
        Outcome::SignedIn { cookie } => Ok(cookie),
        Outcome::NotAdministrator | Outcome::Suspended => Err(Notice::Suspended),
        Outcome::Refused => Err(Notice::Wrong),
        Outcome::Throttled { until } => Err(Notice::Throttled { until }),
        Outcome::Busy => Err(Notice::Busy),
    })
}

fn show(admin: &Admin, back: &str, notice: Option<Notice>) -> HttpResponse {
    let page = ConfirmPage {
        shell: admin.shell(Section::Overview, "Confirm that it is you"),
        action: with_back(&path("confirm"), back),
        username: admin.user.username.clone(),
        notice,
        now: admin.cx.now,
        purpose: purpose(back),
    };
    let mut response = answer(admin, notice.map_or(StatusCode::OK, Notice::status), &page);
    if let Some(notice) = notice {
        notice.decorate(admin.cx.now, &mut response);
    }
    response
}

/// What comes next.
fn purpose(back: &str) -> &'static str {
    if back.starts_with("/admin/applications/new") {
        "An application is registered next, perhaps with a secret, which is shown to you."
    } else {
        "What comes next touches keys, secrets or rights."
    }
}

fn back(http: &HttpRequest) -> String {
    let query = Params::parse(http.query_string().as_bytes()).unwrap_or_default();
    way_back(query.one("back")).to_owned()
}
