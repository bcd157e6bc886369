//! What a resource server is told of an event by the revocation feed, and the hash chain that lets it notice when
//! something is missing.
//!
//! Identifiers leave the server as the beginning of a digest: enough to recognise a token that one holds, and of no
//! use to anybody else, so that the feed needs no secrecy.

use super::{Event, EventKind, Span};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// `typ` in the header of a signed head.
pub const HEAD_TYP: &str = "revocations-head+jwt";

/// A value of the hash chain.
pub type ChainHash = [u8; 32];

/// The value of a chain without entries.
pub const EMPTY: ChainHash = [0; 32];

/// What a resource server is told of one event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// The event's number. Numbers that are left out belong to events that resource servers need not know.
    pub seq: i64,
    /// What ended or was raised.
    pub kind: EntryKind,
    /// [`short_id`] of what it concerns; empty for the whole issuer.
    pub id: String,
    /// The least acceptable version or epoch; 0 where there is none.
    pub min: i64,
    /// From then on it may be forgotten: seconds since 1970.
    pub exp: i64,
}

/// What an entry is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// A grant ended.
    Grant,
    /// The claims version of a grant was raised.
    Claims,
    /// A token without grant ended.
    Token,
    /// A client's epoch was raised.
    Client,
    /// The issuer's epoch was raised.
    Issuer,
    /// A signing key was revoked.
    Key,
}

impl Entry {
    /// What resource servers are told of a numbered event; none when it does not concern them.
    #[must_use]
    pub fn of(seq: i64, event: &Event) -> Option<Self> {
        let kind = EntryKind::of(event.kind)?;
        let target = event.target.as_deref().unwrap_or_default();
        // Rounded up: forgotten a moment late rather than early.
        let exp = event.expires_at.plus(Span::from_millis(999)).seconds();
        Some(Self {
            seq,
            kind,
            id: kind.word().map(|word| short_id(word, target)).unwrap_or_default(),
            min: event.value.unwrap_or_default(),
            exp,
        })
    }

    /// The chain's value after this entry.
    #[must_use]
    pub fn chain(&self, before: &ChainHash) -> ChainHash {
        let Self {
            seq,
            kind,
            id,
            min,
            exp,
        } = self;
        let mut hash = Sha256::new();
        hash.update(before);
        hash.update(format!("{seq}|{}|{id}|{min}|{exp}", kind.as_str()));
        hash.finalize().into()
    }
}

impl EntryKind {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "`EventKind::is_for_verifiers` names those that matter; a test holds the two together"
    )]
    const fn of(kind: EventKind) -> Option<Self> {
        match kind {
            EventKind::GrantEnded => Some(Self::Grant),
            EventKind::GrantClaimsRaised => Some(Self::Claims),
            EventKind::TokenEnded => Some(Self::Token),
            EventKind::ClientEpochRaised => Some(Self::Client),
            EventKind::IssuerEpochRaised => Some(Self::Issuer),
            EventKind::KeyRevoked => Some(Self::Key),
            _ => None,
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Grant => "grant",
            Self::Claims => "claims",
            Self::Token => "token",
            Self::Client => "client",
            Self::Issuer => "issuer",
            Self::Key => "key",
        }
    }

    /// Names the space that an identifier is from, so that equal texts of two spaces have two short forms.
    const fn word(self) -> Option<&'static str> {
        match self {
            Self::Grant | Self::Claims => Some("gid"),
            Self::Token => Some("jti"),
            Self::Client => Some("client_id"),
            Self::Key => Some("kid"),
            Self::Issuer => None,
        }
    }
}

/// The short form of an identifier: the first eight bytes of a digest, in base64url.
fn short_id(word: &str, identifier: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(word);
    hash.update("|");
    hash.update(identifier);
    let digest = hash.finalize();
    URL_SAFE_NO_PAD.encode(digest.get(..8).unwrap_or_default())
}

/// A value of the chain as text.
#[must_use]
pub fn hash_text(hash: &ChainHash) -> String {
    URL_SAFE_NO_PAD.encode(hash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{EventId, UnixTime};
    use serde_json::{Map, json};

    fn event(kind: EventKind, target: Option<&str>, value: Option<i64>) -> Event {
        Event {
            id: EventId::new("e"),
            at: UnixTime::from_seconds(1_800_000_000),
            kind,
            actor: "cli".to_owned(),
            subject: None,
            client_id: None,
            target: target.map(str::to_owned),
            value,
            request_id: None,
            detail: Map::new(),
            expires_at: UnixTime::from_millis(1_800_086_460_001),
        }
    }

    #[test]
    fn what_verifiers_need_not_know_is_no_entry() {
        for kind in EventKind::ALL {
            let entry = Entry::of(1, &event(*kind, Some("x"), None));
            assert_eq!(entry.is_some(), kind.is_for_verifiers(), "{kind:?}");
        }
    }

    #[test]
    fn an_entry_names_its_target_by_the_beginning_of_a_digest() {
        let entry = Entry::of(7, &event(EventKind::GrantClaimsRaised, Some("g-1"), Some(3))).unwrap();
        assert_eq!(
            serde_json::to_value(&entry).unwrap(),
            json!({"seq": 7, "kind": "claims", "id": short_id("gid", "g-1"), "min": 3, "exp": 1_800_086_461_i64})
        );
        assert_eq!(entry.id.len(), 11);
        let whole = Entry::of(8, &event(EventKind::IssuerEpochRaised, None, Some(2))).unwrap();
        assert_eq!(whole.id, "");
        assert_ne!(short_id("gid", "x"), short_id("jti", "x"));
    }

    #[test]
    fn the_chain_depends_on_every_member_and_on_all_before() {
        let entry = Entry::of(7, &event(EventKind::GrantEnded, Some("g-1"), None)).unwrap();
        let first = entry.chain(&EMPTY);
        assert_eq!(hash_text(&first).len(), 43);
        assert_ne!(entry.chain(&first), first);
        for other in [
            Entry {
                seq: 8,
                ..entry.clone()
            },
            Entry {
                kind: EntryKind::Claims,
                ..entry.clone()
            },
            Entry {
                id: "x".to_owned(),
                ..entry.clone()
            },
            Entry {
                min: 1,
                ..entry.clone()
            },
            Entry {
                exp: 1,
                ..entry.clone()
            },
        ] {
            assert_ne!(other.chain(&EMPTY), first, "{other:?}");
        }
    }
}
