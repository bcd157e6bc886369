//! Reads form bodies strictly: RFC 6749 §3.2 wants `application/x-www-form-urlencoded`, once per parameter.
//!
//! actix-web's own form extractor is not used: it turns bad UTF-8 into replacement characters, lets repeated
//! unknown names pass, and gives a slow body all the time in the world.

use super::limits::{BODY_DEADLINE, FORM_BYTES};
use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{FromRequest, HttpRequest, web};
use std::future::Future;
use std::pin::Pin;
use vouchsafe_core::refusal::Reason;
use vouchsafe_core::spec::params::Params;

/// The parameters of a form body, or why there are none.
pub struct Form(pub Result<Params, Unreadable>);

/// Why a body could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// It is not well-formed.
    Refused(Reason),
    /// It is too long: 413.
    TooLong,
    /// It did not arrive in time: 408, and the connection is closed.
    TooSlow,
}

impl FromRequest for Form {
    type Error = std::convert::Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Self::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = arriving(request, payload, FORM_BYTES, Reason::ParameterMalformed);
        let is_form = is_of(request, "application/x-www-form-urlencoded");
        Box::pin(async move {
            Ok(Self(match body.await {
                Ok(_) if !is_form => Err(Unreadable::Refused(Reason::ContentTypeWrong)),
                Ok(body) => Params::parse(&body).map_err(Unreadable::Refused),
                Err(unreadable) => Err(unreadable),
            }))
        })
    }
}

/// A body of at most `most` bytes, within its time; `malformed` is why one that breaks off is refused.
///
/// # Errors
/// [`Unreadable`].
pub fn arriving(
    request: &HttpRequest,
    payload: &mut Payload,
    most: usize,
    malformed: Reason,
) -> impl Future<Output = Result<web::Bytes, Unreadable>> + 'static {
    let payload = web::Payload::from_request(request, payload);
    let body = async move {
        let payload = payload.await.map_err(|_| Unreadable::Refused(malformed))?;
        match payload.to_bytes_limited(most).await {
            Ok(Ok(body)) => Ok(body),
            Ok(Err(_)) => Err(Unreadable::Refused(malformed)),
            Err(_) => Err(Unreadable::TooLong),
        }
    };
    async move {
        match tokio::time::timeout(BODY_DEADLINE, body).await {
            Ok(body) => body,
            Err(_) => Err(Unreadable::TooSlow),
        }
    }
}

/// Whether a request says that its body is of this media type.
#[must_use]
pub fn is_of(request: &HttpRequest, wanted: &str) -> bool {
    let value = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let media_type = value.split(';').next().unwrap_or_default().trim();
    media_type.eq_ignore_ascii_case(wanted)
}
