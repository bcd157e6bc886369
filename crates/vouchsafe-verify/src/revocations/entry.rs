//! One entry of the feed: what was revoked, named so that only those who hold a token recognise it.

use std::fmt;

use aws_lc_rs::digest::{Context, SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use super::problem::FeedProblem;

/// The last second of the year 9999.
const LAST_SECOND: i64 = 253_402_300_799;
const ID_BYTES: usize = 8;
const MAX_KIND_BYTES: usize = 32;

/// The name of a thing in the feed: the first 8 bytes of the SHA-256 of `word|identifier`.
///
/// Whoever has the identifier finds the entry; nobody finds the identifier in the entry.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct RevocationId([u8; ID_BYTES]);

impl RevocationId {
    /// The name of a grant (`gid`).
    #[must_use]
    pub fn of_grant(gid: &str) -> Self {
        Self::of("gid", gid)
    }

    /// The name of a single token (`jti`).
    #[must_use]
    pub fn of_token(jti: &str) -> Self {
        Self::of("jti", jti)
    }

    /// The name of a client.
    #[must_use]
    pub fn of_client(client_id: &str) -> Self {
        Self::of("client_id", client_id)
    }

    /// The name of a signing key.
    #[must_use]
    pub fn of_key(kid: &str) -> Self {
        Self::of("kid", kid)
    }

    fn of(word: &str, identifier: &str) -> Self {
        let hash = digest(&SHA256, format!("{word}|{identifier}").as_bytes());
        let mut id = [0; ID_BYTES];
        copy(hash.as_ref(), &mut id);
        Self(id)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut id = [0; ID_BYTES];
        // Eleven characters carry 66 bits; the strict decoder refuses those whose last two are not zero.
        let length = URL_SAFE_NO_PAD.decode_slice(text, &mut id).ok()?;
        (length == ID_BYTES).then_some(Self(id))
    }

    pub(super) fn number(self) -> u64 {
        u64::from_le_bytes(self.0)
    }
}

impl fmt::Display for RevocationId {
    /// base64url, as it stands in the feed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl fmt::Debug for RevocationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RevocationId({self})")
    }
}

/// What an entry revokes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// A grant has ended, and all its tokens with it.
    GrantEnded(RevocationId),
    /// The claims of a grant's tokens have changed: those below the version are outdated.
    ClaimsRaised(RevocationId, i64),
    /// One token has ended.
    TokenEnded(RevocationId),
    /// Tokens of a client below the epoch have ended.
    ClientRaised(RevocationId, i64),
    /// Tokens of the issuer below the epoch have ended.
    IssuerRaised(i64),
    /// A signing key is no longer trusted.
    KeyRevoked(RevocationId),
    /// Something that this version does not know. It counts in the chain and has no effect: a feed that learns a
    /// new word must not take the old ones away from verifiers in the field.
    Unknown,
}

/// An entry, with the text that the chain hashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) seq: u64,
    pub(super) act: Act,
    /// From this second on the entry may be forgotten.
    pub(super) exp: i64,
    canonical: Box<str>,
}

#[derive(Deserialize)]
pub(super) struct Members<'a> {
    seq: u64,
    // Without escapes: what is hashed is what was written.
    kind: &'a str,
    id: &'a str,
    min: i64,
    exp: i64,
}

impl Entry {
    pub(super) fn read(members: &Members<'_>) -> Result<Self, FeedProblem> {
        let Members {
            seq,
            kind,
            id,
            min,
            exp,
        } = *members;
        let in_range = min >= 0 && (0..=LAST_SECOND).contains(&exp) && (1..=i64::MAX as u64).contains(&seq);
        if !in_range || !is_kind(kind) {
            return Err(FeedProblem::PageMalformed);
        }
        let act = Act::read(kind, id, min)?;
        let canonical = format!("{seq}|{kind}|{id}|{min}|{exp}").into();
        Ok(Self {
            seq,
            act,
            exp,
            canonical,
        })
    }
}

impl Act {
    fn read(kind: &str, id: &str, min: i64) -> Result<Self, FeedProblem> {
        let id_of = || RevocationId::parse(id).ok_or(FeedProblem::PageMalformed);
        Ok(match kind {
            "grant" => Self::GrantEnded(id_of()?),
            "claims" => Self::ClaimsRaised(id_of()?, min),
            "token" => Self::TokenEnded(id_of()?),
            "client" => Self::ClientRaised(id_of()?, min),
            "issuer" if id.is_empty() => Self::IssuerRaised(min),
            "issuer" => return Err(FeedProblem::PageMalformed),
            "key" => Self::KeyRevoked(id_of()?),
            _ if id.is_empty() => Self::Unknown,
            _ => id_of().map(|_| Self::Unknown)?,
        })
    }
}

/// The alphabet keeps the separator of the canonical text out of the word.
fn is_kind(kind: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
    (1..=MAX_KIND_BYTES).contains(&kind.len()) && kind.bytes().all(plain)
}

/// The value of the hash chain behind an entry. Only an unbroken row of the same entries leads to the same value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chain([u8; 32]);

impl Chain {
    pub(super) fn parse(text: &str) -> Option<Self> {
        // The decoder asks for room for a partial group of three bytes at the end.
        let mut value = [0; 33];
        let length = URL_SAFE_NO_PAD.decode_slice(text, &mut value).ok()?;
        let value = value.get(..length)?;
        value.try_into().ok().map(Self)
    }

    pub(super) fn after(self, entry: &Entry) -> Self {
        let mut context = Context::new(&SHA256);
        context.update(&self.0);
        context.update(entry.canonical.as_bytes());
        let mut value = [0; 32];
        copy(context.finish().as_ref(), &mut value);
        Self(value)
    }
}

/// As much as fits.
fn copy(from: &[u8], to: &mut [u8]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to = *from;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(text: &str) -> Result<Entry, FeedProblem> {
        let members = serde_json::from_str(text).map_err(|_| FeedProblem::PageMalformed)?;
        Entry::read(&members)
    }

    #[test]
    fn a_thing_is_named_by_a_hash_of_its_kind_and_its_identifier() {
        let hash = digest(&SHA256, b"gid|g_1");
        let expected = URL_SAFE_NO_PAD.encode(&hash.as_ref()[..8]);
        assert_eq!(RevocationId::of_grant("g_1").to_string(), expected);
        assert_eq!(expected.len(), 11);
        assert_eq!(
            RevocationId::parse(&expected),
            Some(RevocationId::of_grant("g_1"))
        );
        assert_ne!(RevocationId::of_grant("x"), RevocationId::of_token("x"));
    }

    #[test]
    fn an_entry_that_is_not_formed_as_it_must_be_is_refused() {
        let good = r#"{"seq":12,"kind":"grant","id":"yJ3kPq0aB1c","min":0,"exp":1800000300}"#;
        assert!(entry(good).is_ok());
        for (old, new) in [
            ("12", "0"),
            ("12", "9223372036854775808"),
            ("12", "-1"),
            ("12", "1.5"),
            ("\"grant\"", "\"\""),
            ("\"grant\"", "\"Grant\""),
            ("\"grant\"", "\"gr|nt\""),
            ("yJ3kPq0aB1c", ""),
            ("yJ3kPq0aB1c", "yJ3kPq0aB1d"),
            ("yJ3kPq0aB1c", "yJ3kPq0aB1c="),
            ("yJ3kPq0aB1c", "yJ3kPq0aB1"),
            ("yJ3kPq0aB1c", "yJ3kPq0aB1cAA"),
            ("\"min\":0", "\"min\":-1"),
            ("1800000300", "-1"),
            ("1800000300", "253402300800"),
            ("1800000300", "1800000300.0"),
            ("\"grant\"", "\"issuer\""),
        ] {
            assert!(entry(&good.replace(old, new)).is_err(), "{old} {new}");
        }
    }

    #[test]
    fn a_word_of_a_later_version_counts_and_has_no_effect() {
        let later = r#"{"seq":12,"kind":"tenant","id":"","min":3,"exp":1800000300}"#;
        assert_eq!(entry(later).unwrap().act, Act::Unknown);
        assert_eq!(&*entry(later).unwrap().canonical, "12|tenant||3|1800000300");
    }
}
