//! RFC 7517 — any bytes as a key set, and as one key. What is taken has a usable name and one algorithm.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use vouchsafe_verify::jwk::Jwk;
use vouchsafe_verify::{Jwks, Verifier};

/// Runs the target; whether anything was taken.
///
/// # Panics
/// When a promise is broken.
#[must_use]
pub fn run(data: &[u8]) -> bool {
    let key = std::str::from_utf8(data)
        .ok()
        .and_then(|text| Jwk::parse(text).ok());
    key.iter().for_each(check);
    let set = Jwks::parse(data);
    if let Ok(set) = &set {
        assert!(set.keys().len() + set.skipped().len() <= 64);
        set.keys().iter().for_each(check);
        // Keys of strangers' choice must be harmless in use too.
        let verifier = Verifier::new("https://id.example", "https://orders.example");
        for kid in set.keys().iter().filter_map(Jwk::kid) {
            assert!(verifier.verify_at(set, &token(kid), 0).is_err());
        }
    }
    key.is_some() || set.is_ok()
}

fn check(key: &Jwk) {
    assert_eq!(key.thumbprint().to_string().len(), 43);
    assert!(
        key.kid()
            .is_none_or(|kid| (1..=64).contains(&kid.len()) && kid.is_ascii())
    );
}

/// A token that names a key, with 256 zero bytes for a signature.
fn token(kid: &str) -> String {
    let header = format!(r#"{{"alg":"RS256","kid":"{kid}"}}"#);
    format!("{}.e30.{}", URL_SAFE_NO_PAD.encode(header), "A".repeat(342))
}
