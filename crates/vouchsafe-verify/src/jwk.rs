//! RFC 7517 and RFC 7638 — one public key of an issuer, parsed once, and its thumbprint.

mod material;

use std::fmt;

use aws_lc_rs::signature::ParsedPublicKey;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use crate::json;
use crate::revocations::RevocationId;
use material::Material;

const MAX_KID_BYTES: usize = 64;

/// What a key signs with. A key is for exactly one algorithm, and the key decides, never the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PSS with SHA-256.
    Ps256,
    /// ECDSA with P-256 and SHA-256.
    Es256,
    /// Ed25519 (RFC 8037).
    EdDsa,
}

impl Algorithm {
    /// The name in the header of a token (RFC 7518 §3.1).
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }
}

/// RFC 7638: the SHA-256 of a key's required members. It names the key by its content.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Thumbprint([u8; 32]);

impl fmt::Display for Thumbprint {
    /// base64url, as it is used for `kid`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl fmt::Debug for Thumbprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Thumbprint({self})")
    }
}

/// A public key that verifies signatures of one algorithm.
#[derive(Clone)]
pub struct Jwk {
    kid: Option<Box<str>>,
    revocation_id: Option<RevocationId>,
    thumbprint: Thumbprint,
    algorithm: Algorithm,
    key: ParsedPublicKey,
}

/// Why a key was not taken. In a key set such a key is left out and the others are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JwkProblem {
    /// Not a JSON object of a key, or a member comes twice or has the wrong type.
    Malformed,
    /// Another key type than RSA, EC on P-256 and Ed25519; also symmetric keys, which nobody should publish.
    OtherKeyType,
    /// The key has private members.
    Private,
    /// The key is for an algorithm that is not known, or that it cannot be for.
    OtherAlgorithm,
    /// The key is not for verifying signatures.
    OtherUse,
    /// The `kid` is longer than 64 bytes or has unusual characters.
    KeyIdMalformed,
    /// The modulus is not an odd number of 2048 to 8192 bits.
    ModulusOutOfRange,
    /// The exponent is not an odd number between 3 and 2^32.
    ExponentOutOfRange,
}

impl fmt::Display for JwkProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "the key is malformed",
            Self::OtherKeyType => "the key is neither RSA nor EC on P-256 nor Ed25519",
            Self::Private => "the key has private members",
            Self::OtherAlgorithm => "the key is for another algorithm than RS256, PS256, ES256 and EdDSA",
            Self::OtherUse => "the key is not for signatures",
            Self::KeyIdMalformed => "the kid is malformed",
            Self::ModulusOutOfRange => "the modulus does not have 2048 to 8192 bits",
            Self::ExponentOutOfRange => "the exponent is not an odd number between 3 and 2^32",
        })
    }
}

impl std::error::Error for JwkProblem {}

/// The members that matter. Certificates (`x5c`, …) are ignored: the key set is trusted for where it came from.
#[derive(Deserialize)]
struct Members {
    kty: String,
    #[serde(default, deserialize_with = "json::present")]
    crv: Option<String>,
    #[serde(default, deserialize_with = "json::present")]
    x: Option<String>,
    #[serde(default, deserialize_with = "json::present")]
    y: Option<String>,
    #[serde(default, deserialize_with = "json::present")]
    n: Option<String>,
    #[serde(default, deserialize_with = "json::present")]
    e: Option<String>,
    #[serde(default, deserialize_with = "json::present")]
    kid: Option<String>,
    #[serde(default, deserialize_with = "json::present")]
    alg: Option<String>,
    #[serde(default, rename = "use", deserialize_with = "json::present")]
    usage: Option<String>,
    #[serde(default, deserialize_with = "json::present")]
    key_ops: Option<Vec<String>>,
    #[serde(flatten)]
    private: PrivateMembers,
}

/// Members of which each alone shows that something secret was published (RFC 7518 §6.3.2, §6.4).
#[derive(Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "one per member that must not be there"
)]
struct PrivateMembers {
    #[serde(default, deserialize_with = "json::is_present")]
    d: bool,
    #[serde(default, deserialize_with = "json::is_present")]
    p: bool,
    #[serde(default, deserialize_with = "json::is_present")]
    q: bool,
    #[serde(default, deserialize_with = "json::is_present")]
    dp: bool,
    #[serde(default, deserialize_with = "json::is_present")]
    dq: bool,
    #[serde(default, deserialize_with = "json::is_present")]
    qi: bool,
    #[serde(default, deserialize_with = "json::is_present")]
    oth: bool,
    #[serde(default, deserialize_with = "json::is_present")]
    k: bool,
}

impl PrivateMembers {
    fn any(&self) -> bool {
        self.d || self.p || self.q || self.dp || self.dq || self.qi || self.oth || self.k
    }
}

impl Members {
    /// The one algorithm that the key is for: what it says, or what its type implies.
    fn algorithm(&self) -> Result<Algorithm, JwkProblem> {
        let (implied, possible): (_, &[Algorithm]) = match (self.kty.as_str(), self.crv.as_deref()) {
            ("RSA", _) => (Algorithm::Rs256, &[Algorithm::Rs256, Algorithm::Ps256]),
            ("EC", Some("P-256")) => (Algorithm::Es256, &[Algorithm::Es256]),
            ("OKP", Some("Ed25519")) => (Algorithm::EdDsa, &[Algorithm::EdDsa]),
            _ => return Err(JwkProblem::OtherKeyType),
        };
        let Some(named) = self.alg.as_deref() else {
            return Ok(implied);
        };
        let known = possible.iter().find(|algorithm| algorithm.name() == named);
        known.copied().ok_or(JwkProblem::OtherAlgorithm)
    }

    fn material(&self, algorithm: Algorithm) -> Result<Material, JwkProblem> {
        let (x, y) = (self.x.as_deref(), self.y.as_deref());
        match (algorithm, x, y) {
            (Algorithm::Rs256 | Algorithm::Ps256, _, _) => {
                let n = material::unsigned(self.n.as_deref())?;
                let e = material::unsigned(self.e.as_deref())?;
                material::rsa(algorithm, &n, &e)
            }
            (Algorithm::Es256, Some(x), Some(y)) => material::p256(x, y),
            (Algorithm::EdDsa, Some(x), _) => material::ed25519(x),
            (Algorithm::Es256 | Algorithm::EdDsa, _, _) => Err(JwkProblem::Malformed),
        }
    }
}

impl Jwk {
    /// Reads one JSON Web Key.
    ///
    /// # Errors
    /// Says why the key cannot be used to verify signatures.
    pub fn parse(text: &str) -> Result<Self, JwkProblem> {
        let members: Members = json::read_object(text).map_err(|_| JwkProblem::Malformed)?;
        if members.private.any() {
            return Err(JwkProblem::Private);
        }
        let verifies = members
            .key_ops
            .as_deref()
            .is_none_or(|ops| ops.iter().any(|op| op == "verify"));
        let algorithm = members.algorithm()?;
        if members.usage.as_deref().is_some_and(|usage| usage != "sig") || !verifies {
            return Err(JwkProblem::OtherUse);
        }
        if members.kid.as_deref().is_some_and(|kid| !is_kid(kid)) {
            return Err(JwkProblem::KeyIdMalformed);
        }
        let material = members.material(algorithm)?;
        Ok(Self::new(members.kid.as_deref(), material))
    }

    /// Makes an RS256 key from modulus and exponent, big-endian without leading zeros.
    ///
    /// # Errors
    /// When the numbers are not those of a usable key.
    pub fn from_components(kid: Option<&str>, n: &[u8], e: &[u8]) -> Result<Self, JwkProblem> {
        Ok(Self::new(kid, material::rsa(Algorithm::Rs256, n, e)?))
    }

    fn new(kid: Option<&str>, material: Material) -> Self {
        Self {
            kid: kid.map(Box::from),
            revocation_id: kid.map(RevocationId::of_key),
            thumbprint: material.thumbprint,
            algorithm: material.algorithm,
            key: material.key,
        }
    }

    /// The name under which tokens refer to the key.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The one algorithm of the key.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The key's name by its content.
    #[must_use]
    pub const fn thumbprint(&self) -> Thumbprint {
        self.thumbprint
    }

    /// The name under which the feed revokes the key.
    pub(crate) const fn revocation_id(&self) -> Option<RevocationId> {
        self.revocation_id
    }

    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.key.verify_sig(message, signature).is_ok()
    }
}

impl fmt::Debug for Jwk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jwk")
            .field("kid", &self.kid)
            .field("thumbprint", &self.thumbprint)
            .finish_non_exhaustive()
    }
}

/// A `kid` is only ever compared; the narrow alphabet keeps it harmless in logs too.
pub(crate) fn is_kid(kid: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._~-".contains(&byte);
    (1..=MAX_KID_BYTES).contains(&kid.len()) && kid.bytes().all(plain)
}
