//! An issuer for the targets that look behind a signature: it signs whatever the fuzzer makes up.

use std::sync::LazyLock;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use vouchsafe_verify::Jwks;

/// The issuer's name.
pub const ISSUER: &str = "https://id.example";
/// Now, in seconds since 1970.
pub const NOW: i64 = 1_800_000_000;

static PAIR: LazyLock<Ed25519KeyPair> =
    LazyLock::new(|| Ed25519KeyPair::from_seed_unchecked(&[7; 32]).expect("a key pair"));

/// The issuer's key set.
pub static KEYS: LazyLock<Jwks> = LazyLock::new(|| {
    let x = URL_SAFE_NO_PAD.encode(PAIR.public_key().as_ref());
    let set = format!(r#"{{"keys":[{{"kty":"OKP","crv":"Ed25519","alg":"EdDSA","kid":"k1","x":"{x}"}}]}}"#);
    let keys = Jwks::parse(set.as_bytes()).expect("a key set");
    assert_eq!(keys.keys().len(), 1);
    keys
});

/// Signs any payload as a thing of some type.
#[must_use]
pub fn sign(typ: &str, payload: &[u8]) -> String {
    let header = format!(r#"{{"alg":"EdDSA","kid":"k1","typ":"{typ}"}}"#);
    let input = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(payload)
    );
    let signature = PAIR.sign(input.as_bytes());
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
}
