//! Reads a JSON body strictly: one object that no two readers understand differently, of moderate size, in time.

use crate::web::body::{self, Unreadable};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use serde_json::{Map, Value};
use std::future::Future;
use std::pin::Pin;
use vouchsafe_core::refusal::Reason;
use vouchsafe_core::spec::client_metadata::MetadataProblem;
use vouchsafe_core::spec::json;

/// The longest body, in bytes.
const BYTES: usize = 64 * 1024;

/// The members of a JSON object, or why there are none.
pub struct JsonObject(pub Result<Map<String, Value>, Unread>);

/// Why there are no members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// The body did not come.
    Body(Unreadable),
    /// It is not such an object.
    Document(MetadataProblem),
}

impl FromRequest for JsonObject {
    type Error = std::convert::Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Self::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = body::arriving(request, payload, BYTES, Reason::JsonMalformed);
        let is_json = body::is_of(request, "application/json");
        Box::pin(async move {
            Ok(Self(match body.await {
                Ok(_) if !is_json => Err(malformed("Content-Type", "it must be application/json")),
                Ok(body) => members(&body),
                Err(unreadable) => Err(Unread::Body(unreadable)),
            }))
        })
    }
}

fn members(body: &[u8]) -> Result<Map<String, Value>, Unread> {
    let rule = match json::read(body) {
        Ok(Value::Object(members)) => return Ok(members),
        Ok(_) => "it must be a JSON object",
        Err(told) => rule(&told),
    };
    Err(malformed("client_metadata", rule))
}

/// The reader's sentence says also where; these are known by how it begins.
fn rule(told: &str) -> &'static str {
    let known = [
        ("a name comes twice", "a member is there twice"),
        ("a name holds NUL", "a text holds NUL"),
        ("a text holds NUL", "a text holds NUL"),
        ("a number is too large", "a number is too large"),
        ("recursion limit exceeded", "it is nested too deep"),
    ];
    known
        .into_iter()
        .find(|(beginning, _)| told.starts_with(beginning))
        .map_or("it is not JSON", |(_, rule)| rule)
}

const fn malformed(member: &'static str, rule: &'static str) -> Unread {
    Unread::Document(MetadataProblem {
        reason: Reason::JsonMalformed,
        member,
        rule,
    })
}
