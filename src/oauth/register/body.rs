//! Reads a JSON body strictly: one object that no two readers understand differently, of moderate size, in time.

use crate::web::body::{self, Unreadable};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use serde_json::{Map, Value};
use std::future::Future;
use std::pin::Pin;
use vouchsafe_core::refusal::Reason;
use vouchsafe_core::spec::json;

/// The longest body, in bytes.
const BYTES: usize = 64 * 1024;

/// The members of a JSON object, or why there are none.
pub struct JsonObject(pub Result<Map<String, Value>, Unreadable>);

impl FromRequest for JsonObject {
    type Error = std::convert::Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Self::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = body::arriving(request, payload, BYTES, Reason::JsonMalformed);
        let is_json = body::is_of(request, "application/json");
        Box::pin(async move {
            Ok(Self(match body.await {
                Ok(_) if !is_json => Err(Unreadable::Refused(Reason::JsonMalformed)),
                Ok(body) => json::object(&body).ok_or(Unreadable::Refused(Reason::JsonMalformed)),
                Err(unreadable) => Err(unreadable),
            }))
        })
    }
}
