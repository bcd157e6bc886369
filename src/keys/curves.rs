//! Makes keys on curves from the server's own entropy: P-256 (RFC 7518 §6.2) and Ed25519 (RFC 8037).

use crate::ports::{Entropy, KeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openssl::bn::{BigNum, BigNumContext};
use openssl::ec::{EcGroup, EcKey, EcKeyRef, EcPoint};
use openssl::error::ErrorStack;
use openssl::nid::Nid;
use openssl::pkey::{HasPublic, Id, PKey, PKeyRef, Private};
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

/// Bytes of a coordinate of P-256.
const COORDINATE: i32 = 32;

pub(super) fn p256(entropy: &dyn Entropy) -> Result<KeyPair, String> {
    let make = || -> Result<KeyPair, ErrorStack> {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
        let mut context = BigNumContext::new_secure()?;
        let mut order = BigNum::new()?;
        group.order(&mut order, &mut context)?;
        // Drawn anew in the one case of four billion in which the number is not below the order.
        let secret = loop {
            let mut secret = BigNum::new_secure()?;
            secret.copy_from_slice(&*Zeroizing::new(entropy.bytes::<32>()))?;
            if secret < order && secret.num_bits() > 0 {
                break secret;
            }
        };
        let mut point = EcPoint::new(&group)?;
        point.mul_generator2(&group, &secret, &mut context)?;
        let key = EcKey::from_private_components(&group, &secret, &point)?;
        let public_jwk = p256_members(&key)?;
        let key = PKey::from_ec_key(key)?;
        Ok(KeyPair {
            public_jwk,
            pkcs8: pkcs8(&key)?,
        })
    };
    make().map_err(|error| error.to_string())
}

pub(super) fn ed25519(entropy: &dyn Entropy) -> Result<KeyPair, String> {
    let seed = Zeroizing::new(entropy.bytes::<32>());
    let make = || -> Result<KeyPair, ErrorStack> {
        let key = PKey::private_key_from_raw_bytes(&*seed, Id::ED25519)?;
        Ok(KeyPair {
            public_jwk: ed25519_members(&key)?,
            pkcs8: pkcs8(&key)?,
        })
    };
    make().map_err(|error| error.to_string())
}

/// The public members of a P-256 key, coordinates at full length.
pub(super) fn p256_members(key: &EcKeyRef<Private>) -> Result<Map<String, Value>, ErrorStack> {
    let (mut x, mut y) = (BigNum::new()?, BigNum::new()?);
    let mut context = BigNumContext::new()?;
    key.public_key()
        .affine_coordinates(key.group(), &mut x, &mut y, &mut context)?;
    let mut members = Map::new();
    members.insert("kty".to_owned(), json!("EC"));
    members.insert("crv".to_owned(), json!("P-256"));
    for (name, coordinate) in [("x", x), ("y", y)] {
        let bytes = coordinate.to_vec_padded(COORDINATE)?;
        members.insert(name.to_owned(), json!(URL_SAFE_NO_PAD.encode(bytes)));
    }
    Ok(members)
}

/// The public members of an Ed25519 key.
pub(super) fn ed25519_members<T: HasPublic>(key: &PKeyRef<T>) -> Result<Map<String, Value>, ErrorStack> {
    let mut members = Map::new();
    members.insert("kty".to_owned(), json!("OKP"));
    members.insert("crv".to_owned(), json!("Ed25519"));
    members.insert(
        "x".to_owned(),
        json!(URL_SAFE_NO_PAD.encode(key.raw_public_key()?)),
    );
    Ok(members)
}

/// The private key as PKCS#8 DER.
pub(super) fn pkcs8(key: &PKeyRef<Private>) -> Result<Zeroizing<Vec<u8>>, ErrorStack> {
    key.private_key_to_pkcs8().map(Zeroizing::new)
}
