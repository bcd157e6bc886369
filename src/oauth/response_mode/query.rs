//! OAuth 2.0 Multiple Response Types §2.1 — `response_mode=query`: parameters in the redirect URI's query.

use crate::web::headers;
use actix_web::HttpResponse;
use actix_web::http::header::{HeaderValue, LOCATION};
use vouchsafe_core::spec::redirect_uri;

/// 303 to the redirect URI, whose own query stays as it is. Never 307: that would post a password to the client
/// (RFC 9700 §4.12).
#[must_use]
pub fn redirect(uri: &str, params: &[(&str, &str)]) -> HttpResponse {
    #[expect(
        clippy::expect_used,
        reason = "a registered URI and percent-encoded parameters are ASCII"
    )]
    let location = HeaderValue::try_from(redirect_uri::with_params(uri, params)).expect("a header value");
    let mut response = HttpResponse::SeeOther()
        .insert_header((LOCATION, location))
        .finish();
    headers::redirect(response.headers_mut());
    response
}
