//! OpenID Connect Core §6, §7.2.1 — `request`, `request_uri` and `registration`, which are refused, never ignored.

use super::Params;
use super::registry::{Endpoint, Parameter, Spec};
use crate::refusal::Reason;

/// What this word brings.
pub const SPEC: Spec = Spec {
    reference: "OpenID Connect Core 1.0 section 6",
    parameters: &[
        Parameter::once("request", &[Endpoint::Authorization]),
        Parameter::once("request_uri", &[Endpoint::Authorization]),
        Parameter::once("registration", &[Endpoint::Authorization]),
    ],
};

/// Refuses parameters that would say more than the request itself does. Nothing is ever fetched.
///
/// # Errors
/// [`Reason::RequestObjectUnsupported`], [`Reason::RequestUriUnsupported`], [`Reason::RegistrationUnsupported`].
pub fn refuse(params: &Params) -> Result<(), Reason> {
    for (name, reason) in [
        ("request", Reason::RequestObjectUnsupported),
        ("request_uri", Reason::RequestUriUnsupported),
        ("registration", Reason::RegistrationUnsupported),
    ] {
        if params.one(name).is_some() {
            return Err(reason);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_refused_by_its_own_reason() {
        for (query, reason) in [
            ("request=e30.e30.", Reason::RequestObjectUnsupported),
            (
                "request_uri=http://169.254.169.254/",
                Reason::RequestUriUnsupported,
            ),
            ("registration={}", Reason::RegistrationUnsupported),
        ] {
            assert_eq!(refuse(&Params::parse(query.as_bytes()).unwrap()), Err(reason));
        }
        assert_eq!(refuse(&Params::parse(b"request=&a=1").unwrap()), Ok(()));
    }
}
