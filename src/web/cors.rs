//! Cross-origin reads (Fetch standard): public documents for everybody, endpoints only for the origins of a
//! client, pages for nobody. Credentials are never allowed and `Origin: null` never matches.

use crate::cx::Cx;
use crate::failure::Failure;
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, HeaderMap, HeaderValue, ORIGIN, VARY,
};
use actix_web::{HttpRequest, HttpResponse};
use vouchsafe_core::model::Client;

/// Lets every origin read the answer.
pub fn any_origin(headers: &mut HeaderMap) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
}

/// Lets the request's origin read the answer when it is one of the client's.
pub fn client_origin(request: &HttpRequest, client: &Client, headers: &mut HeaderMap) {
    headers.insert(VARY, HeaderValue::from_static("Origin"));
    let origin = request.headers().get(ORIGIN).filter(|origin| {
        origin
            .to_str()
            .is_ok_and(|origin| crate::clients::origins(client).any(|known| known == origin))
    });
    if let Some(origin) = origin {
        permit_reading(headers, origin);
    }
}

/// Lets the request's origin read an answer for which no client is known, when it is some client's: a browser must
/// be able to see that its token has expired.
pub async fn known_origin(cx: &Cx, request: &HttpRequest, headers: &mut HeaderMap) {
    headers.insert(VARY, HeaderValue::from_static("Origin"));
    let Some(origin) = request.headers().get(ORIGIN) else {
        return;
    };
    let Ok(text) = origin.to_str() else { return };
    if cx.services.clients.is_origin(text).await.unwrap_or(false) {
        permit_reading(headers, origin);
    }
}

fn permit_reading(headers: &mut HeaderMap, origin: &HeaderValue) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    let exposed = HeaderValue::from_static("WWW-Authenticate, Retry-After");
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
}

/// Answers a preflight to an endpoint of the clients: 204, with permission when the origin is some client's.
///
/// # Errors
/// When the clients cannot be read.
pub async fn preflight(
    cx: &Cx,
    request: &HttpRequest,
    methods: &'static str,
) -> Result<HttpResponse, Failure> {
    let mut response = HttpResponse::NoContent().finish();
    let headers = response.headers_mut();
    headers.insert(VARY, HeaderValue::from_static("Origin"));
    let Some(origin) = request.headers().get(ORIGIN) else {
        return Ok(response);
    };
    let Ok(text) = origin.to_str() else {
        return Ok(response);
    };
    if cx.services.clients.is_origin(text).await? {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        permit(headers, methods);
    }
    Ok(response)
}

/// Answers a preflight to a public document.
#[must_use]
pub fn public_preflight() -> HttpResponse {
    let mut response = HttpResponse::NoContent().finish();
    any_origin(response.headers_mut());
    permit(response.headers_mut(), "GET, HEAD");
    response
}

fn permit(headers: &mut HeaderMap, methods: &'static str) {
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(methods));
    let allowed = HeaderValue::from_static("Authorization, Content-Type, MCP-Protocol-Version");
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, allowed);
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
}
