//! The methods of HTTP (RFC 9110 §9): what may be read may be asked for its head, and the rest is refused.

use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use actix_web::guard::{self, Guard};
use actix_web::http::header::{ALLOW, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{FromRequest, Handler, HttpResponse, Resource, Responder, web};

/// The methods that some path has.
const KNOWN: [Method; 7] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
    Method::OPTIONS,
];

/// Passes GET and HEAD.
#[must_use]
pub fn reads() -> impl Guard {
    guard::Any(guard::Get()).or(guard::Head())
}

/// What a path gives to those who read it. Mounted by `App::route` it would not be there at all for other methods.
pub fn read<F, Args>(path: &str, handler: F) -> Resource
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    web::resource(path).route(web::route().guard(reads()).to(handler))
}

/// 405 for a method that no path has. Allowed is nothing, unless the path has told what it has (RFC 9110 §10.2.1).
pub(super) fn without_unknown(response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let is_known = KNOWN.contains(response.request().method());
    if is_known || response.status() == StatusCode::METHOD_NOT_ALLOWED {
        return response;
    }
    let mut refusal = HttpResponse::MethodNotAllowed().finish();
    refusal.headers_mut().insert(ALLOW, HeaderValue::from_static(""));
    response.into_response(refusal)
}
