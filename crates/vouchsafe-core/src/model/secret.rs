//! Secrets that we hand out. In memory they are [`Plain`], in the store only a [`Digest`]; the two do not mix.
//!
//! A token string is `<prefix>_<43 characters><6 characters>`: 256 random bits in base64url and a checksum of
//! prefix and body, so that scanners recognise a leak and a mistyped or truncated token never reaches the store.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};
use std::marker::PhantomData;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroize as _;

/// What a secret is for, and the prefix by which it is recognised.
pub trait SecretKind {
    /// The text before the first underscore.
    const PREFIX: &'static str;
}

macro_rules! secret_kind {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub enum $name {}
        impl SecretKind for $name {
            const PREFIX: &'static str = $prefix;
        }
    )+};
}

secret_kind! {
    /// An authorization code (RFC 6749 §4.1.2).
    Code = "vac";
    /// A client secret (RFC 6749 §2.3.1).
    ClientSecret = "vcs";
    /// An initial access token (RFC 7591 §3): the right to register a client.
    InitialAccessToken = "viat";
    /// A registration access token (RFC 7592 §1): the right to manage one client.
    RegistrationAccessToken = "vrat";
    /// The value of the session cookie.
    SessionCookie = "vss";
    /// The value of the cookie that binds interactions to a browser.
    BrowserCookie = "vbr";
    /// The handle of an interaction, part of its URL.
    InteractionHandle = "vin";
    /// The value of the cookie of an administrator's session.
    AdminCookie = "vas";
    /// The one-time code by which somebody becomes an administrator.
    SetupCode = "vsu";
    /// The one-time code by which somebody sets the first password of their account.
    InvitationCode = "vinv";
}

/// A secret in clear: 256 random bits with prefix and checksum. Has no `Debug` and is wiped when dropped.
pub struct Plain<K>(String, PhantomData<fn() -> K>);

/// What the store keeps of a secret: 32 bytes from which it cannot be found again.
pub struct Digest<K>([u8; 32], PhantomData<fn() -> K>);

const BODY: usize = 43;
const CHECKSUM: usize = 6;

impl<K: SecretKind> Plain<K> {
    /// A new secret from 256 random bits.
    #[must_use]
    pub fn from_entropy(mut bytes: [u8; 32]) -> Self {
        let mut body = URL_SAFE_NO_PAD.encode(bytes);
        bytes.zeroize();
        let text = format!("{}_{}{}", K::PREFIX, body, checksum(K::PREFIX, &body));
        body.zeroize();
        Self(text, PhantomData)
    }

    /// Reads a presented secret: `None` unless prefix, length, alphabet and checksum are right.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix(K::PREFIX)?.strip_prefix('_')?;
        if rest.len() != BODY + CHECKSUM || !rest.is_ascii() {
            return None;
        }
        let (body, sum) = rest.split_at_checked(BODY)?;
        URL_SAFE_NO_PAD
            .decode(body)
            .ok()
            .filter(|bytes| bytes.len() == 32)?;
        (checksum(K::PREFIX, body) == sum).then(|| Self(text.to_owned(), PhantomData))
    }

    /// The text, for the one who is to receive it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// SHA-256 of the text: enough for 256 random bits that live shortly.
    #[must_use]
    pub fn digest(&self) -> Digest<K> {
        Digest(Sha256::digest(self.0.as_bytes()).into(), PhantomData)
    }

    /// HMAC-SHA-256 of the text under the server's pepper: for secrets that live long.
    #[must_use]
    #[expect(
        clippy::missing_panics_doc,
        reason = "cannot happen: HMAC takes a key of any length"
    )]
    pub fn digest_with(&self, pepper: &[u8; 32]) -> Digest<K> {
        #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
        let mut mac = Hmac::<Sha256>::new_from_slice(pepper).expect("any key length");
        mac.update(self.0.as_bytes());
        Digest(mac.finalize().into_bytes().into(), PhantomData)
    }
}

impl<K> Drop for Plain<K> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<K> Digest<K> {
    /// A digest as the store returned it.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes, PhantomData)
    }

    /// The bytes to store or to look up.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl<K> Clone for Digest<K> {
    fn clone(&self) -> Self {
        Self(self.0, PhantomData)
    }
}

impl<K> std::fmt::Debug for Digest<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Digest(..)")
    }
}

impl<K> PartialEq for Digest<K> {
    /// Takes the same time wherever the first difference is.
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl<K> Eq for Digest<K> {}

fn checksum(prefix: &str, body: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(prefix.as_bytes());
    hash.update(b"_");
    hash.update(body.as_bytes());
    let mut text = URL_SAFE_NO_PAD.encode(hash.finalize());
    text.truncate(CHECKSUM);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_reads_back_and_every_damage_is_noticed() {
        let secret = Plain::<Code>::from_entropy([7; 32]);
        let text = secret.expose();
        assert!(text.starts_with("vac_"));
        assert!(Plain::<Code>::parse(text).is_some_and(|again| again.digest() == secret.digest()));
        assert!(Plain::<ClientSecret>::parse(text).is_none(), "kinds do not mix");
        let (head, _) = text.split_at(text.len() - 1);
        for damaged in [
            head.to_owned(),
            format!("{text}="),
            format!("{text}\n"),
            text.to_uppercase(),
        ] {
            assert!(Plain::<Code>::parse(&damaged).is_none());
        }
    }
}
