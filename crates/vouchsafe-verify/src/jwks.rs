//! RFC 7517 §5 — an issuer's key set: read key by key, so that one odd key does not hide the good ones.

use std::fmt;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::error::Rejection;
use crate::json;
use crate::jwk::{Jwk, JwkProblem, Thumbprint, is_kid};

/// The largest document that is read, in bytes.
pub const MAX_DOCUMENT_BYTES: usize = 256 * 1024;
const MAX_KEYS: usize = 64;

/// The keys with which an issuer's tokens are verified.
#[derive(Clone, Debug, Default)]
pub struct Jwks {
    keys: Vec<Jwk>,
    skipped: Vec<JwkProblem>,
}

/// Why a document is not a key set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JwksProblem {
    /// More than 256 KiB.
    TooLarge,
    /// More than 64 keys.
    TooManyKeys,
    /// Not a JSON object with one array `keys`.
    Malformed,
}

impl fmt::Display for JwksProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLarge => "the key set is larger than 256 KiB",
            Self::TooManyKeys => "the key set has more than 64 keys",
            Self::Malformed => "the key set is not a JSON object with an array of keys",
        })
    }
}

impl std::error::Error for JwksProblem {}

#[derive(Deserialize)]
struct Document<'a> {
    #[serde(borrow)]
    keys: Vec<&'a RawValue>,
}

impl Jwks {
    /// Reads a key set. Keys that cannot verify signatures are left out.
    ///
    /// # Errors
    /// When the document as a whole is not a key set, or is too large.
    pub fn parse(document: &[u8]) -> Result<Self, JwksProblem> {
        if document.len() > MAX_DOCUMENT_BYTES {
            return Err(JwksProblem::TooLarge);
        }
        let document = std::str::from_utf8(document).map_err(|_| JwksProblem::Malformed)?;
        // What comes twice within a key costs that key only.
        let document: Document<'_> =
            json::read_object_shallowly(document).map_err(|_| JwksProblem::Malformed)?;
        if document.keys.len() > MAX_KEYS {
            return Err(JwksProblem::TooManyKeys);
        }
        let mut set = Self::default();
        for key in document.keys {
            match Jwk::parse(key.get()) {
                Ok(key) => set.add(key),
                Err(problem) => set.skipped.push(problem),
            }
        }
        Ok(set)
    }

    /// Adds a key. Of two keys with one `kid` the first counts.
    fn add(&mut self, key: Jwk) {
        let known = |kid| self.keys.iter().any(|other| other.kid() == Some(kid));
        if !key.kid().is_some_and(known) {
            self.keys.push(key);
        }
    }

    /// The keys that can be used.
    #[must_use]
    pub fn keys(&self) -> &[Jwk] {
        &self.keys
    }

    /// Why keys of the document were left out.
    #[must_use]
    pub fn skipped(&self) -> &[JwkProblem] {
        &self.skipped
    }

    /// Chooses the key that a token names. A token without `kid` is fine while there is only one key.
    pub(crate) fn choose(&self, kid: Option<&str>) -> Result<&Jwk, Rejection> {
        match (kid, self.keys.as_slice()) {
            (Some(kid), keys) if is_kid(kid) => keys
                .iter()
                .find(|key| key.kid() == Some(kid))
                .ok_or(Rejection::KeyUnknown),
            (Some(_), _) => Err(Rejection::HeaderMalformed),
            (None, [only]) => Ok(only),
            (None, _) => Err(Rejection::KeyUnnamed),
        }
    }

    pub(crate) fn contains(&self, thumbprint: &Thumbprint) -> bool {
        self.keys.iter().any(|key| key.thumbprint() == *thumbprint)
    }
}

impl FromIterator<Jwk> for Jwks {
    fn from_iter<I: IntoIterator<Item = Jwk>>(keys: I) -> Self {
        let mut set = Self::default();
        for key in keys {
            set.add(key);
        }
        set
    }
}
