//! A client's key pair of any kind that the server takes, and the assertions that it signs.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
    RSA_PSS_SHA256, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use std::sync::OnceLock;

/// A key pair.
pub(crate) enum Signer {
    /// For RS256.
    Rs256(&'static RsaKeyPair),
    /// For PS256.
    Ps256(&'static RsaKeyPair),
    /// For ES256.
    Es256(EcdsaKeyPair),
    /// For `EdDSA`.
    EdDsa(Ed25519KeyPair),
}

impl Signer {
    /// One of each kind.
    pub(crate) fn of_each_kind() -> [Self; 4] {
        [
            Self::Rs256(rsa()),
            Self::Ps256(rsa()),
            Self::es256(),
            Self::EdDsa(Ed25519KeyPair::generate().unwrap()),
        ]
    }

    /// A new one for ES256.
    pub(crate) fn es256() -> Self {
        Self::Es256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    /// Its algorithm.
    pub(crate) fn alg(&self) -> &'static str {
        match self {
            Self::Rs256(_) => "RS256",
            Self::Ps256(_) => "PS256",
            Self::Es256(_) => "ES256",
            Self::EdDsa(_) => "EdDSA",
        }
    }

    /// Its public half.
    pub(crate) fn jwk(&self) -> Value {
        let b64 = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match self {
            Self::Rs256(pair) | Self::Ps256(pair) => {
                // DER of two integers (RFC 8017 A.1.1), whose lengths follow from 2048 bits and 65537.
                let der = pair.public_key().as_ref();
                json!({"kty": "RSA", "alg": self.alg(), "n": b64(&der[9..265]), "e": b64(&der[267..270])})
            }
            Self::Es256(pair) => {
                let point = pair.public_key().as_ref();
                json!({"kty": "EC", "crv": "P-256", "x": b64(&point[1..33]), "y": b64(&point[33..65])})
            }
            Self::EdDsa(pair) => {
                json!({"kty": "OKP", "crv": "Ed25519", "x": b64(pair.public_key().as_ref())})
            }
        }
    }

    /// The key set that a client registers.
    pub(crate) fn jwks(&self) -> Value {
        json!({"keys": [self.jwk()]})
    }

    /// A compact JWS over these claims.
    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> String {
        self.sign_text(&header.to_string(), &claims.to_string())
    }

    /// A compact JWS of these texts, whatever they are.
    pub(crate) fn sign_text(&self, header: &str, claims: &str) -> String {
        let input = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header),
            URL_SAFE_NO_PAD.encode(claims)
        );
        let message = input.as_bytes();
        let signature = match self {
            Self::Rs256(pair) => sign_rsa(pair, &RSA_PKCS1_SHA256, message),
            Self::Ps256(pair) => sign_rsa(pair, &RSA_PSS_SHA256, message),
            Self::Es256(pair) => pair
                .sign(&SystemRandom::new(), message)
                .unwrap()
                .as_ref()
                .to_vec(),
            Self::EdDsa(pair) => pair.sign(message).as_ref().to_vec(),
        };
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

fn sign_rsa(
    pair: &RsaKeyPair,
    padding: &'static dyn aws_lc_rs::signature::RsaEncoding,
    message: &[u8],
) -> Vec<u8> {
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(padding, &SystemRandom::new(), message, &mut signature)
        .unwrap();
    signature
}

/// Made once in this process: an RSA key takes its time.
fn rsa() -> &'static RsaKeyPair {
    static MADE: OnceLock<RsaKeyPair> = OnceLock::new();
    MADE.get_or_init(|| RsaKeyPair::generate(KeySize::Rsa2048).unwrap())
}
