//! An issuer in a test process: keys made once per run, tokens of any shape signed with them.

pub(crate) mod feed;
pub(crate) mod feed_routes;
pub(crate) mod issuer;

use std::sync::LazyLock;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use vouchsafe_verify::{Jwks, Verifier};

pub(crate) const ISSUER: &str = "https://id.example";
pub(crate) const AUDIENCE: &str = "https://orders.example";
pub(crate) const NOW: i64 = 1_800_000_000;

/// A key pair of the issuer under test.
pub(crate) struct SigningKey {
    pub(crate) kid: &'static str,
    pair: RsaKeyPair,
    pub(crate) n: Vec<u8>,
    pub(crate) e: Vec<u8>,
}

pub(crate) static FIRST: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::generate("first"));
pub(crate) static SECOND: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::generate("second"));

impl SigningKey {
    fn generate(kid: &'static str) -> Self {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        let (n, e) = integers(pair.public_key().as_ref());
        Self { kid, pair, n, e }
    }

    /// The public key as an issuer publishes it.
    pub(crate) fn jwk(&self) -> Value {
        json!({
            "kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.kid,
            "n": URL_SAFE_NO_PAD.encode(&self.n), "e": URL_SAFE_NO_PAD.encode(&self.e),
        })
    }

    pub(crate) fn signature(&self, message: &[u8]) -> Vec<u8> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .unwrap();
        signature
    }

    /// Signs any header and payload, well-formed or not.
    pub(crate) fn sign(&self, header: &str, payload: impl AsRef<[u8]>) -> String {
        let input = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header),
            URL_SAFE_NO_PAD.encode(payload)
        );
        let signature = URL_SAFE_NO_PAD.encode(self.signature(input.as_bytes()));
        format!("{input}.{signature}")
    }

    /// Signs claims as an access token.
    pub(crate) fn token(&self, claims: &Value) -> String {
        self.sign(&header(self.kid), claims.to_string())
    }
}

/// The header of an access token.
pub(crate) fn header(kid: &str) -> String {
    json!({"alg": "RS256", "typ": "at+jwt", "kid": kid}).to_string()
}

/// The claims of a good access token, issued at [`NOW`].
pub(crate) fn claims() -> Value {
    json!({
        "iss": ISSUER, "sub": "u_1", "aud": AUDIENCE, "client_id": "c_1",
        "exp": NOW + 300, "iat": NOW, "jti": "t_1", "scope": "openid orders:read",
        "ep": [1, 1], "gid": "g_1", "gver": 1, "sid": "s_1", "auth_time": NOW - 60,
        "acr": "urn:vouchsafe:acr:pwd",
    })
}

/// The claims of a good access token, some of them changed, added, or (with `null`) taken away.
pub(crate) fn claims_with(changes: Value) -> Value {
    let mut claims = claims();
    let (Value::Object(all), Value::Object(changes)) = (&mut claims, changes) else {
        panic!("claims are objects");
    };
    for (name, value) in changes {
        match value {
            Value::Null => drop(all.remove(&name)),
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
                all.insert(name, value);
            }
        }
    }
    claims
}

pub(crate) fn key_set(keys: &[&SigningKey]) -> String {
    json!({"keys": keys.iter().map(|key| key.jwk()).collect::<Vec<_>>()}).to_string()
}

pub(crate) fn keys() -> Jwks {
    Jwks::parse(key_set(&[&FIRST]).as_bytes()).unwrap()
}

pub(crate) fn verifier() -> Verifier {
    Verifier::new(ISSUER, AUDIENCE)
}

/// Modulus and exponent of an `RSAPublicKey` (RFC 8017 A.1.1): a sequence of two integers.
pub(crate) fn integers(der: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let (sequence, _) = element(der);
    let (n, rest) = element(sequence);
    let (e, _) = element(rest);
    let unsigned = |bytes: &[u8]| bytes.iter().copied().skip_while(|byte| *byte == 0).collect();
    (unsigned(n), unsigned(e))
}

/// Content of the first DER element, and what follows it.
fn element(der: &[u8]) -> (&[u8], &[u8]) {
    let (start, length) = match usize::from(der[1]) {
        short @ ..0x80 => (2, short),
        long => {
            let octets = &der[2..2 + (long & 0x7f)];
            (
                2 + octets.len(),
                octets
                    .iter()
                    .fold(0, |length, octet| length << 8 | usize::from(*octet)),
            )
        }
    };
    der[start..].split_at(length)
}
