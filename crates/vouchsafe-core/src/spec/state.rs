//! RFC 6749 §4.1.1, appendix A.5 — `state`, which is returned byte for byte or refused.

use super::registry::{Endpoint, Parameter, Spec};
use crate::refusal::Reason;

/// What this word brings.
pub const SPEC: Spec = Spec {
    reference: "RFC 6749 section 4.1.1",
    parameters: &[Parameter::once("state", &[Endpoint::Authorization])],
};

/// The longest that is returned: it becomes part of a URL.
const LONGEST: usize = 4096;

/// Reads the parameter. Control characters are refused; anything else can be returned as it came.
///
/// # Errors
/// [`Reason::StateMalformed`], [`Reason::ParameterTooLong`].
pub fn parse(value: Option<&str>) -> Result<Option<String>, Reason> {
    match value {
        Some(text) if text.chars().any(char::is_control) => Err(Reason::StateMalformed),
        Some(text) if text.len() > LONGEST => Err(Reason::ParameterTooLong),
        other => Ok(other.map(str::to_owned)),
    }
}
