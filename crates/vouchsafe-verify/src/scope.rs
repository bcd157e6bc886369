//! RFC 6749 §3.3 — scope as a resource server reads it: exact words, no prefixes, absent means none.

use serde::de::{Deserialize, Deserializer, Error};

/// The scopes that a token carries, in the order in which the issuer wrote them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope(String);

impl Scope {
    /// Whether exactly this scope was granted. `orders` does not stand for `orders:read`, nor the other way round.
    #[must_use]
    pub fn contains(&self, scope: &str) -> bool {
        self.iter().any(|granted| granted == scope)
    }

    /// The scopes one by one.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.split(' ').filter(|scope| !scope.is_empty())
    }

    /// The text as it stood in the token.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.bytes().all(|byte| byte == b' ' || is_scope_byte(byte)) {
            Ok(Self(text))
        } else {
            Err(D::Error::custom("a character that no scope has"))
        }
    }
}

/// RFC 6749 §3.3 `NQCHAR`: printable ASCII without space, quotation mark and backslash.
pub(crate) const fn is_scope_byte(byte: u8) -> bool {
    matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(text: &str) -> Option<Scope> {
        serde_json::from_value(serde_json::Value::from(text)).ok()
    }

    #[test]
    fn only_the_exact_word_matches() {
        let scope = scope("orders:read  openid").unwrap();
        assert!(scope.contains("orders:read"));
        assert!(scope.contains("openid"));
        for other in [
            "orders",
            "orders:",
            "read",
            "orders:read ",
            "ORDERS:READ",
            "",
            " ",
            "orders:read openid",
        ] {
            assert!(!scope.contains(other), "{other:?}");
        }
        assert_eq!(scope.iter().collect::<Vec<_>>(), ["orders:read", "openid"]);
    }

    #[test]
    fn tabs_quotes_and_letters_beyond_ascii_make_no_scope() {
        for text in ["a\tb", "a\nb", "a\"b", "a\\b", "é", "a\0b", "a\u{a0}b"] {
            assert_eq!(scope(text), None, "{text:?}");
        }
    }

    #[test]
    fn no_scope_contains_nothing() {
        assert!(!Scope::default().contains(""));
        assert_eq!(Scope::default().iter().count(), 0);
    }
}
