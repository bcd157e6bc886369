//! RFC 6749 §4.1.3, §4.4.2, §6 — `grant_type`, and the code that one of them brings.

use super::registry::{Endpoint, Parameter, Spec};
use crate::model::GrantType;
use crate::refusal::Reason;

/// What this word brings.
pub const SPEC: Spec = Spec {
    reference: "RFC 6749 section 4.1.3",
    parameters: &[
        Parameter::once("grant_type", &[Endpoint::Token]),
        Parameter::once("code", &[Endpoint::Token]),
    ],
};

/// `grant_types_supported`.
pub const SUPPORTED: &[&str] = &["authorization_code", "refresh_token", "client_credentials"];

/// Reads the parameter.
///
/// # Errors
/// [`Reason::ParameterMissing`], [`Reason::GrantTypeUnsupported`].
pub fn parse(value: Option<&str>) -> Result<GrantType, Reason> {
    match value {
        Some("authorization_code") => Ok(GrantType::AuthorizationCode),
        Some("refresh_token") => Ok(GrantType::RefreshToken),
        Some("client_credentials") => Ok(GrantType::ClientCredentials),
        Some(_) => Err(Reason::GrantTypeUnsupported),
        None => Err(Reason::ParameterMissing),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_published_is_what_is_read() {
        for name in SUPPORTED {
            let parsed = parse(Some(name)).unwrap();
            assert_eq!(serde_json::to_value(parsed).unwrap(), *name);
        }
        assert_eq!(parse(None), Err(Reason::ParameterMissing));
        for other in [
            "password",
            "implicit",
            "AUTHORIZATION_CODE",
            "urn:ietf:params:oauth:grant-type:device_code",
        ] {
            assert_eq!(parse(Some(other)), Err(Reason::GrantTypeUnsupported), "{other}");
        }
    }
}
