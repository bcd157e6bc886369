//! OpenID Connect Core §3.1.2.1, RFC 5646 — `ui_locales`: a wish, so what cannot be read is passed over.

use super::registry::{Endpoint, Parameter, Spec};

/// What this word brings.
pub const SPEC: Spec = Spec {
    reference: "OpenID Connect Core 1.0 section 3.1.2.1",
    parameters: &[Parameter::once(
        "ui_locales",
        &[Endpoint::Authorization, Endpoint::EndSession],
    )],
};

const MOST: usize = 10;
const LONGEST: usize = 35;

/// The language tags, most wanted first. Never names a file: only letters, digits and hyphens get through.
#[must_use]
pub fn parse(value: Option<&str>) -> Vec<String> {
    let is_tag = |tag: &&str| {
        tag.len() <= LONGEST
            && tag.split('-').all(|subtag| {
                (1..=8).contains(&subtag.len()) && subtag.bytes().all(|byte| byte.is_ascii_alphanumeric())
            })
    };
    value
        .unwrap_or_default()
        .split(' ')
        .filter(is_tag)
        .take(MOST)
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_come_in_order_and_nothing_else_gets_through() {
        assert_eq!(parse(Some("fr-CA fr  en")), ["fr-CA", "fr", "en"]);
        assert_eq!(parse(Some("../../etc de_DE <script> toolongsubtag de")), ["de"]);
        assert_eq!(parse(Some(&"de ".repeat(50))).len(), MOST);
        assert!(parse(None).is_empty());
    }
}
