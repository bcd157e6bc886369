//! RFC 7515 — a compact JWS: taken apart strictly, its signature checked with the key that it names.
//!
//! The header is a closed struct. What could lead a verifier astray (`crit`, `jku`, `jwk`, `x5u`, `x5c`, `zip`, `b64`,
//! any member that is not understood) makes the token malformed, never ignored.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use crate::error::Rejection;
use crate::json;
use crate::jwk::Jwk;
use crate::jwks::Jwks;

/// The longest token that is looked at, in bytes.
pub const MAX_TOKEN_BYTES: usize = 8 * 1024;
/// A signature by the largest key that is accepted.
const MAX_SIGNATURE_BYTES: usize = 1024;

/// A token that is formed as a compact JWS. Nothing in it has been verified yet.
#[derive(Clone, Debug)]
pub struct Compact<'t> {
    signing_input: &'t str,
    payload: &'t str,
    signature: &'t str,
    header: Header,
}

/// RFC 7515 §4, and nothing more than these three members.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    #[serde(default, deserialize_with = "json::present")]
    typ: Option<String>,
    #[serde(default, deserialize_with = "json::present")]
    kid: Option<String>,
}

/// What a JWS whose signature held says, and which key vouched for it.
pub(crate) struct Opened<'k> {
    pub(crate) typ: Option<String>,
    pub(crate) payload: String,
    pub(crate) key: &'k Jwk,
}

impl<'t> Compact<'t> {
    /// Takes a token apart.
    ///
    /// # Errors
    /// [`Rejection::TokenTooLarge`], [`Rejection::TokenMalformed`] or [`Rejection::HeaderMalformed`].
    pub fn parse(token: &'t str) -> Result<Self, Rejection> {
        Self::parse_within(token, MAX_TOKEN_BYTES)
    }

    /// As [`Compact::parse`], for something larger than a token.
    pub(crate) fn parse_within(token: &'t str, most: usize) -> Result<Self, Rejection> {
        if token.len() > most {
            return Err(Rejection::TokenTooLarge);
        }
        let (signing_input, signature) = token.rsplit_once('.').ok_or(Rejection::TokenMalformed)?;
        let (header, payload) = signing_input.split_once('.').ok_or(Rejection::TokenMalformed)?;
        // A third dot would be inside the payload here.
        let is_part = |part: &str| part.bytes().all(is_base64url) && !part.is_empty();
        if !is_part(header) || !is_part(payload) || !is_part(signature) {
            return Err(Rejection::TokenMalformed);
        }
        let header = decode(header)?;
        let header = json::read_object(&header).map_err(|_| Rejection::HeaderMalformed)?;
        Ok(Self {
            signing_input,
            payload,
            signature,
            header,
        })
    }

    /// The key that the token names, if any. It is a claim of the sender until the signature has been checked.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.header.kid.as_deref()
    }

    /// What it says it is, before anything is verified.
    #[cfg(feature = "issuer")]
    pub(crate) fn typ(&self) -> Option<&str> {
        self.header.typ.as_deref()
    }

    /// What it says, before anything is verified.
    #[cfg(feature = "issuer")]
    pub(crate) fn payload(&self) -> Result<String, Rejection> {
        decode(self.payload)
    }

    /// Checks the signature and hands out the payload.
    pub(crate) fn open(self, keys: &Jwks) -> Result<Opened<'_>, Rejection> {
        let key = keys.choose(self.kid())?;
        self.open_by(key)
    }

    /// As [`Compact::open`], with the one key that was chosen.
    pub(crate) fn open_by(self, key: &Jwk) -> Result<Opened<'_>, Rejection> {
        if self.header.alg != key.algorithm().name() {
            return Err(Rejection::AlgorithmWrong);
        }
        let mut buffer = [0; MAX_SIGNATURE_BYTES];
        let length = URL_SAFE_NO_PAD
            .decode_slice(self.signature, &mut buffer)
            .map_err(|_| Rejection::TokenMalformed)?;
        let signature = buffer.get(..length).ok_or(Rejection::TokenMalformed)?;
        if !key.verifies(self.signing_input.as_bytes(), signature) {
            return Err(Rejection::SignatureWrong);
        }
        Ok(Opened {
            typ: self.header.typ,
            payload: decode(self.payload)?,
            key,
        })
    }
}

/// Whether `typ` says `expected`, with or without the `application/` that RFC 7515 §4.1.9 lets one leave out.
pub(crate) fn is_type(typ: Option<&str>, expected: &str) -> bool {
    let Some(typ) = typ else { return false };
    let prefix = "application/";
    let short = match typ.get(..prefix.len()) {
        Some(start) if start.eq_ignore_ascii_case(prefix) => typ.get(prefix.len()..),
        _ => Some(typ),
    };
    short.is_some_and(|short| short.eq_ignore_ascii_case(expected))
}

const fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

/// Strict base64url: no padding, no bits left over in the last character. The content must be UTF-8.
fn decode(part: &str) -> Result<String, Rejection> {
    let bytes = URL_SAFE_NO_PAD
        .decode(part)
        .map_err(|_| Rejection::TokenMalformed)?;
    String::from_utf8(bytes).map_err(|_| Rejection::TokenMalformed)
}
