//! Signing keys as rows of a timetable. What a key may do is a function of its rows and the time
//! (`decide::key_state`), never a stored flag.

use super::{Kid, UnixTime};
use serde::{Deserialize, Serialize};

/// Signature algorithms (RFC 7518 §3.1) that keys are made for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum KeyAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    #[default]
    #[serde(rename = "RS256")]
    Rs256,
    /// RSASSA-PSS with SHA-256.
    #[serde(rename = "PS256")]
    Ps256,
    /// ECDSA with P-256 and SHA-256.
    #[serde(rename = "ES256")]
    Es256,
    /// Ed25519 (RFC 8037).
    #[serde(rename = "EdDSA")]
    EdDsa,
}

impl KeyAlgorithm {
    /// All of them, the one that is always there first.
    pub const ALL: [Self; 4] = [Self::Rs256, Self::Ps256, Self::Es256, Self::EdDsa];

    /// Whether it is the one that is always there.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// The `alg` value.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }
}

/// What a key is for (RFC 7517 §4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyUse {
    /// Signatures.
    Sig,
}

/// A key's row.
#[derive(Clone, Debug, PartialEq)]
pub struct SigningKey {
    /// Its RFC 7638 thumbprint.
    pub kid: Kid,
    /// Its algorithm.
    pub alg: KeyAlgorithm,
    /// Counts the keys of one algorithm: the successor of `n` is `n + 1`.
    pub seq: i64,
    /// When it was made.
    pub created_at: UnixTime,
    /// When it begins to sign.
    pub activate_at: UnixTime,
    /// Set when an administrator revoked it.
    pub revoked_at: Option<UnixTime>,
    /// The public half as JWK (RFC 7517), kept after removal.
    pub public_jwk: serde_json::Value,
    /// The sealed private half; none after removal.
    pub sealed: Option<Vec<u8>>,
    /// The key-encryption key that seals it.
    pub kek_id: String,
}
