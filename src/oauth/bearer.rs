//! RFC 6750 — the bearer token of a request to an endpoint of ours, and what is answered when it is not good. Read by the
//! same rule as by every resource server.

use crate::cx::Cx;
use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use vouchsafe_verify::Rejection;
use vouchsafe_verify::bearer::bearer_token;

/// The token in the header `Authorization`. One in the URL is refused; credentials of another scheme are none.
///
/// # Errors
/// [`Rejection::TokenMissing`] when there is none, and others when it came in a way that is not accepted.
pub(super) fn of(request: &HttpRequest) -> Result<&str, Rejection> {
    let headers = request.headers().get_all(AUTHORIZATION);
    let query = request.uri().query().unwrap_or_default();
    bearer_token(headers.map(HeaderValue::as_bytes), query)
}

/// The answer with its challenge (RFC 6750 §3).
pub(super) fn challenge(cx: &Cx, rejection: &Rejection) -> HttpResponse {
    tracing::info!(
        request_id = cx.request_id.as_str(),
        reason = rejection.code(),
        "access token refused"
    );
    let status = StatusCode::from_u16(rejection.status()).unwrap_or(StatusCode::UNAUTHORIZED);
    let mut response = HttpResponseBuilder::new(status)
        .content_type("application/json")
        .body(rejection.body());
    if let Some(value) = rejection
        .challenge()
        .and_then(|text| HeaderValue::from_str(&text).ok())
    {
        response.headers_mut().insert(WWW_AUTHENTICATE, value);
    }
    if let Some(seconds) = rejection.retry_after() {
        response
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}
