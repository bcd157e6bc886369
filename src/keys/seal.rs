//! Sealing of secrets at rest: AES-256-GCM under a key of the row's own, which a key-encryption key wraps.
//!
//! Layout: `1 | nonce 12 | wrapped row key 32 | tag 16 | nonce 12 | ciphertext | tag 16`. Both layers are bound
//! to the same context text, so that a sealed value cannot be moved to another row or issuer.

use super::KeysError;
use super::kek::Kek;
use crate::ports::Entropy;
use openssl::symm::{Cipher, decrypt_aead, encrypt_aead};
use zeroize::Zeroizing;

const VERSION: u8 = 1;
const NONCE: usize = 12;
const TAG: usize = 16;
const KEY: usize = 32;
const WRAPPED: usize = NONCE + KEY + TAG;

/// Seals `secret` under `kek`. `context` names the place it is kept, for instance `signing key|<kid>`.
///
/// # Errors
/// When the cipher fails, which it does not on a working machine.
pub(super) fn seal(
    kek: &Kek,
    entropy: &dyn Entropy,
    context: &str,
    secret: &[u8],
) -> Result<Vec<u8>, KeysError> {
    let row_key = Zeroizing::new(entropy.bytes::<KEY>());
    let mut sealed = vec![VERSION];
    sealed.extend(lock(kek.bytes(), entropy, context, row_key.as_ref())?);
    sealed.extend(lock(row_key.as_ref(), entropy, context, secret)?);
    Ok(sealed)
}

/// Opens what [`seal`] made.
///
/// # Errors
/// [`KeysError::Unsealable`] when the key-encryption key, the context or a single bit is another.
pub(super) fn open(kek: &Kek, context: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeysError> {
    let (wrapped, body) = parts(sealed)?;
    let row_key = unlock(kek.bytes(), context, wrapped)?;
    unlock(&row_key, context, body)
}

/// Wraps the row key of a sealed value with another key-encryption key. The secret itself is not opened.
///
/// # Errors
/// As [`open`].
pub(super) fn rewrap(
    (old, new): (&Kek, &Kek),
    entropy: &dyn Entropy,
    context: &str,
    sealed: &[u8],
) -> Result<Vec<u8>, KeysError> {
    let (wrapped, body) = parts(sealed)?;
    let row_key = unlock(old.bytes(), context, wrapped)?;
    let mut rewrapped = vec![VERSION];
    rewrapped.extend(lock(new.bytes(), entropy, context, &row_key)?);
    rewrapped.extend(body);
    Ok(rewrapped)
}

/// The wrapped row key and the locked secret.
fn parts(sealed: &[u8]) -> Result<(&[u8], &[u8]), KeysError> {
    let (version, rest) = sealed.split_first().ok_or(KeysError::Unsealable)?;
    if *version != VERSION {
        return Err(KeysError::Unsealable);
    }
    rest.split_at_checked(WRAPPED).ok_or(KeysError::Unsealable)
}

fn lock(key: &[u8], entropy: &dyn Entropy, context: &str, secret: &[u8]) -> Result<Vec<u8>, KeysError> {
    let nonce = entropy.bytes::<NONCE>();
    let mut tag = [0; TAG];
    let text = encrypt_aead(
        Cipher::aes_256_gcm(),
        key,
        Some(&nonce),
        context.as_bytes(),
        secret,
        &mut tag,
    )
    .map_err(|_| KeysError::Unsealable)?;
    Ok([&nonce[..], &text, &tag[..]].concat())
}

fn unlock(key: &[u8], context: &str, locked: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeysError> {
    let (nonce, rest) = locked.split_at_checked(NONCE).ok_or(KeysError::Unsealable)?;
    let at = rest.len().checked_sub(TAG).ok_or(KeysError::Unsealable)?;
    let (text, tag) = rest.split_at_checked(at).ok_or(KeysError::Unsealable)?;
    decrypt_aead(
        Cipher::aes_256_gcm(),
        key,
        Some(nonce),
        context.as_bytes(),
        text,
        tag,
    )
    .map(Zeroizing::new)
    .map_err(|_| KeysError::Unsealable)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting;
    impl Entropy for Counting {
        fn fill(&self, buffer: &mut [u8]) {
            buffer
                .iter_mut()
                .enumerate()
                .for_each(|(i, b)| *b = u8::try_from(i % 251).unwrap());
        }
    }

    #[test]
    fn a_sealed_secret_opens_only_with_its_key_and_context_and_undamaged() {
        let kek = Kek::from_bytes([1; 32]);
        let sealed = seal(&kek, &Counting, "row 1", b"secret").unwrap();
        assert_eq!(open(&kek, "row 1", &sealed).unwrap().as_slice(), b"secret");
        assert!(open(&kek, "row 2", &sealed).is_err());
        assert!(open(&Kek::from_bytes([2; 32]), "row 1", &sealed).is_err());
        for at in 0..sealed.len() {
            let mut damaged = sealed.clone();
            damaged[at] ^= 1;
            assert!(open(&kek, "row 1", &damaged).is_err(), "byte {at}");
            assert!(open(&kek, "row 1", &sealed[..at]).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn a_rewrapped_secret_opens_with_the_new_key_alone() {
        let (old, new) = (Kek::from_bytes([1; 32]), Kek::from_bytes([2; 32]));
        let sealed = seal(&old, &Counting, "row 1", b"secret").unwrap();
        let moved = rewrap((&old, &new), &Counting, "row 1", &sealed).unwrap();
        assert_eq!(open(&new, "row 1", &moved).unwrap().as_slice(), b"secret");
        assert!(open(&old, "row 1", &moved).is_err());
        assert_eq!(
            sealed[1 + WRAPPED..],
            moved[1 + WRAPPED..],
            "the secret was not touched"
        );
        assert!(rewrap((&new, &old), &Counting, "row 1", &sealed).is_err());
        assert!(rewrap((&old, &new), &Counting, "row 2", &sealed).is_err());
    }
}
