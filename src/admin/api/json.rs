//! Bodies of requests: JSON, read strictly, made the type of an operation, or merged into what is there.

use super::problem::{Code, Problem};
use serde::de::DeserializeOwned;
use serde_json::Value;
use vouchsafe_core::spec::json;

/// Reads a body.
pub(super) fn read(body: &[u8]) -> Result<Value, Problem> {
    json::read(body).map_err(|why| Problem::new(Code::BodyMalformed).saying(why))
}

/// Makes the type of an operation out of a body.
pub(super) fn typed<T: DeserializeOwned>(body: Value) -> Result<T, Problem> {
    // A derived struct would also take an array, as the values of its members in their order.
    if !body.is_object() {
        return Err(Problem::new(Code::BodyInvalid).saying("the body must be an object"));
    }
    serde_json::from_value(body).map_err(|error| Problem::new(Code::BodyInvalid).saying(error.to_string()))
}
