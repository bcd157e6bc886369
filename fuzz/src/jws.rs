//! RFC 7515 — any text as an access token and as an ID token. Nobody here has the private key, so nothing passes.

use std::sync::LazyLock;

use vouchsafe_verify::jws::Compact;
use vouchsafe_verify::{IdTokenVerifier, Jwks, Verifier};

const NOW: i64 = 1_800_000_000;

/// The public key of RFC 7638 §3.1, without a name: tokens need not name it either.
static KEYS: LazyLock<Jwks> = LazyLock::new(|| {
    let key = include_str!("../../crates/vouchsafe-verify/tests/vectors/rfc7638.jwk.json");
    Jwks::parse(format!(r#"{{"keys":[{key}]}}"#).as_bytes()).expect("a key set")
});

static ACCESS: LazyLock<Verifier> =
    LazyLock::new(|| Verifier::new("https://id.example", "https://orders.example").accept_typ_jwt());
static ID: LazyLock<IdTokenVerifier> = LazyLock::new(|| IdTokenVerifier::new("https://id.example", "c_1"));

/// Runs the target; whether it looked like a token. None is ever taken.
///
/// # Panics
/// When a promise is broken.
#[must_use]
pub fn run(data: &[u8]) -> bool {
    let Ok(token) = std::str::from_utf8(data) else {
        return false;
    };
    let access = ACCESS
        .verify_at(&KEYS, token, NOW)
        .expect_err("a forged access token passed");
    let id = ID
        .verify_at(&KEYS, token, NOW)
        .expect_err("a forged ID token passed");
    assert_eq!(access, id, "both verifiers judge a forgery alike");
    assert!(access.challenge().is_some_and(|challenge| challenge.is_ascii()));
    let compact = Compact::parse(token);
    if let Ok(compact) = &compact {
        assert!(token.len() <= 8192 && token.matches('.').count() == 2);
        assert_eq!(
            compact.kid(),
            Compact::parse(token).expect("it parsed before").kid()
        );
    }
    compact.is_ok()
}
