//! OpenID Connect Core §3.1.2.1, §15.5.2 — `nonce`, which goes into the ID token unchanged or is refused.

use super::registry::{Endpoint, Parameter, Spec};
use crate::refusal::Reason;

/// What this word brings.
pub const SPEC: Spec = Spec {
    reference: "OpenID Connect Core 1.0 section 3.1.2.1",
    parameters: &[Parameter::once("nonce", &[Endpoint::Authorization])],
};

/// The longest that is carried: it becomes part of a token.
const LONGEST: usize = 2048;

/// Reads the parameter.
///
/// # Errors
/// [`Reason::NonceMalformed`] on control characters, [`Reason::ParameterTooLong`].
pub fn parse(value: Option<&str>) -> Result<Option<String>, Reason> {
    match value {
        Some(text) if text.chars().any(char::is_control) => Err(Reason::NonceMalformed),
        Some(text) if text.len() > LONGEST => Err(Reason::ParameterTooLong),
        other => Ok(other.map(str::to_owned)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_kept_whole_or_refused() {
        for text in ["n-0S6_WzA2Mj", &"n".repeat(384), "\u{e9}\"\\"] {
            assert_eq!(parse(Some(text)), Ok(Some(text.to_owned())));
        }
        assert_eq!(parse(None), Ok(None));
        assert_eq!(parse(Some("a\u{1}")), Err(Reason::NonceMalformed));
        assert_eq!(
            parse(Some(&"n".repeat(LONGEST + 1))),
            Err(Reason::ParameterTooLong)
        );
    }
}
