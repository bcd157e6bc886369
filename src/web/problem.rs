//! Turns a [`Failure`] into the JSON of the protocol endpoints (RFC 6749 §5.2). Pages have their own words.

use crate::cx::Cx;
use crate::failure::{Broken, Failure};
use crate::web::body::Unreadable;
use actix_web::http::header::{CACHE_CONTROL, HeaderMap, HeaderValue, PRAGMA, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::http::{ConnectionType, StatusCode};
use actix_web::{HttpResponse, HttpResponseBuilder};
use serde::Serialize;
use vouchsafe_core::model::UnixTime;
use vouchsafe_core::refusal::Reason;
use vouchsafe_core::spec::ErrorCode;

/// Seconds after which a request that met an overload or an outage may come again.
pub const RETRY_AFTER_SECONDS: u32 = 2;

/// Forbids every cache to keep the answer (RFC 6749 §5.1).
pub fn no_store(headers: &mut HeaderMap) {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
}

/// The status of a failure, wherever it is shown.
#[must_use]
pub fn status(failure: &Failure) -> StatusCode {
    match failure {
        Failure::Refused(Reason::TooManyRequests) => StatusCode::TOO_MANY_REQUESTS,
        Failure::Refused(reason) if reason.code() == ErrorCode::InvalidClient => StatusCode::UNAUTHORIZED,
        Failure::Refused(_) => StatusCode::BAD_REQUEST,
        Failure::Broken(broken) if broken.passes() => StatusCode::SERVICE_UNAVAILABLE,
        Failure::Broken(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The members of an error answer (RFC 6749 §5.2).
#[derive(Serialize)]
pub struct ErrorBody<'a> {
    error: &'static str,
    error_description: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_uri: Option<&'a str>,
}

impl<'a> ErrorBody<'a> {
    /// An error with the fixed description of its code.
    #[must_use]
    pub fn of(cx: &'a Cx, code: ErrorCode) -> Self {
        Self::describing(cx, code, code.description())
    }

    /// An error with a description of its own, in the characters of RFC 6749 §5.2.
    #[must_use]
    pub fn describing(cx: &'a Cx, code: ErrorCode, description: &'a str) -> Self {
        Self {
            error: code.as_str(),
            error_description: description,
            error_uri: cx.services.error_uris.of(code),
        }
    }
}

/// The error answer of a protocol endpoint. What broke is logged here, once, with its cause; the client is told
/// the request's name.
#[must_use]
pub fn json(cx: &Cx, failure: &Failure) -> HttpResponse {
    let status = status(failure);
    let code = match failure {
        Failure::Refused(reason) => reason.code(),
        Failure::Broken(_) if status == StatusCode::SERVICE_UNAVAILABLE => ErrorCode::TemporarilyUnavailable,
        Failure::Broken(_) => ErrorCode::ServerError,
    };
    record(cx, failure);
    let mut response = HttpResponseBuilder::new(status).json(ErrorBody::of(cx, code));
    no_store(response.headers_mut());
    decorate(status, response.headers_mut());
    response
}

/// The error answer for a body that could not be read.
#[must_use]
pub fn unreadable(cx: &Cx, why: Unreadable) -> HttpResponse {
    let (status, told) = match why {
        Unreadable::Refused(reason) => return json(cx, &reason.into()),
        Unreadable::TooLong => (StatusCode::PAYLOAD_TOO_LARGE, "The body is too long."),
        Unreadable::TooSlow => (StatusCode::REQUEST_TIMEOUT, "The body did not arrive in time."),
    };
    let body = ErrorBody::describing(cx, ErrorCode::InvalidRequest, told);
    let mut response = HttpResponseBuilder::new(status).json(body);
    no_store(response.headers_mut());
    // A body that was not read to its end would be taken for the next request.
    response.head_mut().set_connection_type(ConnectionType::Close);
    response
}

/// Writes the failure to log and metrics: a refusal by its reason, a fault with its cause.
pub fn record(cx: &Cx, failure: &Failure) {
    match failure {
        Failure::Refused(reason) => {
            cx.services.metrics.refused(*reason);
            tracing::info!(
                request_id = cx.request_id.as_str(),
                reason = reason.id(),
                "refused"
            );
        }
        Failure::Broken(broken) => report(cx, broken),
    }
}

fn report(cx: &Cx, broken: &Broken) {
    tracing::error!(request_id = cx.request_id.as_str(), cause = %broken, "broken");
}

fn decorate(status: StatusCode, headers: &mut HeaderMap) {
    if status == StatusCode::UNAUTHORIZED {
        let challenge = HeaderValue::from_static("Basic realm=\"vouchsafe\", charset=\"UTF-8\"");
        headers.insert(WWW_AUTHENTICATE, challenge);
    }
    if matches!(
        status,
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS
    ) {
        headers.insert(RETRY_AFTER, HeaderValue::from(RETRY_AFTER_SECONDS));
    }
}

/// The answer for one too many, who may come again then.
#[must_use]
pub fn too_many(cx: &Cx, until: UnixTime) -> HttpResponse {
    let mut response = json(cx, &Reason::TooManyRequests.into());
    let seconds = until.since(cx.now).seconds().saturating_add(1).max(1);
    let headers = response.headers_mut();
    headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// A refusal in short.
#[must_use]
pub fn refused(cx: &Cx, reason: Reason) -> HttpResponse {
    json(cx, &reason.into())
}
