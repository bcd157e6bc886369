//! Feature `axum`: [`Bearer`] as an argument of an axum handler, refusals as answers.
//!
//! The [`RemoteVerifier`] is the state of the router, or can be got from it (`FromRef`).

use axum::extract::{FromRef, FromRequestParts};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::bearer::{Bearer, bearer_token};
use crate::error::Rejection;
use crate::fetch::RemoteVerifier;
use crate::rule::Rule;

impl<R: Rule, S: Send + Sync> FromRequestParts<S> for Bearer<R>
where
    RemoteVerifier: FromRef<S>,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let headers = parts
            .headers
            .get_all(AUTHORIZATION)
            .iter()
            .map(HeaderValue::as_bytes);
        let token = bearer_token(headers, parts.uri.query().unwrap_or_default())?;
        Self::check(&RemoteVerifier::from_ref(state), token).await
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status()).unwrap_or(StatusCode::UNAUTHORIZED);
        let mut answer = (status, self.body()).into_response();
        let headers = answer.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        // Challenges are ASCII by construction, so the conversion does not fail.
        if let Some(Ok(challenge)) = self.challenge().map(HeaderValue::try_from) {
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        if let Some(seconds) = self.retry_after() {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        answer
    }
}
