//! RFC 6749 §5.1 — the successful token response.

use crate::tokens::Minted;
use crate::web::problem::no_store;
use actix_web::HttpResponse;
use serde::Serialize;

/// A token response. Its order of members is fixed, so that equal answers are equal bytes.
#[derive(Serialize)]
pub(crate) struct TokenAnswer {
    access_token: String,
    token_type: &'static str,
    expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
    /// Left out when there is none: RFC 6749 §3.3 knows no empty one.
    #[serde(skip_serializing_if = "String::is_empty")]
    scope: String,
}

impl TokenAnswer {
    /// The answer with these tokens.
    pub(super) fn new(minted: Minted, refresh_token: Option<String>, scope: String) -> Self {
        Self {
            access_token: minted.access_token,
            token_type: "Bearer",
            expires_in: minted.expires_in.seconds(),
            refresh_token,
            id_token: minted.id_token,
            scope,
        }
    }

    /// The answer on the wire: never cached (RFC 6749 §5.1).
    pub(super) fn into_response(self) -> HttpResponse {
        let mut response = HttpResponse::Ok().json(self);
        no_store(response.headers_mut());
        response
    }
}
