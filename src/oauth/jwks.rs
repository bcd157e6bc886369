//! RFC 7517 §5 — the key set, from memory: it is served while the database is away.

use crate::cx::Cx;
use crate::web::cors;
use actix_web::http::Method;
use actix_web::http::header::{CACHE_CONTROL, ETAG, HeaderValue, IF_NONE_MATCH, USER_AGENT};
use actix_web::{HttpRequest, HttpResponse, web};

/// `GET /jwks`.
pub async fn jwks(cx: Cx, request: HttpRequest) -> HttpResponse {
    let document = cx.services.keys.document(cx.now);
    // A HEAD gives nobody the keys.
    if request.method() == Method::GET {
        let agent = request
            .headers()
            .get(USER_AGENT)
            .and_then(|value| value.to_str().ok());
        let fetchers = &cx.services.fetchers;
        fetchers.note((cx.peer, agent), &document.etag, cx.now);
    }
    document_response(
        &request,
        &document.etag,
        "application/jwk-set+json",
        web::Bytes::copy_from_slice(&document.body),
    )
}

/// Documents that change seldom, and for whose change everybody is prepared long before.
const LASTING: &str = "public, max-age=300";

/// A public document with its entity tag: 304 when the reader has it already (RFC 9110 §13.1.2).
pub(super) fn document_response(
    request: &HttpRequest,
    etag: &str,
    content_type: &'static str,
    body: web::Bytes,
) -> HttpResponse {
    kept_response(request, etag, content_type, (body, LASTING))
}

/// The same for a document that caches may keep for another time.
pub(super) fn kept_response(
    request: &HttpRequest,
    etag: &str,
    content_type: &'static str,
    (body, kept): (web::Bytes, &'static str),
) -> HttpResponse {
    let known = request
        .headers()
        .get_all(IF_NONE_MATCH)
        .filter_map(|value| value.to_str().ok());
    let known = known.flat_map(|value| value.split(',')).any(|tag| {
        let tag = tag.trim();
        tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag
    });
    let mut response = if known {
        HttpResponse::NotModified().finish()
    } else {
        HttpResponse::Ok().content_type(content_type).body(body)
    };
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(kept));
    if let Ok(etag) = HeaderValue::from_str(etag) {
        headers.insert(ETAG, etag);
    }
    cors::any_origin(headers);
    response
}
