//! Feature `actix`: [`Bearer`] as an argument of an actix-web handler, refusals as answers.
//!
//! The [`RemoteVerifier`] goes into `App::app_data` as it is.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{FromRequest, HttpRequest, HttpResponse, ResponseError};

use crate::bearer::{Bearer, bearer_token};
use crate::error::Rejection;
use crate::fetch::RemoteVerifier;
use crate::rule::Rule;

impl<R: Rule> FromRequest for Bearer<R> {
    type Error = Rejection;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Rejection>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            // A service without a verifier has no keys either: closed, and a fault of ours.
            let verifier = request
                .app_data::<RemoteVerifier>()
                .ok_or(Rejection::KeysUnavailable)?;
            let headers = request
                .headers()
                .get_all(AUTHORIZATION)
                .map(actix_web::http::header::HeaderValue::as_bytes);
            let token = bearer_token(headers, request.query_string())?;
            Self::check(verifier, token).await
        })
    }
}

impl ResponseError for Rejection {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status()).unwrap_or(StatusCode::UNAUTHORIZED)
    }

    fn error_response(&self) -> HttpResponse {
        let mut answer = HttpResponse::build(self.status_code());
        answer.insert_header((CONTENT_TYPE, "application/json"));
        answer.insert_header((CACHE_CONTROL, "no-store"));
        if let Some(challenge) = self.challenge() {
            answer.insert_header((WWW_AUTHENTICATE, challenge));
        }
        if let Some(seconds) = self.retry_after() {
            answer.insert_header((RETRY_AFTER, seconds));
        }
        answer.body(self.body())
    }
}
