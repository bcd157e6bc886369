//! Makes signing keys. RSA keys are made and encoded here; this is the only user of the `rsa` crate.
//!
//! RUSTSEC-2023-0071 concerns private-key operations that an attacker can time. None happens here: a key is
//! made and encoded, never used; signing is OpenSSL's.

use super::curves;
use crate::ports::{Entropy, KeyFactory, KeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rsa::pkcs8::EncodePrivateKey as _;
use rsa::rand_core::{CryptoRng, Error, RngCore};
use rsa::traits::PublicKeyParts as _;
use rsa::{BigUint, RsaPrivateKey};
use serde_json::json;
use std::sync::Arc;
use vouchsafe_core::model::KeyAlgorithm;
use zeroize::Zeroizing;

const BITS: usize = 2048;

/// Makes keys from the server's entropy.
pub struct NewKeys(pub Arc<dyn Entropy>);

impl KeyFactory for NewKeys {
    fn pair(&self, alg: KeyAlgorithm) -> Result<KeyPair, String> {
        match alg {
            KeyAlgorithm::Rs256 | KeyAlgorithm::Ps256 => self.rsa(),
            KeyAlgorithm::Es256 => curves::p256(&*self.0),
            KeyAlgorithm::EdDsa => curves::ed25519(&*self.0),
        }
    }
}

impl NewKeys {
    fn rsa(&self) -> Result<KeyPair, String> {
        let key = RsaPrivateKey::new(&mut Bytes(self.0.as_ref()), BITS).map_err(|e| e.to_string())?;
        let pkcs8 = key.to_pkcs8_der().map_err(|e| e.to_string())?;
        let number = |n: &BigUint| URL_SAFE_NO_PAD.encode(n.to_bytes_be());
        let mut public_jwk = serde_json::Map::new();
        public_jwk.insert("kty".into(), json!("RSA"));
        public_jwk.insert("n".into(), json!(number(key.n())));
        public_jwk.insert("e".into(), json!(number(key.e())));
        Ok(KeyPair {
            pkcs8: Zeroizing::new(pkcs8.as_bytes().to_vec()),
            public_jwk,
        })
    }
}

/// The server's entropy in the words of the `rsa` crate.
struct Bytes<'a>(&'a dyn Entropy);

impl RngCore for Bytes<'_> {
    fn next_u32(&mut self) -> u32 {
        u32::from_le_bytes(self.0.bytes())
    }

    fn next_u64(&mut self) -> u64 {
        u64::from_le_bytes(self.0.bytes())
    }

    fn fill_bytes(&mut self, dest: &mut [u8]) {
        self.0.fill(dest);
    }

    fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), Error> {
        self.0.fill(dest);
        Ok(())
    }
}

impl CryptoRng for Bytes<'_> {}
