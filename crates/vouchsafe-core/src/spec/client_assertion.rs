//! RFC 7521 §4.2, RFC 7523 §2.2 — `client_assertion`: a JWT that stands for a client's secret.

use super::registry::{Endpoint, Parameter, Spec};
use crate::refusal::Reason;
use vouchsafe_verify::client_keys;

/// What this word brings.
pub const SPEC: Spec = Spec {
    reference: "RFC 7523 section 2.2",
    parameters: &[
        Parameter::once("client_assertion", &[Endpoint::Token]),
        Parameter::once("client_assertion_type", &[Endpoint::Token]),
    ],
};

/// The only type.
pub const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// `token_endpoint_auth_signing_alg_values_supported`.
pub const ALGORITHMS: &[&str] = client_keys::ALGORITHMS;

/// Reads the two parameters; `None` when the request has neither.
///
/// # Errors
/// [`Reason::ClientAuthenticationMethod`] when one comes without the other, or the type is another one.
pub fn parse<'a>(kind: Option<&str>, assertion: Option<&'a str>) -> Result<Option<&'a str>, Reason> {
    match (kind, assertion) {
        (None, None) => Ok(None),
        (Some(TYPE), Some(assertion)) => Ok(Some(assertion)),
        (Some(_), Some(_) | None) | (None, Some(_)) => Err(Reason::ClientAuthenticationMethod),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_parameters_come_or_neither() {
        assert_eq!(parse(None, None), Ok(None));
        assert_eq!(parse(Some(TYPE), Some("a.b.c")), Ok(Some("a.b.c")));
        let saml = "urn:ietf:params:oauth:client-assertion-type:saml2-bearer";
        for (kind, assertion) in [(Some(TYPE), None), (None, Some("x")), (Some(saml), Some("x"))] {
            assert_eq!(parse(kind, assertion), Err(Reason::ClientAuthenticationMethod));
        }
    }
}
