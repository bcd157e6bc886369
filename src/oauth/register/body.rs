//! Reads a JSON body strictly: one object, of moderate size, in time.

use crate::web::body::Unreadable;
use crate::web::limits::BODY_DEADLINE;
use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{FromRequest, HttpRequest, web};
use serde_json::{Map, Value};
use std::future::Future;
use std::pin::Pin;
use vouchsafe_core::refusal::Reason;

/// The longest body, in bytes.
const BYTES: usize = 64 * 1024;

/// The members of a JSON object, or why there are none.
pub struct JsonObject(pub Result<Map<String, Value>, Unreadable>);

impl FromRequest for JsonObject {
    type Error = std::convert::Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Self::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let payload = web::Payload::from_request(request, payload);
        let is_json = is_json(request);
        Box::pin(async move {
            let body = async {
                match payload.await {
                    Ok(payload) => read(payload).await,
                    Err(_) => Err(Unreadable::Refused(Reason::JsonMalformed)),
                }
            };
            let body = match tokio::time::timeout(BODY_DEADLINE, body).await {
                Ok(body) => body,
                Err(_) => Err(Unreadable::TooSlow),
            };
            Ok(Self(match body {
                Ok(_) if !is_json => Err(Unreadable::Refused(Reason::JsonMalformed)),
                Ok(body) => match serde_json::from_slice(&body) {
                    Ok(Value::Object(members)) => Ok(members),
                    Ok(_) | Err(_) => Err(Unreadable::Refused(Reason::JsonMalformed)),
                },
                Err(unreadable) => Err(unreadable),
            }))
        })
    }
}

fn is_json(request: &HttpRequest) -> bool {
    let value = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let media_type = value.split(';').next().unwrap_or_default().trim();
    media_type.eq_ignore_ascii_case("application/json")
}

async fn read(payload: web::Payload) -> Result<web::Bytes, Unreadable> {
    match payload.to_bytes_limited(BYTES).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(_)) => Err(Unreadable::Refused(Reason::JsonMalformed)),
        Err(_) => Err(Unreadable::TooLong),
    }
}
