//! What an administrator is told instead of the page that was asked for.

use super::layout::{Section, Shell, answer, see_other, shown};
use crate::admin::access::Admin;
use crate::cx::Cx;
use crate::failure::{Broken, Failure};
use crate::store::{StoreError, Unique};
use crate::web::body::Unreadable;
use crate::web::csrf::Forged;
use crate::web::problem::{self, RETRY_AFTER_SECONDS};
use crate::web::urls;
use actix_web::HttpResponse;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use actix_web::http::{ConnectionType, StatusCode};
use actix_web::web::{self, ServiceConfig};
use askama::Template;

/// Mounts the page for whatever is not there.
pub fn mount(app: &mut ServiceConfig) {
    let anything = format!("{}/{{anything:.*}}", urls::ADMIN);
    app.route(&anything, web::to(nothing_here));
}

#[derive(Template)]
#[template(path = "admin/problem.html")]
struct ProblemPage<'a> {
    shell: Shell,
    advice: &'a str,
    /// The page to open again; none when nothing is gained by that.
    again: Option<&'a str>,
    reference: &'a str,
}

/// What the frame is not for: somebody who may not come in, or not this way.
#[derive(Template)]
#[template(path = "admin/refused.html")]
struct RefusedPage<'a> {
    title: &'a str,
    advice: &'a str,
    /// Where to go instead, and how that is called.
    instead: (&'a str, &'a str),
    reference: &'a str,
}

/// Anything below `/admin` that is no page: also an answer to administrators only.
async fn nothing_here(admin: Admin, anything: web::Path<String>) -> HttpResponse {
    if anything.is_empty() {
        return see_other(urls::ADMIN);
    }
    not_found(&admin)
}

/// A page that says what is wrong and what to do. For a page's own cases of 403, 404, 409 and 422.
#[must_use]
pub fn say(admin: &Admin, status: StatusCode, title: &str, advice: &str) -> HttpResponse {
    leading(admin, status, (title, advice), None)
}

fn leading(
    admin: &Admin,
    status: StatusCode,
    (title, advice): (&str, &str),
    again: Option<&str>,
) -> HttpResponse {
    let page = ProblemPage {
        shell: admin.shell(Section::Overview, title),
        advice,
        again,
        reference: admin.cx.request_id.as_str(),
    };
    answer(admin, status, &page)
}

/// 404.
#[must_use]
pub fn not_found(admin: &Admin) -> HttpResponse {
    let advice =
        "It may have been deleted, or the address is mistyped. The menu leads to everything there is.";
    say(admin, StatusCode::NOT_FOUND, "This is not here", advice)
}

/// 409 where the last administrator would be lost, else 503 or 500. What broke is logged and counted here.
#[must_use]
pub fn failed(admin: &Admin, failure: &Failure) -> HttpResponse {
    let last = StoreError::Conflict(Unique::LastAdministrator);
    if matches!(failure, Failure::Broken(Broken::Store(error)) if *error == last) {
        let advice = "This is the last administrator. Make somebody else one first, so that the server is never without.";
        return say(admin, StatusCode::CONFLICT, "Nothing was changed", advice);
    }
    problem::record(&admin.cx, failure);
    if problem::status(failure) != StatusCode::SERVICE_UNAVAILABLE {
        let advice = "That was a fault of the server. Its log has the cause under the reference below.";
        return say(
            admin,
            StatusCode::INTERNAL_SERVER_ERROR,
            "That did not work",
            advice,
        );
    }
    let advice =
        "The database or another part of the server does not answer. Nothing was changed; try again shortly.";
    busy(admin, advice)
}

/// 503 for what only so many may do at once.
#[must_use]
pub fn busy(admin: &Admin, advice: &str) -> HttpResponse {
    let mut response = say(
        admin,
        StatusCode::SERVICE_UNAVAILABLE,
        "The server is busy",
        advice,
    );
    response
        .headers_mut()
        .insert(RETRY_AFTER, HeaderValue::from(RETRY_AFTER_SECONDS));
    response
}

/// A form that is not one of ours: 403. `page` is the one that it came from.
#[must_use]
pub fn forged(admin: &Admin, forged: Forged, page: &str) -> HttpResponse {
    let (advice, again) = match forged {
        Forged::Stale => (
            "The page with the form was made for another session, and nothing was saved. Go back in your browser: it still \
             has what you typed, but for passwords. Then send the form once more.",
            Some(page),
        ),
        Forged::ForeignOrigin => (
            "Your browser says that another site sent this form. Nothing was changed.",
            None,
        ),
    };
    let said = ("This form was not accepted", advice);
    leading(admin, StatusCode::FORBIDDEN, said, again)
}

/// A body that could not be read: 400, 408 or 413.
#[must_use]
pub fn unreadable(admin: &Admin, why: Unreadable) -> HttpResponse {
    let status = match why {
        Unreadable::Refused(_) => StatusCode::BAD_REQUEST,
        Unreadable::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
        Unreadable::TooSlow => StatusCode::REQUEST_TIMEOUT,
    };
    let advice =
        "It was not a form of these pages, was too long, or did not arrive in time. Nothing was changed.";
    let mut response = say(admin, status, "This form could not be read", advice);
    if status != StatusCode::BAD_REQUEST {
        // A body that was not read to its end would be taken for the next request.
        response.head_mut().set_connection_type(ConnectionType::Close);
    }
    response
}

/// 403 for somebody who gave the right password, or has a session, and may not administer.
#[must_use]
pub fn not_an_administrator(cx: &Cx) -> HttpResponse {
    let page = RefusedPage {
        title: "You are not an administrator",
        advice: "These pages are for the administrators of this server. Another administrator can make you one.",
        instead: ("/admin/sign-in", "Sign in as somebody else"),
        reference: cx.request_id.as_str(),
    };
    shown(cx, StatusCode::FORBIDDEN, &page)
}

/// 404 for a link that nobody is waited for with any more.
#[must_use]
pub fn set_up_before(cx: &Cx) -> HttpResponse {
    let page = RefusedPage {
        title: "Nothing is set up here now",
        advice: "There is an administrator, and no link for another one is waiting to be used. Each administrator can make \
                 others.",
        instead: (urls::ADMIN, "Go to the administration"),
        reference: cx.request_id.as_str(),
    };
    shown(cx, StatusCode::NOT_FOUND, &page)
}
