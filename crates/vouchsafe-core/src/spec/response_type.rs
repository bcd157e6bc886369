//! RFC 6749 §3.1.1 — `response_type`.

use super::registry::{Endpoint, Parameter, Spec};
use crate::refusal::Reason;

/// What this word brings.
pub const SPEC: Spec = Spec {
    reference: "RFC 6749 section 3.1.1",
    parameters: &[Parameter::once("response_type", &[Endpoint::Authorization])],
};

/// `response_types_supported`.
pub const SUPPORTED: &[&str] = &["code"];

/// The one response type: a code. Tokens never travel through the browser (RFC 9700 §2.1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseType {
    /// An authorization code.
    Code,
}

/// Reads the parameter.
///
/// # Errors
/// [`Reason::ResponseTypeMissing`], [`Reason::ResponseTypeUnsupported`].
pub fn parse(value: Option<&str>) -> Result<ResponseType, Reason> {
    match value {
        Some("code") => Ok(ResponseType::Code),
        Some(_) => Err(Reason::ResponseTypeUnsupported),
        None => Err(Reason::ResponseTypeMissing),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_code_is_answered() {
        assert_eq!(parse(Some("code")), Ok(ResponseType::Code));
        assert_eq!(parse(None), Err(Reason::ResponseTypeMissing));
        for other in [
            "token",
            "id_token",
            "code token",
            "code code",
            "none",
            "Code",
            " code",
        ] {
            assert_eq!(
                parse(Some(other)),
                Err(Reason::ResponseTypeUnsupported),
                "{other}"
            );
        }
    }
}
