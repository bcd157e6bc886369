//! RFC 7517 — any bytes as a key set, and as one key. What is taken has a usable name and one algorithm.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vouchsafe_verify::jwk::Jwk;
use vouchsafe_verify::{Jwks, Verifier};

fuzz_target!(|data: &[u8]| {
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(key) = Jwk::parse(text)
    {
        check(&key);
    }
    if let Ok(set) = Jwks::parse(data) {
        assert!(set.keys().len() + set.skipped().len() <= 64);
        set.keys().iter().for_each(check);
        // Keys of strangers' choice must be harmless in use too.
        let verifier = Verifier::new("https://id.example", "https://orders.example");
        for kid in set.keys().iter().filter_map(Jwk::kid) {
            assert!(verifier.verify_at(&set, &token(kid), 0).is_err());
        }
    }
});

fn check(key: &Jwk) {
    assert_eq!(key.thumbprint().to_string().len(), 43);
    assert!(key.kid().is_none_or(|kid| (1..=64).contains(&kid.len()) && kid.is_ascii()));
}

/// A token that names a key, with 256 zero bytes for a signature.
fn token(kid: &str) -> String {
    let header = format!(r#"{{"alg":"RS256","kid":"{kid}"}}"#);
    format!("{}.e30.{}", base64url(header.as_bytes()), "A".repeat(342))
}

fn base64url(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for digit in 0..=chunk.len() {
            text.push(char::from(ALPHABET[(bits >> (18 - 6 * digit) & 63) as usize]));
        }
    }
    text
}
