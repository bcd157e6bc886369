//! OpenID Connect Core §2, §3.1.2.1; RFC 8176 — `acr`, `acr_values` and `amr`.

use super::registry::{Endpoint, Parameter, Spec};

/// What this word brings.
pub const SPEC: Spec = Spec {
    reference: "OpenID Connect Core 1.0 section 3.1.2.1",
    parameters: &[Parameter::once("acr_values", &[Endpoint::Authorization])],
};

/// The `acr` of a sign-in with a password.
pub const PASSWORD: &str = "urn:vouchsafe:acr:pwd";

/// `acr_values_supported`.
pub const SUPPORTED: &[&str] = &[PASSWORD];

/// The `amr` value of a password (RFC 8176 §2).
pub const AMR_PASSWORD: &str = "pwd";

const MOST: usize = 10;
const LONGEST: usize = 256;

/// `acr_values`, most wanted first. A wish (§5.5.1.1): what cannot be read is passed over.
#[must_use]
pub fn parse(value: Option<&str>) -> Vec<String> {
    value
        .unwrap_or_default()
        .split(' ')
        .filter(|acr| !acr.is_empty() && acr.len() <= LONGEST && !acr.chars().any(char::is_control))
        .take(MOST)
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wishes_come_in_order_and_unreadable_ones_are_passed_over() {
        assert_eq!(
            parse(Some("urn:vouchsafe:acr:mfa  urn:vouchsafe:acr:pwd")),
            ["urn:vouchsafe:acr:mfa", PASSWORD]
        );
        assert_eq!(parse(Some("a\u{1}b c")), ["c"]);
        assert_eq!(parse(Some(&"x ".repeat(50))).len(), MOST);
        assert!(parse(None).is_empty());
    }
}
