//! OAuth 2.0 Multiple Response Types §2.1 — `response_mode=query`: parameters in the redirect URI's query.

use crate::web::headers;
use crate::web::told::Told;
use actix_web::HttpResponse;
use actix_web::http::header::{HeaderValue, LOCATION};
use vouchsafe_core::spec::redirect_uri;

/// 303 to the redirect URI, whose own query stays as it is. Never 307: that would post a password to the client
/// (RFC 9700 §4.12).
#[must_use]
pub fn redirect(uri: &str, params: &[(&str, &str)]) -> HttpResponse {
    // A URI that was registered is ASCII, and so is what is appended.
    let Ok(location) = HeaderValue::try_from(redirect_uri::with_params(uri, params)) else {
        return Told::Broken.answer();
    };
    let mut response = HttpResponse::SeeOther()
        .insert_header((LOCATION, location))
        .finish();
    headers::redirect(response.headers_mut());
    response
}
