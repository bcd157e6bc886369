//! OpenID Connect Core §3.1.2.1 — `login_hint`, written into the sign-in form and used for nothing else.

use super::registry::{Endpoint, Parameter, Spec};

/// What this word brings.
pub const SPEC: Spec = Spec {
    reference: "OpenID Connect Core 1.0 section 3.1.2.1",
    parameters: &[Parameter::once("login_hint", &[Endpoint::Authorization])],
};

const LONGEST: usize = 320;

/// The hint, unless it could not be a name or an e-mail address.
#[must_use]
pub fn parse(value: Option<&str>) -> Option<String> {
    value
        .filter(|text| text.len() <= LONGEST && !text.chars().any(char::is_control))
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_is_text_for_a_form_field() {
        for text in ["ada@example.com", "<script>", "\"'"] {
            assert_eq!(parse(Some(text)).as_deref(), Some(text));
        }
        assert_eq!(parse(Some("a\nb")), None);
        assert_eq!(parse(Some(&"a".repeat(LONGEST + 1))), None);
        assert_eq!(parse(None), None);
    }
}
