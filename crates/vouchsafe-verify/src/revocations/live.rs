//! The entries that still matter, found by name in a few nanoseconds.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};

use super::entry::{Act, Entry, RevocationId};

/// Eight bytes of a SHA-256 need no hashing; a seed of our own keeps the order of buckets to ourselves.
#[derive(Clone, Debug)]
struct Seed(u64);

impl Default for Seed {
    fn default() -> Self {
        Self(RandomState::new().build_hasher().finish())
    }
}

impl BuildHasher for Seed {
    type Hasher = Mixer;

    fn build_hasher(&self) -> Mixer {
        Mixer(self.0)
    }
}

struct Mixer(u64);

impl Hasher for Mixer {
    fn write_u64(&mut self, number: u64) {
        let spread = (self.0 ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = spread ^ spread.rotate_right(32);
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

type Map<V> = HashMap<u64, V, Seed>;

/// What is below the version no longer counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Floor {
    min: i64,
    exp: i64,
}

impl Floor {
    fn raise(&mut self, min: i64, exp: i64) {
        self.min = self.min.max(min);
        self.exp = self.exp.max(exp);
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct GrantMark {
    /// Set when the grant has ended.
    ended: Option<i64>,
    claims: Floor,
}

impl GrantMark {
    fn exp(&self) -> i64 {
        self.claims.exp.max(self.ended.unwrap_or_default())
    }
}

/// The live entries. Order of arrival makes no difference: ended stays ended, and floors only rise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Live {
    grants: Map<GrantMark>,
    tokens: Map<i64>,
    clients: Map<Floor>,
    keys: Map<i64>,
    issuer: Floor,
}

impl Live {
    pub(super) fn extend(&mut self, entries: &[Entry]) {
        for entry in entries {
            self.insert(entry);
        }
    }

    fn insert(&mut self, entry: &Entry) {
        let exp = entry.exp;
        match entry.act {
            Act::GrantEnded(id) => {
                let mark = self.grants.entry(id.number()).or_default();
                mark.ended = mark.ended.max(Some(exp));
            }
            Act::ClaimsRaised(id, min) => {
                let mark = self.grants.entry(id.number()).or_default();
                mark.claims.raise(min, exp);
            }
            Act::TokenEnded(id) => keep_longest(&mut self.tokens, id.number(), exp),
            Act::ClientRaised(id, min) => {
                self.clients.entry(id.number()).or_default().raise(min, exp);
            }
            Act::IssuerRaised(min) => self.issuer.raise(min, exp),
            Act::KeyRevoked(id) => keep_longest(&mut self.keys, id.number(), exp),
            Act::Unknown => {}
        }
    }

    /// Forgets what expired before `then`, in seconds.
    pub(super) fn forget_before(&mut self, then: i64) {
        self.grants.retain(|_, mark| mark.exp() >= then);
        self.tokens.retain(|_, exp| *exp >= then);
        self.clients.retain(|_, floor| floor.exp >= then);
        self.keys.retain(|_, exp| *exp >= then);
        if self.issuer.exp < then {
            self.issuer = Floor::default();
        }
    }

    /// Takes over what can never come back to life: ended grants and tokens, revoked keys.
    pub(super) fn keep_ends_of(&mut self, other: &Self) {
        for (id, mark) in &other.grants {
            if mark.ended.is_some() {
                let kept = self.grants.entry(*id).or_default();
                kept.ended = kept.ended.max(mark.ended);
            }
        }
        for (id, exp) in &other.tokens {
            keep_longest(&mut self.tokens, *id, *exp);
        }
        for (id, exp) in &other.keys {
            keep_longest(&mut self.keys, *id, *exp);
        }
    }

    /// Adds the entries of another set.
    pub(super) fn merge(&mut self, other: &Self) {
        self.keep_ends_of(other);
        for (id, mark) in &other.grants {
            let Floor { min, exp } = mark.claims;
            self.grants.entry(*id).or_default().claims.raise(min, exp);
        }
        for (id, Floor { min, exp }) in &other.clients {
            self.clients.entry(*id).or_default().raise(*min, *exp);
        }
        self.issuer.raise(other.issuer.min, other.issuer.exp);
    }

    pub(super) fn len(&self) -> usize {
        self.grants.len() + self.tokens.len() + self.clients.len() + self.keys.len()
    }

    pub(super) fn grant_has_ended(&self, id: RevocationId) -> bool {
        self.grants
            .get(&id.number())
            .is_some_and(|mark| mark.ended.is_some())
    }

    /// The lowest version of claims that still counts.
    pub(super) fn claims_floor(&self, id: RevocationId) -> i64 {
        self.grants.get(&id.number()).map_or(0, |mark| mark.claims.min)
    }

    pub(super) fn token_has_ended(&self, id: RevocationId) -> bool {
        self.tokens.contains_key(&id.number())
    }

    pub(super) fn client_floor(&self, id: RevocationId) -> i64 {
        self.clients.get(&id.number()).map_or(0, |floor| floor.min)
    }

    pub(super) fn issuer_floor(&self) -> i64 {
        self.issuer.min
    }

    pub(super) fn key_is_revoked(&self, id: RevocationId) -> bool {
        self.keys.contains_key(&id.number())
    }
}

fn keep_longest(map: &mut Map<i64>, id: u64, exp: i64) {
    let kept = map.entry(id).or_insert(exp);
    *kept = exp.max(*kept);
}
