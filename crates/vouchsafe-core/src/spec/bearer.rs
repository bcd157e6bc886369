//! RFC 6750 §2.1 — an access token in the header `Authorization: Bearer`.

use super::registry::{Endpoint, Parameter, Spec};
use crate::refusal::Reason;

/// What this word brings.
pub const SPEC: Spec = Spec {
    reference: "RFC 6750 section 2",
    parameters: &[Parameter::once("access_token", &[Endpoint::UserInfo])],
};

/// The scheme's name; compared without case (RFC 9110 §11.1).
pub const SCHEME: &str = "Bearer";

const LONGEST: usize = 16 * 1024;

/// The token in the value of an `Authorization` header: the scheme, spaces (not tabs), one `b64token`.
///
/// # Errors
/// [`Reason::AccessTokenInvalid`] on anything else.
pub fn parse(header: &str) -> Result<&str, Reason> {
    let (scheme, rest) = header.split_once(' ').ok_or(Reason::AccessTokenInvalid)?;
    let token = rest.trim_start_matches(' ');
    if scheme.eq_ignore_ascii_case(SCHEME) && is_b64token(token) {
        Ok(token)
    } else {
        Err(Reason::AccessTokenInvalid)
    }
}

/// Whether `text` is a `b64token`: the form of a token in a header or a form body.
#[must_use]
pub fn is_b64token(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    !body.is_empty()
        && text.len() <= LONGEST
        && body.bytes().all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_section_2_1_reads_back_in_any_case() {
        for scheme in ["Bearer", "bearer", "bEARER"] {
            assert_eq!(parse(&format!("{scheme} mF_9.B5f-4.1JqM")), Ok("mF_9.B5f-4.1JqM"));
        }
        assert_eq!(parse("Bearer   a+/~=="), Ok("a+/~=="));
    }

    #[test]
    fn anything_else_is_no_token() {
        for bad in [
            "",
            "Bearer",
            "Bearer ",
            "Bearer =",
            "Bearer\ta",
            "Bearer a b",
            "Bearer a,b",
            "Bearer a=b",
            "Bearer \"a\"",
            "Bearer a\n",
            "Basic a",
            "a",
            "Bearera",
            "Bearer \u{e9}",
            " Bearer a",
        ] {
            assert_eq!(parse(bad), Err(Reason::AccessTokenInvalid), "{bad:?}");
        }
        assert!(!is_b64token(&"a".repeat(16 * 1024 + 1)));
    }
}
