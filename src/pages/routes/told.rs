//! Puts into words what any surface wants a person to be told: see [`Told`].

use super::arrival::{frame_of_answer, locale, seconds_until, shown};
use crate::cx::Cx;
use crate::pages::error::{ErrorPage, Problem};
use crate::pages::layout::App;
use crate::web::cookies::Cookies;
use crate::web::headers::Forms;
use crate::web::problem::RETRY_AFTER_SECONDS;
use crate::web::told::Told;
use crate::web::urls;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use actix_web::http::{ConnectionType, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest as _, HttpRequest, HttpResponse};

/// A middleware that replaces an answer that has no words yet by its page.
///
/// # Errors
/// What the handler returned.
pub async fn in_words(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let response = next.call(request).await?;
    let told = response.response().extensions().get::<Told>().cloned();
    let Some(told) = told else {
        return Ok(response.map_into_boxed_body());
    };
    let cx = Cx::extract(response.request()).await?;
    let page = page(&cx, response.request(), told);
    Ok(response.into_response(page))
}

/// The answer where there is no page.
pub async fn not_found() -> HttpResponse {
    Told::NotFound.answer()
}

fn page(cx: &Cx, http: &HttpRequest, told: Told) -> HttpResponse {
    let issuer = &cx.config().issuer;
    let until = if let Told::TooManyRequests { until } = &told {
        Some(*until)
    } else {
        None
    };
    // A body that was not read to its end would be taken for the next request.
    let hangs_up = matches!(told, Told::TooLong | Told::TooSlow);
    let locale = locale(http, &Cookies::of_issuer(issuer), None, &[]);
    let page = ErrorPage {
        frame: frame_of_answer(cx, locale),
        problem: problem(told),
        reference: cx.request_id.as_str().to_owned(),
        at: cx.now,
        errors_page: cx.config().developers.enabled.then_some(urls::ERRORS_PAGE),
    };
    let mut response = shown(cx, page.status(), page.render(), Forms::StayHere);
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        response
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from(RETRY_AFTER_SECONDS));
    }
    if let Some(until) = until {
        response
            .headers_mut()
            .insert(RETRY_AFTER, seconds_until(cx.now, until));
    }
    if hangs_up {
        response.head_mut().set_connection_type(ConnectionType::Close);
    }
    response
}

fn problem(told: Told) -> Problem {
    match told {
        Told::RequestRefused(reason) => Problem::RequestRefused(reason),
        Told::Unreadable => Problem::Unreadable,
        Told::AddressTooLong => Problem::AddressTooLong,
        Told::TooLong => Problem::TooLong,
        Told::TooSlow => Problem::TooSlow,
        Told::TooManyRequests { .. } => Problem::TooManyRequests,
        Told::CookieMissing => Problem::CookieMissing,
        Told::FormStale => Problem::FormStale,
        Told::ForeignOrigin => Problem::ForeignOrigin,
        Told::InteractionExpired => Problem::InteractionExpired,
        Told::AlreadyDone { client_name, host } => Problem::AlreadyDone {
            app: App::new(&client_name, host),
            continue_url: None,
        },
        Told::EndedBefore => Problem::EndedBefore,
        Told::NotFound => Problem::NotFound,
        Told::Unavailable => Problem::Unavailable,
        Told::Broken => Problem::Broken,
    }
}
