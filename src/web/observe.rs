//! The outermost layer: names each request, refuses paths that are not canonical, and records what came of it.
//! Query strings, bodies, cookies and `Referer` are never recorded.

use crate::cx::RequestId;
use crate::services::Services;
use crate::web::{methods, urls};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CACHE_CONTROL, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, HttpResponse, web};
use std::sync::Arc;
use vouchsafe_core::model::UnixTime;

/// What is known of a request before it is handled.
#[derive(Clone)]
pub struct Observed {
    /// Its name.
    pub request_id: RequestId,
    /// When it began.
    pub began: UnixTime,
}

/// Names the request, handles it, and records route template, status and duration.
///
/// # Errors
/// What the handler returned.
pub async fn observe(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let Some(services) = request
        .app_data::<web::Data<Arc<Services>>>()
        .map(|data| Arc::clone(data))
    else {
        return Err(actix_web::error::ErrorInternalServerError(
            "the application is not put together",
        ));
    };
    let request_id = RequestId::from_entropy(services.ports.entropy.bytes());
    let began = services.ports.clock.now();
    request.extensions_mut().insert(Observed {
        request_id: request_id.clone(),
        began,
    });
    let method = request.method().clone();

    let mut response = if is_canonical(request.uri().path()) {
        next.call(request).await?.map_into_boxed_body()
    } else {
        let refusal = not_canonical(request.uri().path(), &request_id);
        request.into_response(refusal)
    };
    response = methods::without_unknown(response);

    let millis = services.ports.clock.now().since(began).millis();
    let route = response
        .request()
        .match_pattern()
        .unwrap_or_else(|| "unmatched".to_owned());
    let status = response.status().as_u16();
    services.metrics.request(&route, status, millis);
    tracing::info!(request_id = request_id.as_str(), %method, route, status, ms = millis, "request");
    if let Ok(value) = HeaderValue::from_str(request_id.as_str()) {
        response
            .headers_mut()
            .insert(HeaderName::from_static("x-request-id"), value);
    }
    Ok(response)
}

/// The refusal of such a path, as a problem document (RFC 9457) where the administration API would have answered.
fn not_canonical(path: &str, request_id: &RequestId) -> HttpResponse {
    let mut refusal = HttpResponse::BadRequest();
    if !path.starts_with(urls::API) {
        return refusal.body("the path is not canonical\n");
    }
    let problem = serde_json::json!({
        "type": "urn:vouchsafe:problem:path_invalid",
        "title": "The path is not canonical",
        "status": 400,
        "code": "path_invalid",
        "request_id": request_id.as_str(),
    });
    refusal
        .content_type("application/problem+json")
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(problem.to_string())
}

/// actix-web routes percent-encoded paths decoded, so that a proxy's rule on a path could be walked around
/// (`/%61dmin`). Our paths need no encoding: whatever is not plain is refused.
fn is_canonical(path: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'~' | b'/' | b'-');
    path.starts_with('/')
        && path.bytes().all(plain)
        && !path.contains("//")
        && !path.split('/').any(|segment| matches!(segment, "." | ".."))
}

#[cfg(test)]
mod tests {
    use super::is_canonical;

    #[test]
    fn only_plain_paths_are_canonical() {
        for good in [
            "/",
            "/authorize",
            "/interaction/vin_a-Z0/login",
            "/static/app.0f.css",
        ] {
            assert!(is_canonical(good), "{good}");
        }
        for bad in [
            "/%61uthorize",
            "//authorize",
            "/a/../b",
            "/a/./b",
            "/a;b",
            "/a\\b",
            "",
            "*",
        ] {
            assert!(!is_canonical(bad), "{bad}");
        }
    }
}
