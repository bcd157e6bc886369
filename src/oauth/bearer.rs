//! RFC 6750 — the bearer token of a request to an endpoint of ours, and what is answered when it is not good. Read by the
//! same rule as by every resource server.

use crate::cx::Cx;
use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use serde::Serialize;
use vouchsafe_core::spec::ErrorCode;
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
    // Who brought no token did nothing wrong, and is told of no error (RFC 6750 §3.1).
    let code = rejection.error().and_then(ErrorCode::parse);
    let error_uri = code.and_then(|code| cx.services.error_uris.of(code));
    let mut response = HttpResponseBuilder::new(status).json(RefusalBody {
        error: rejection.error().unwrap_or("unauthorized"),
        error_description: rejection.description(),
        vouchsafe_reason: rejection.reason(),
        error_uri,
    });
    if let Some(challenge) = rejection.challenge() {
        set_challenge(&mut response, explained(challenge, error_uri));
    }
    if let Some(seconds) = rejection.retry_after() {
        response
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// What the body of a refusal says, beside its challenge.
#[derive(Serialize)]
struct RefusalBody<'a> {
    error: &'a str,
    error_description: &'a str,
    vouchsafe_reason: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_uri: Option<&'a str>,
}

/// A challenge with the address that explains its error (RFC 6750 §3).
pub(super) fn explained(challenge: String, uri: Option<&str>) -> String {
    match uri {
        Some(uri) => format!("{challenge}, error_uri=\"{uri}\""),
        None => challenge,
    }
}

/// Gives an answer its challenge.
pub(super) fn set_challenge(response: &mut HttpResponse, challenge: String) {
    if let Ok(value) = HeaderValue::try_from(challenge) {
        response.headers_mut().insert(WWW_AUTHENTICATE, value);
    }
}
