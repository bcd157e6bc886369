//! Reads a private key that was made elsewhere: PKCS#8 in PEM (RFC 7468 §10), or a JWK (RFC 7517).

use super::{KeysError, curves, private_file};
use crate::ports::KeyPair;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::jwk::Jwk;
use josekit::jwk::alg::ec::EcKeyPair;
use josekit::jwk::alg::ed::EdKeyPair;
use josekit::jwk::alg::rsa::RsaKeyPair;
use openssl::bn::BigNumRef;
use openssl::nid::Nid;
use openssl::pkey::{Id, PKey, Private};
use serde_json::{Map, Value, json};
use std::path::Path;
use vouchsafe_core::model::KeyAlgorithm;
use zeroize::Zeroizing;

const LEAST_BITS: u32 = 2048;

/// The key in the file, and the algorithm that it is for: what its JWK says, or what its type implies.
///
/// # Errors
/// [`KeysError::ReadableByOthers`], [`KeysError::OfAnotherUser`], [`KeysError::NotImportable`], [`KeysError::Io`].
pub fn read_private_key(path: &Path) -> Result<(KeyAlgorithm, KeyPair), KeysError> {
    parse(&private_file::read(path)?).map_err(|why| KeysError::NotImportable {
        path: path.to_owned(),
        why: why.to_owned(),
    })
}

fn parse(text: &[u8]) -> Result<(KeyAlgorithm, KeyPair), &'static str> {
    let (key, named) = if text.trim_ascii_start().starts_with(b"{") {
        of_jwk(text)?
    } else {
        // The passphrase is there so that nobody is asked for one.
        let key = PKey::private_key_from_pem_passphrase(text, b"")
            .map_err(|_| "it holds neither an unencrypted private key in PEM nor a private key as JWK")?;
        (key, None)
    };
    let (possible, public_jwk): (&[_], _) = match key.id() {
        Id::RSA => (&[KeyAlgorithm::Rs256, KeyAlgorithm::Ps256], rsa_members(&key)?),
        Id::EC => (&[KeyAlgorithm::Es256], p256_members(&key)?),
        Id::ED25519 => (
            &[KeyAlgorithm::EdDsa],
            curves::ed25519_members(&key).map_err(|_| "its public half cannot be told")?,
        ),
        _ => return Err("its type is none of RSA, EC on P-256 and Ed25519"),
    };
    let alg = match named {
        None => possible.first().copied(),
        Some(named) => possible.iter().copied().find(|alg| alg.as_str() == named),
    };
    let pkcs8 = curves::pkcs8(&key).map_err(|_| "it cannot be written as PKCS#8")?;
    Ok((
        alg.ok_or("its `alg` is none that is known for its type")?,
        KeyPair { pkcs8, public_jwk },
    ))
}

fn of_jwk(text: &[u8]) -> Result<(PKey<Private>, Option<String>), &'static str> {
    let broken = "it is not a private key as JWK";
    let jwk = Jwk::from_bytes(text).map_err(|_| broken)?;
    let pair = match jwk.key_type() {
        "RSA" => RsaKeyPair::from_jwk(&jwk).map(|pair| pair.to_der_private_key()),
        "EC" => EcKeyPair::from_jwk(&jwk).map(|pair| pair.to_der_private_key()),
        "OKP" => EdKeyPair::from_jwk(&jwk).map(|pair| pair.to_der_private_key()),
        _ => return Err("its type is none of RSA, EC on P-256 and Ed25519"),
    };
    let der = Zeroizing::new(pair.map_err(|_| broken)?);
    let key = PKey::private_key_from_der(&der).map_err(|_| broken)?;
    Ok((key, jwk.algorithm().map(str::to_owned)))
}

fn rsa_members(key: &PKey<Private>) -> Result<Map<String, Value>, &'static str> {
    let rsa = key.rsa().map_err(|_| "it is not an RSA key")?;
    if key.bits() < LEAST_BITS {
        return Err("an RSA key must have 2048 bits or more");
    }
    if !rsa.check_key().unwrap_or(false) {
        return Err("its numbers do not belong together");
    }
    let number = |number: &BigNumRef| json!(URL_SAFE_NO_PAD.encode(number.to_vec()));
    let mut members = Map::new();
    members.insert("kty".to_owned(), json!("RSA"));
    members.insert("n".to_owned(), number(rsa.n()));
    members.insert("e".to_owned(), number(rsa.e()));
    Ok(members)
}

fn p256_members(key: &PKey<Private>) -> Result<Map<String, Value>, &'static str> {
    let key = key.ec_key().map_err(|_| "it is not an EC key")?;
    if key.group().curve_name() != Some(Nid::X9_62_PRIME256V1) {
        return Err("its curve is not P-256");
    }
    key.check_key()
        .map_err(|_| "its numbers do not belong together")?;
    curves::p256_members(&key).map_err(|_| "its public half cannot be told")
}
