//! RFC 8414, OpenID Connect Discovery §4 — what this server can do, generated from what is built.

use super::jwks::document_response;
use crate::cx::Cx;
use crate::failure::Failure;
use crate::web::{cors, problem, urls};
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use vouchsafe_core::spec::provider_metadata::{Endpoints, ProviderMetadata};

/// `GET /.well-known/openid-configuration` and `GET /.well-known/oauth-authorization-server`.
pub async fn metadata(cx: Cx, request: HttpRequest) -> HttpResponse {
    let document = cx.services.metadata();
    document_response(&request, &document.etag, "application/json", document.body.clone())
}

/// `OPTIONS` of every public document.
pub async fn preflight() -> HttpResponse {
    cors::public_preflight()
}
