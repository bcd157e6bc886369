//! New signing keys: a port, because making an RSA key takes long and is never the same twice.

use vouchsafe_core::model::KeyAlgorithm;
use zeroize::Zeroizing;

/// A new key pair.
#[derive(Clone)]
pub struct KeyPair {
    /// The private key as PKCS#8 DER.
    pub pkcs8: Zeroizing<Vec<u8>>,
    /// The public half as JWK members (RFC 7517), without `kid`, `use` and `alg`.
    pub public_jwk: serde_json::Map<String, serde_json::Value>,
}

/// Makes signing keys. Blocks for tens of milliseconds.
pub trait KeyFactory: Send + Sync {
    /// A new key pair for this algorithm; RSA keys have 2048 bits.
    ///
    /// # Errors
    /// A sentence, when no key could be made.
    fn pair(&self, alg: KeyAlgorithm) -> Result<KeyPair, String>;
}
