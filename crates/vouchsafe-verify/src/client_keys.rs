//! RFC 7517 §5 — the public keys by which a client proves who it is. What cannot be used here, keys for encryption or on
//! other curves, is left out; a set that shows something secret is refused as a whole.

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
    /// Two keys that can be used with the same `kid`, or more than one without.
    Ambiguous,
    /// None of the keys can be used, the first for this reason; or one of them shows something secret.
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
    /// Reads a key set that somebody registers, who is there to mend it: of the keys that can be used, none may be taken
    /// for another.
    ///
    /// # Errors
    /// As [`ClientKeys::parse_published`], and [`ClientKeysProblem::Ambiguous`].
    pub fn parse(text: &str) -> Result<Self, ClientKeysProblem> {
        let Self(keys) = Self::parse_published(text)?;
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
    /// When it is no set, has too many keys or none that can be used, or one of them shows a private or symmetric key.
    pub fn parse_published(text: &str) -> Result<Self, ClientKeysProblem> {
        let set: Set<'_> = json::read_object(text).map_err(|_| ClientKeysProblem::Malformed)?;
        if set.keys.len() > MOST_KEYS {
            return Err(ClientKeysProblem::TooMany);
        }
        let (mut keys, mut first) = (Vec::new(), None);
        for key in &set.keys {
            match Jwk::parse(key.get()) {
                Ok(key) => keys.push(key),
                Err(JwkProblem::Private) => return Err(ClientKeysProblem::Key(JwkProblem::Private)),
                Err(problem) => first = first.or(Some(problem)),
            }
        }
        if keys.is_empty() {
            return Err(first.map_or(ClientKeysProblem::Empty, ClientKeysProblem::Key));
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
