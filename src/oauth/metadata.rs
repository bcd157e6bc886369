//! RFC 8414, OpenID Connect Discovery §4 — what this server can do, generated from what is built. The document is
//! made once: it is served while the database is away.

use super::jwks::document_response;
use crate::config::{Config, DynamicRegistration};
use crate::web::{cors, urls};
use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use vouchsafe_core::spec::provider_metadata::{Endpoints, ProviderMetadata};
use vouchsafe_core::spec::scope;

/// The metadata document as it is served.
#[derive(Debug)]
pub struct MetadataDocument {
    body: web::Bytes,
    etag: String,
}

impl MetadataDocument {
    /// The bytes, as everybody gets them.
    #[must_use]
    pub fn body(&self) -> web::Bytes {
        self.body.clone()
    }

    /// The document of a server whose pages speak `locales`.
    ///
    /// # Errors
    /// Never: the document is plain data.
    pub fn of(config: &Config, locales: Vec<String>) -> Result<Self, serde_json::Error> {
        let (issuer, registration) = (&config.issuer, &config.registration);
        let endpoints = Endpoints {
            registration_endpoint: match registration.dynamic {
                DynamicRegistration::Off => None,
                DynamicRegistration::Token | DynamicRegistration::Open => {
                    Some(urls::absolute(issuer, urls::REGISTER))
                }
            },
            ..urls::endpoints(issuer)
        };
        let scopes = scope::STANDARD.iter().map(|scope| (*scope).to_owned()).collect();
        let document = ProviderMetadata::new(issuer, endpoints, scopes, locales)
            .with_client_id_metadata_documents(registration.client_id_metadata_documents);
        let body = serde_json::to_vec(&document)?;
        let mut tag = URL_SAFE_NO_PAD.encode(Sha256::digest(&body));
        tag.truncate(22);
        Ok(Self {
            body: body.into(),
            etag: format!("\"{tag}\""),
        })
    }
}

/// `GET /.well-known/openid-configuration` and `GET /.well-known/oauth-authorization-server`.
pub async fn metadata(document: web::Data<MetadataDocument>, request: HttpRequest) -> HttpResponse {
    document_response(
        &request,
        &document.etag,
        "application/json",
        document.body.clone(),
    )
}

/// `OPTIONS` of every public document.
pub async fn preflight() -> HttpResponse {
    cors::public_preflight()
}
