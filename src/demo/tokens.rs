//! Tokens laid open for people to read. Nothing is checked here; who checks is `relying_party` and the API.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// A JWT with its first two parts as JSON text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Decoded {
    /// The header.
    pub(super) header: String,
    /// The claims.
    pub(super) claims: String,
    /// The token as it travels.
    pub(super) raw: String,
}

impl Decoded {
    pub(super) fn of(token: &str) -> Self {
        let mut parts = token.split('.').map(part);
        Self {
            header: parts.next().unwrap_or_default(),
            claims: parts.next().unwrap_or_default(),
            raw: token.to_owned(),
        }
    }
}

fn part(encoded: &str) -> String {
    let json = URL_SAFE_NO_PAD.decode(encoded).ok();
    let value: Option<Value> = json.and_then(|json| serde_json::from_slice(&json).ok());
    value.map_or_else(|| "not JSON".to_owned(), |value| pretty(&value))
}

/// JSON over several lines.
pub(super) fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::Decoded;

    #[test]
    fn a_token_is_shown_in_its_parts() {
        let token = Decoded::of("eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2ln");
        assert_eq!(token.header, "{\n  \"alg\": \"RS256\"\n}");
        assert_eq!(token.claims, "{\n  \"sub\": \"ada\"\n}");
        assert_eq!(Decoded::of("x").claims, "");
        assert_eq!(Decoded::of("x.y").claims, "not JSON");
    }
}
