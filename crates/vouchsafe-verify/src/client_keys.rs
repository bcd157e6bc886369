//! RFC 7517 §5 — the public keys by which a client proves who it is. Read more strictly than an issuer's: whoever
//! registers a set is there to mend it.

use std::fmt;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::error::Rejection;
use crate::json;
use crate::jwk::{Algorithm, Jwk, JwkProblem, is_kid};

/// Keys of one client that are taken at most.
pub const MOST_KEYS: usize = 16;

/// The names of the algorithms that clients may sign with: what a server publishes.
pub const ALGORITHMS: &[&str] = &[
    Algorithm::Es256.name(),
    Algorithm::EdDsa.name(),
    Algorithm::Ps256.name(),
    Algorithm::Rs256.name(),
];

/// Why a client's key set is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientKeysProblem {
    /// Not a JSON object with an array `keys`, or a name comes twice.
    Malformed,
    /// No key.
    Empty,
    /// More keys than [`MOST_KEYS`].
    TooMany,
    /// Two keys with the same `kid`, or more than one without.
    Ambiguous,
    /// One of the keys cannot be used.
    Key(JwkProblem),
}

impl fmt::Display for ClientKeysProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "it is not a JSON object with an array of keys",
            Self::Empty => "it has no key",
            Self::TooMany => "it has more than 16 keys",
            Self::Ambiguous => "its keys need a kid each, and no two the same",
            Self::Key(problem) => return problem.fmt(f),
        })
    }
}

impl std::error::Error for ClientKeysProblem {}

/// The public keys of one client.
#[derive(Clone, Debug)]
pub struct ClientKeys(Vec<Jwk>);

#[derive(Deserialize)]
struct Set<'a> {
    #[serde(borrow)]
    keys: Vec<&'a RawValue>,
}

impl ClientKeys {
    /// Reads a key set.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, ClientKeysProblem> {
        let set: Set<'_> = json::read_object(text).map_err(|_| ClientKeysProblem::Malformed)?;
        if set.keys.is_empty() {
            return Err(ClientKeysProblem::Empty);
        }
        if set.keys.len() > MOST_KEYS {
            return Err(ClientKeysProblem::TooMany);
        }
        let keys = set.keys.iter().map(|key| Jwk::parse(key.get()));
        let keys: Vec<_> = keys.collect::<Result<_, _>>().map_err(ClientKeysProblem::Key)?;
        for (place, key) in keys.iter().enumerate() {
            let mut others = keys.iter().skip(place + 1);
            if others.any(|other| other.kid() == key.kid()) {
                return Err(ClientKeysProblem::Ambiguous);
            }
        }
        Ok(Self(keys))
    }

    /// Reads a key set that a client publishes at an address of its own, perhaps for other purposes too: keys that
    /// cannot be used here are left out.
    ///
    /// # Errors
    /// [`ClientKeysProblem::Malformed`], [`ClientKeysProblem::Empty`], [`ClientKeysProblem::TooMany`].
    pub fn parse_published(text: &str) -> Result<Self, ClientKeysProblem> {
        let set: Set<'_> = json::read_object(text).map_err(|_| ClientKeysProblem::Malformed)?;
        if set.keys.len() > MOST_KEYS {
            return Err(ClientKeysProblem::TooMany);
        }
        let keys: Vec<_> = set
            .keys
            .iter()
            .filter_map(|key| Jwk::parse(key.get()).ok())
            .collect();
        if keys.is_empty() {
            return Err(ClientKeysProblem::Empty);
        }
        Ok(Self(keys))
    }

    /// The key that a token names, or the only one.
    pub(crate) fn choose(&self, kid: Option<&str>) -> Result<&Jwk, Rejection> {
        match (kid, self.0.as_slice()) {
            (Some(kid), _) if !is_kid(kid) => Err(Rejection::HeaderMalformed),
            (None, [only]) => Ok(only),
            (None, _) => Err(Rejection::KeyUnnamed),
            (Some(_), [only]) if only.kid().is_none() => Ok(only),
            (Some(kid), keys) => keys
                .iter()
                .find(|key| key.kid() == Some(kid))
                .ok_or(Rejection::KeyUnknown),
        }
    }
}
