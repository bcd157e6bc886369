//! OpenID Connect Core §3.1.2.1 — `max_age`.

use super::registry::{Endpoint, Parameter, Spec};
use crate::refusal::Reason;

/// What this word brings.
pub const SPEC: Spec = Spec {
    reference: "OpenID Connect Core 1.0 section 3.1.2.1",
    parameters: &[Parameter::once("max_age", &[Endpoint::Authorization])],
};

/// Reads the parameter: whole seconds, digits only, at most 2147483647.
///
/// # Errors
/// [`Reason::MaxAgeInvalid`].
pub fn parse(value: Option<&str>) -> Result<Option<i64>, Reason> {
    let Some(text) = value else { return Ok(None) };
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Reason::MaxAgeInvalid);
    }
    match text.parse::<i32>() {
        Ok(seconds) => Ok(Some(i64::from(seconds))),
        Err(_) => Err(Reason::MaxAgeInvalid),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_digits_in_range() {
        for (text, seconds) in [
            ("0", 0),
            ("1", 1),
            ("015", 15),
            ("10000", 10_000),
            ("2147483647", 2_147_483_647),
        ] {
            assert_eq!(parse(Some(text)), Ok(Some(seconds)));
        }
        assert_eq!(parse(None), Ok(None));
        for bad in [
            "-1",
            "+1",
            "1e9",
            "abc",
            "1.5",
            " 1",
            "2147483648",
            "99999999999999999999",
            "\u{661}",
        ] {
            assert_eq!(parse(Some(bad)), Err(Reason::MaxAgeInvalid), "{bad}");
        }
    }
}
