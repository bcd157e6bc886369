//! RFC 7517 and RFC 7638 — one public key of an issuer, parsed once, and its thumbprint.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use crate::json;

const MODULUS_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;
const MAX_KID_BYTES: usize = 64;

/// What a key signs with. A key is for exactly one algorithm, and the key decides, never the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
}

impl Algorithm {
    /// The name in the header of a token (RFC 7518 §3.1).
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
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

/// A public RSA key that verifies RS256 signatures.
#[derive(Clone)]
pub struct Jwk {
    kid: Option<Box<str>>,
    thumbprint: Thumbprint,
    key: ParsedPublicKey,
}

/// Why a key was not taken. In a key set such a key is left out and the others are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JwkProblem {
    /// Not a JSON object of a key, or a member comes twice or has the wrong type.
    Malformed,
    /// Another key type than RSA; also symmetric keys, which nobody should publish.
    NotRsa,
    /// The key has private members.
    Private,
    /// The key is for another algorithm than RS256.
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
            Self::NotRsa => "the key is not an RSA key",
            Self::Private => "the key has private members",
            Self::OtherAlgorithm => "the key is for another algorithm than RS256",
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

impl Jwk {
    /// Reads one JSON Web Key.
    ///
    /// # Errors
    /// Says why the key cannot be used to verify RS256 signatures.
    pub fn parse(text: &str) -> Result<Self, JwkProblem> {
        let members: Members = json::read_object(text).map_err(|_| JwkProblem::Malformed)?;
        if members.private.any() {
            return Err(JwkProblem::Private);
        }
        if members.kty != "RSA" {
            return Err(JwkProblem::NotRsa);
        }
        if members.alg.is_some_and(|alg| alg != Algorithm::Rs256.name()) {
            return Err(JwkProblem::OtherAlgorithm);
        }
        let verifies = members
            .key_ops
            .is_none_or(|ops| ops.iter().any(|op| op == "verify"));
        if members.usage.is_some_and(|usage| usage != "sig") || !verifies {
            return Err(JwkProblem::OtherUse);
        }
        if members.kid.as_deref().is_some_and(|kid| !is_kid(kid)) {
            return Err(JwkProblem::KeyIdMalformed);
        }
        let n = unsigned(members.n.as_deref())?;
        let e = unsigned(members.e.as_deref())?;
        Self::from_components(members.kid.as_deref(), &n, &e)
    }

    /// Makes a key from modulus and exponent, big-endian without leading zeros.
    ///
    /// # Errors
    /// When the numbers are not those of a usable key.
    pub fn from_components(kid: Option<&str>, n: &[u8], e: &[u8]) -> Result<Self, JwkProblem> {
        check_modulus(n)?;
        check_exponent(e)?;
        let key = PublicKeyComponents { n, e }
            .to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256)
            .map_err(|_| JwkProblem::Malformed)?;
        Ok(Self {
            kid: kid.map(Box::from),
            thumbprint: thumbprint(n, e),
            key,
        })
    }

    /// The name under which tokens refer to the key.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The one algorithm of the key.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        Algorithm::Rs256
    }

    /// The key's name by its content.
    #[must_use]
    pub const fn thumbprint(&self) -> Thumbprint {
        self.thumbprint
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

/// `Base64urlUInt` (RFC 7518 §2): no padding, no leading zero octets.
fn unsigned(text: Option<&str>) -> Result<Vec<u8>, JwkProblem> {
    let text = text.ok_or(JwkProblem::Malformed)?;
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| JwkProblem::Malformed)?;
    match bytes.first() {
        None | Some(0) => Err(JwkProblem::Malformed),
        Some(_) => Ok(bytes),
    }
}

fn check_modulus(n: &[u8]) -> Result<(), JwkProblem> {
    let (Some(first), Some(last)) = (n.first(), n.last()) else {
        return Err(JwkProblem::ModulusOutOfRange);
    };
    let bits = n
        .len()
        .saturating_mul(8)
        .saturating_sub(first.leading_zeros() as usize);
    if MODULUS_BITS.contains(&bits) && last % 2 == 1 {
        Ok(())
    } else {
        Err(JwkProblem::ModulusOutOfRange)
    }
}

fn check_exponent(e: &[u8]) -> Result<(), JwkProblem> {
    if e.len() > 4 {
        return Err(JwkProblem::ExponentOutOfRange);
    }
    let value = e
        .iter()
        .fold(0_u32, |value, byte| (value << 8) | u32::from(*byte));
    if value >= 3 && value % 2 == 1 {
        Ok(())
    } else {
        Err(JwkProblem::ExponentOutOfRange)
    }
}

/// RFC 7638 §3: required members only, in lexical order, no white space.
fn thumbprint(n: &[u8], e: &[u8]) -> Thumbprint {
    let (n, e) = (URL_SAFE_NO_PAD.encode(n), URL_SAFE_NO_PAD.encode(e));
    let canonical = format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#);
    let mut bytes = [0; 32];
    for (to, from) in bytes
        .iter_mut()
        .zip(digest(&SHA256, canonical.as_bytes()).as_ref())
    {
        *to = *from;
    }
    Thumbprint(bytes)
}
