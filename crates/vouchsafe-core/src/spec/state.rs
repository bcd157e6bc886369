//! RFC 6749 §4.1.1, appendix A.5 — `state`, which is returned byte for byte or refused.

use super::registry::{Endpoint, Parameter, Spec};
use crate::refusal::Reason;

/// What this word brings.
pub const SPEC: Spec = Spec {
    reference: "RFC 6749 section 4.1.1",
    parameters: &[Parameter::once(
        "state",
        &[Endpoint::Authorization, Endpoint::EndSession],
    )],
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_returned_is_kept_as_it_is() {
        let printable: String = (' '..='~').collect();
        let longest = "s".repeat(LONGEST);
        for text in [printable.as_str(), "&#%00+", "\u{1f600}", "x", &longest] {
            assert_eq!(parse(Some(text)), Ok(Some(text.to_owned())));
        }
        assert_eq!(parse(None), Ok(None));
    }

    #[test]
    fn what_cannot_is_refused() {
        for bad in ["a\nb", "a\r", "\0", "\t", "\u{7f}", "\u{85}"] {
            assert_eq!(parse(Some(bad)), Err(Reason::StateMalformed), "{bad:?}");
        }
        assert_eq!(
            parse(Some(&"s".repeat(LONGEST + 1))),
            Err(Reason::ParameterTooLong)
        );
    }
}
