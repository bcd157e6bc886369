//! RFC 6749 §1.5, §6; RFC 9700 §4.14 — the form of refresh tokens: `vrt1.<key id>.<gid>.<generation>.<MAC>`.
//!
//! A token is recomputed from its grant, never stored. Its MAC covers issuer, grant, client and generation, and is
//! checked before any look-up: a forged token, or another client's, never reaches the database.

use super::registry::{Endpoint, Parameter, Spec};
use crate::model::{ClientId, GrantId};
use crate::refusal::Reason;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

/// What this word brings.
pub const SPEC: Spec = Spec {
    reference: "RFC 6749 section 6",
    parameters: &[Parameter::once("refresh_token", &[Endpoint::Token])],
};

/// Marks the form, and is part of what the MAC covers.
pub const PREFIX: &str = "vrt1";

/// The key that refresh tokens are made with.
#[derive(Clone, Copy)]
pub struct MacKey<'a> {
    /// Its id, part of the token, so that keys can be changed.
    pub id: &'a str,
    /// The key.
    pub key: &'a [u8; 32],
    /// The issuer whose tokens it makes.
    pub issuer: &'a str,
}

/// A token that has the right form. Nothing about it is proven yet.
#[derive(Clone, Debug)]
pub struct Presented {
    /// The key that it claims to be made with.
    pub key_id: String,
    /// The grant that it claims to belong to.
    pub gid: GrantId,
    /// The generation that it claims to be.
    pub generation: i64,
    mac: [u8; 32],
}

/// Proof that this server made the token, for this client.
#[derive(Clone, Debug)]
pub struct Genuine {
    gid: GrantId,
    generation: i64,
}

/// The token of one generation of a grant.
#[must_use]
pub fn mint(key: &MacKey<'_>, gid: &GrantId, client_id: &ClientId, generation: i64) -> String {
    let mac = mac(key, gid, client_id, generation).finalize().into_bytes();
    format!(
        "{PREFIX}.{}.{gid}.{generation}.{}",
        key.id,
        URL_SAFE_NO_PAD.encode(mac)
    )
}

/// Reads a presented token; of every token there is exactly one accepted spelling.
///
/// # Errors
/// [`Reason::RefreshTokenUnknown`].
pub fn parse(text: &str) -> Result<Presented, Reason> {
    read(text).ok_or(Reason::RefreshTokenUnknown)
}

fn read(text: &str) -> Option<Presented> {
    let mut parts = text.split('.');
    let mut part = || parts.next();
    if part()? != PREFIX {
        return None;
    }
    let (key_id, gid, generation, mac) = (part()?, part()?, part()?, part()?);
    if parts.next().is_some() || !is_name(key_id) || !is_name(gid) {
        return None;
    }
    let number: i64 = generation.parse().ok()?;
    if number < 0 || number.to_string() != generation || mac.len() != 43 {
        return None;
    }
    Some(Presented {
        key_id: key_id.to_owned(),
        gid: GrantId::new(gid),
        generation: number,
        mac: URL_SAFE_NO_PAD.decode(mac).ok()?.try_into().ok()?,
    })
}

fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

impl Presented {
    /// Checks the MAC, in constant time. A token of another client fails here: the MAC covers the client.
    ///
    /// # Errors
    /// [`Reason::RefreshTokenUnknown`].
    pub fn verify(&self, key: &MacKey<'_>, client_id: &ClientId) -> Result<Genuine, Reason> {
        if self.key_id != key.id {
            return Err(Reason::RefreshTokenUnknown);
        }
        mac(key, &self.gid, client_id, self.generation)
            .verify_slice(&self.mac)
            .map_err(|_| Reason::RefreshTokenUnknown)?;
        Ok(Genuine {
            gid: self.gid.clone(),
            generation: self.generation,
        })
    }
}

impl Genuine {
    /// The grant.
    #[must_use]
    pub fn gid(&self) -> &GrantId {
        &self.gid
    }

    /// The generation.
    #[must_use]
    pub fn generation(&self) -> i64 {
        self.generation
    }
}

fn mac(key: &MacKey<'_>, gid: &GrantId, client_id: &ClientId, generation: i64) -> Hmac<Sha256> {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key.key).expect("any key length");
    // Each text is preceded by its length, so that no two lists of texts look alike.
    for text in [PREFIX, key.issuer, gid.as_str(), client_id.as_str()] {
        mac.update(&(text.len() as u64).to_be_bytes());
        mac.update(text.as_bytes());
    }
    mac.update(&generation.to_be_bytes());
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: MacKey<'static> = MacKey {
        id: "k1",
        key: &[7; 32],
        issuer: "https://id.example.com",
    };

    fn gid() -> GrantId {
        GrantId::from_entropy([9; 16])
    }

    fn client() -> ClientId {
        ClientId::new("c1")
    }

    fn token() -> String {
        mint(&KEY, &gid(), &client(), 3)
    }

    #[test]
    fn a_token_reads_back_and_is_always_the_same() {
        let text = token();
        assert_eq!(text, token());
        assert!(text.starts_with("vrt1.k1.CQkJ"), "{text}");
        let genuine = parse(&text).unwrap().verify(&KEY, &client()).unwrap();
        assert_eq!((genuine.gid(), genuine.generation()), (&gid(), 3));
    }

    #[test]
    fn a_token_of_another_client_issuer_key_or_generation_is_unknown() {
        let presented = parse(&token()).unwrap();
        let unknown = Some(Reason::RefreshTokenUnknown);
        assert_eq!(presented.verify(&KEY, &ClientId::new("c2")).err(), unknown);
        for other in [
            MacKey { key: &[8; 32], ..KEY },
            MacKey {
                issuer: "https://id.example.com/",
                ..KEY
            },
            MacKey { id: "k2", ..KEY },
        ] {
            assert_eq!(presented.verify(&other, &client()).err(), unknown);
        }
        let forged = token().replace(".3.", ".4.");
        assert_eq!(parse(&forged).unwrap().verify(&KEY, &client()).err(), unknown);
    }

    #[test]
    fn the_mac_tells_apart_texts_that_read_the_same_one_after_the_other() {
        let one = mint(&KEY, &GrantId::new("ab"), &ClientId::new("c"), 0);
        let other = mint(&KEY, &GrantId::new("a"), &ClientId::new("bc"), 0);
        assert_ne!(one.rsplit('.').next(), other.rsplit('.').next());
    }

    #[test]
    fn every_token_has_one_spelling() {
        let text = token();
        let (head, last) = text.split_at(text.len() - 1);
        for bad in [
            String::new(),
            "vrt1".to_owned(),
            "vrt1....".to_owned(),
            head.to_owned(),
            format!("{text}="),
            format!("{text} "),
            format!("{text}\n"),
            format!("{text}.a"),
            format!(" {text}"),
            text.to_uppercase(),
            text.replace("vrt1", "vrt2"),
            text.replace(".3.", ".03."),
            text.replace(".3.", ".+3."),
            text.replace(".3.", ".-3."),
            text.replace(".3.", ".."),
            text.replace(".3.", ".9223372036854775808."),
            text.replace(".k1.", ".."),
            text.replace(".k1.", ".k\u{e9}."),
            // The last of 43 characters carries two bits that must be zero.
            format!("{head}{}", if last == "B" { "C" } else { "B" }),
        ] {
            assert!(
                parse(&bad).is_err() || parse(&bad).unwrap().verify(&KEY, &client()).is_err(),
                "{bad}"
            );
        }
    }
}
