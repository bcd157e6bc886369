//! Token Status List (IETF OAuth draft) — one bit per grant in a signed, cacheable list: the way of all issuers.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;
use serde::Deserialize;

use crate::error::Rejection;
use crate::json;
use crate::jwks::Jwks;
use crate::jws::{Compact, is_type};

/// The longest list token that is read, in bytes.
pub const MAX_TOKEN_BYTES: usize = 2 * 1024 * 1024;
/// The largest list, in bytes: eight million entries of one bit.
pub const MAX_LIST_BYTES: usize = 1024 * 1024;
/// How far the issuer's clock and ours may be apart, in seconds.
const LEEWAY: i64 = 30;

/// Where in which list the status of a token stands (its claim `status`).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct StatusReference {
    /// The place in the list.
    pub idx: u64,
    /// The list.
    #[serde(deserialize_with = "json::text")]
    pub uri: String,
}

/// A list whose signature held.
#[derive(Clone)]
pub struct StatusList {
    bits: u8,
    bytes: Vec<u8>,
    expires_at: Option<i64>,
    ttl: Option<u64>,
}

/// Why a list was not taken: for operators, never for callers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StatusListProblem {
    /// The token of the list cannot be verified, or says something else than it must.
    Token(Rejection),
    /// The list is for another address.
    WrongAddress,
    /// The list has expired.
    Expired,
    /// The list is not compressed as it must be, or larger than 1 MiB.
    Compression,
}

#[derive(Deserialize)]
struct Claims {
    #[serde(default, deserialize_with = "json::present")]
    iss: Option<String>,
    sub: String,
    #[serde(deserialize_with = "json::numeric_date")]
    iat: i64,
    #[serde(default, deserialize_with = "json::present_date")]
    exp: Option<i64>,
    #[serde(default, deserialize_with = "json::present")]
    ttl: Option<u64>,
    status_list: Packed,
}

#[derive(Deserialize)]
struct Packed {
    bits: u8,
    lst: String,
}

impl StatusList {
    /// Verifies the token of the list that was fetched from `uri`, at a moment in seconds since 1970.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn open(
        token: &str,
        uri: &str,
        issuer: &str,
        keys: &Jwks,
        now: i64,
    ) -> Result<Self, StatusListProblem> {
        let refused = StatusListProblem::Token;
        let opened = Compact::parse_within(token, MAX_TOKEN_BYTES)
            .and_then(|compact| compact.open(keys))
            .map_err(refused)?;
        if !is_type(opened.typ.as_deref(), "statuslist+jwt") {
            return Err(refused(Rejection::TypeWrong));
        }
        let claims: Claims =
            json::read_object(&opened.payload).map_err(|_| refused(Rejection::ClaimsMalformed))?;
        if claims.iss.as_deref().is_some_and(|iss| iss != issuer) {
            return Err(refused(Rejection::IssuerWrong));
        }
        if claims.sub != uri {
            return Err(StatusListProblem::WrongAddress);
        }
        if claims.exp.is_some_and(|exp| now >= exp) {
            return Err(StatusListProblem::Expired);
        }
        if claims.iat > now.saturating_add(LEEWAY) {
            return Err(refused(Rejection::IssuedInFuture));
        }
        if !matches!(claims.status_list.bits, 1 | 2 | 4 | 8) || claims.ttl == Some(0) {
            return Err(refused(Rejection::ClaimsMalformed));
        }
        Ok(Self {
            bits: claims.status_list.bits,
            bytes: unpack(&claims.status_list.lst)?,
            expires_at: claims.exp,
            ttl: claims.ttl,
        })
    }

    /// The status at a place: 0 for valid, 1 for invalid, 2 for suspended, others for what the issuer makes of them.
    /// None beyond the end.
    #[must_use]
    pub fn status(&self, idx: u64) -> Option<u8> {
        let in_byte = u64::from(8 / self.bits);
        let byte = *self.bytes.get(usize::try_from(idx / in_byte).ok()?)?;
        let shift = u32::try_from(idx % in_byte).ok()? * u32::from(self.bits);
        let mask = u8::MAX >> (8 - self.bits);
        Some((byte >> shift) & mask)
    }

    /// Asks that the status at a place is valid.
    ///
    /// # Errors
    /// [`Rejection::Revoked`], or [`Rejection::StatusInvalid`] beyond the end of the list.
    pub fn check(&self, idx: u64) -> Result<(), Rejection> {
        match self.status(idx) {
            Some(0) => Ok(()),
            Some(_) => Err(Rejection::Revoked),
            None => Err(Rejection::StatusInvalid),
        }
    }

    /// Until when the list may be used, in seconds since 1970.
    #[must_use]
    pub fn expires_at(&self) -> Option<i64> {
        self.expires_at
    }

    /// For how many seconds it need not be fetched again.
    #[must_use]
    pub fn ttl(&self) -> Option<u64> {
        self.ttl
    }
}

fn unpack(list: &str) -> Result<Vec<u8>, StatusListProblem> {
    let packed = URL_SAFE_NO_PAD
        .decode(list)
        .map_err(|_| StatusListProblem::Compression)?;
    decompress_to_vec_zlib_with_limit(&packed, MAX_LIST_BYTES).map_err(|_| StatusListProblem::Compression)
}

impl fmt::Debug for StatusList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StatusList")
            .field("bits", &self.bits)
            .field("bytes", &self.bytes.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Display for StatusListProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Token(rejection) => write!(f, "the status list cannot be verified: {rejection}"),
            Self::WrongAddress => f.write_str("the status list is for another address"),
            Self::Expired => f.write_str("the status list has expired"),
            Self::Compression => f.write_str("the status list cannot be unpacked, or is larger than 1 MiB"),
        }
    }
}

impl std::error::Error for StatusListProblem {}
