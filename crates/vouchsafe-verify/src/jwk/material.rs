//! The numbers of a public key: RSA (RFC 7518 §6.3), P-256 (RFC 7518 §6.2) and Ed25519 (RFC 8037 §2).

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{Algorithm, JwkProblem, Thumbprint};

const MODULUS_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;
/// Bytes of a coordinate of P-256, and of an Ed25519 key.
const COORDINATE: usize = 32;

/// What a key verifies with, and its name by content.
pub(super) struct Material {
    pub(super) algorithm: Algorithm,
    pub(super) thumbprint: Thumbprint,
    pub(super) key: ParsedPublicKey,
}

/// An RSA key for this algorithm, from modulus and exponent without leading zeros.
pub(super) fn rsa(algorithm: Algorithm, n: &[u8], e: &[u8]) -> Result<Material, JwkProblem> {
    check_modulus(n)?;
    check_exponent(e)?;
    let padding = match algorithm {
        Algorithm::Rs256 => &RSA_PKCS1_2048_8192_SHA256,
        Algorithm::Ps256 => &RSA_PSS_2048_8192_SHA256,
        Algorithm::Es256 | Algorithm::EdDsa => return Err(JwkProblem::OtherAlgorithm),
    };
    let key = PublicKeyComponents { n, e }
        .to_parsed_public_key(padding)
        .map_err(|_| JwkProblem::Malformed)?;
    let (n, e) = (URL_SAFE_NO_PAD.encode(n), URL_SAFE_NO_PAD.encode(e));
    Ok(Material {
        algorithm,
        thumbprint: thumbprint(&format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#)),
        key,
    })
}

/// A point of P-256; one that is not on the curve is refused.
pub(super) fn p256(x: &str, y: &str) -> Result<Material, JwkProblem> {
    let point = [&[4][..], &coordinate(x)?, &coordinate(y)?].concat();
    Ok(Material {
        algorithm: Algorithm::Es256,
        thumbprint: thumbprint(&format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#)),
        key: ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).map_err(|_| JwkProblem::Malformed)?,
    })
}

/// An Ed25519 key.
pub(super) fn ed25519(x: &str) -> Result<Material, JwkProblem> {
    Ok(Material {
        algorithm: Algorithm::EdDsa,
        thumbprint: thumbprint(&format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#)),
        key: ParsedPublicKey::new(&ED25519, coordinate(x)?).map_err(|_| JwkProblem::Malformed)?,
    })
}

/// `Base64urlUInt` (RFC 7518 §2): no padding, no leading zero octets.
pub(super) fn unsigned(text: Option<&str>) -> Result<Vec<u8>, JwkProblem> {
    let text = text.ok_or(JwkProblem::Malformed)?;
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| JwkProblem::Malformed)?;
    match bytes.first() {
        None | Some(0) => Err(JwkProblem::Malformed),
        Some(_) => Ok(bytes),
    }
}

/// Octets of full length (RFC 7518 §6.2.1.2), leading zeros included.
fn coordinate(text: &str) -> Result<[u8; COORDINATE], JwkProblem> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| JwkProblem::Malformed)?;
    bytes.try_into().map_err(|_| JwkProblem::Malformed)
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
fn thumbprint(canonical: &str) -> Thumbprint {
    let mut bytes = [0; 32];
    for (to, from) in bytes
        .iter_mut()
        .zip(digest(&SHA256, canonical.as_bytes()).as_ref())
    {
        *to = *from;
    }
    Thumbprint(bytes)
}
