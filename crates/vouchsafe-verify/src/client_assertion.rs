//! RFC 7523 §3, `OpenID` Connect Core §9 — a JWT by which a client proves who it is (`private_key_jwt`).
//!
//! The signature is checked with keys that the client registered, each for one algorithm. What holds is not proof yet
//! that it is fresh: the caller must see to it that the identifier ([`ClientAssertion::jti`]) is used once.

use std::sync::Arc;

use serde::Deserialize;

use crate::client_keys::ClientKeys;
use crate::error::Rejection;
use crate::json;
use crate::jws::{Compact, is_type};
use crate::verified::Verified;

/// How far the client's clock and ours may be apart, in seconds.
pub const LEEWAY: i64 = 30;
/// How far ahead the end of an assertion may be, in seconds: so long its identifier must be remembered.
pub const LONGEST: i64 = 300;
const MAX_JTI_BYTES: usize = 256;

/// The claims of a client assertion. Others are ignored.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct ClientAssertion {
    #[serde(deserialize_with = "json::text")]
    iss: String,
    /// The client.
    #[serde(deserialize_with = "json::text")]
    pub sub: String,
    /// One string: an assertion for several servers could be played by one to another.
    #[serde(deserialize_with = "json::text")]
    aud: String,
    /// The end of its life, in seconds since 1970.
    #[serde(deserialize_with = "json::numeric_date")]
    pub exp: i64,
    #[serde(default, deserialize_with = "json::present_date")]
    iat: Option<i64>,
    #[serde(default, deserialize_with = "json::present_date")]
    nbf: Option<i64>,
    /// Its identifier, to be used once.
    #[serde(deserialize_with = "json::text")]
    pub jti: String,
}

/// An assertion that is well-formed, of which nothing has been verified yet.
#[derive(Clone, Debug)]
pub struct UnverifiedAssertion<'t> {
    token: Compact<'t>,
    claims: ClientAssertion,
}

impl<'t> UnverifiedAssertion<'t> {
    /// Takes an assertion apart.
    ///
    /// # Errors
    /// [`Rejection::TokenTooLarge`], [`Rejection::TokenMalformed`], [`Rejection::HeaderMalformed`],
    /// [`Rejection::TypeWrong`] or [`Rejection::ClaimsMalformed`].
    pub fn parse(token: &'t str) -> Result<Self, Rejection> {
        let token = Compact::parse(token)?;
        // RFC 7523 says nothing of typ, so it may be absent; what names another kind is another kind.
        let typ = token.typ();
        if typ.is_some() && !is_type(typ, "JWT") && !is_type(typ, "client-authentication+jwt") {
            return Err(Rejection::TypeWrong);
        }
        let claims: ClientAssertion =
            json::read_object(&token.payload()?).map_err(|_| Rejection::ClaimsMalformed)?;
        if claims.jti.len() > MAX_JTI_BYTES {
            return Err(Rejection::ClaimsMalformed);
        }
        Ok(Self { token, claims })
    }

    /// Which client it claims to be of.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.claims.sub
    }

    /// Verifies it with the client's keys at a moment, given in seconds since 1970. `audiences` are the names of
    /// the server, of which the assertion must say exactly one.
    ///
    /// # Errors
    /// Says what is wrong with it; see [`Rejection`].
    pub fn verify_at(
        self,
        keys: &ClientKeys,
        audiences: &[&str],
        now: i64,
    ) -> Result<Verified<ClientAssertion>, Rejection> {
        let Self { token, claims } = self;
        let key = keys.choose(token.kid())?;
        token.open_by(key)?;
        claims.check(audiences, now)?;
        Ok(Verified::new(Arc::new(claims), now))
    }
}

impl ClientAssertion {
    fn check(&self, audiences: &[&str], now: i64) -> Result<(), Rejection> {
        if self.iss != self.sub {
            return Err(Rejection::IssuerWrong);
        }
        if !audiences.contains(&self.aud.as_str()) {
            return Err(Rejection::AudienceWrong);
        }
        let latest_start = now.saturating_add(LEEWAY);
        if now >= self.exp.saturating_add(LEEWAY) {
            return Err(Rejection::Expired);
        }
        // Farther ahead than we remember identifiers.
        if self.exp > latest_start.saturating_add(LONGEST) {
            return Err(Rejection::ClaimsMalformed);
        }
        if self.nbf.is_some_and(|nbf| nbf > latest_start) {
            return Err(Rejection::NotYetValid);
        }
        if self.iat.is_some_and(|iat| iat > latest_start) {
            return Err(Rejection::IssuedInFuture);
        }
        Ok(())
    }
}
