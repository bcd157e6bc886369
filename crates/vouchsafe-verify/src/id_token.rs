//! `OpenID` Connect Core §3.1.3.7 — validation of an ID token by the client that it was issued to.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::digest::{Digest, SHA256, SHA512, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::error::Rejection;
use crate::json;
use crate::jwks::Jwks;
use crate::jws::{Compact, is_type};
use crate::verified::Verified;

const LEEWAY: i64 = 30;

/// The claims of an ID token.
#[derive(Clone, Deserialize)]
#[non_exhaustive]
pub struct IdToken {
    /// The issuer.
    #[serde(deserialize_with = "json::text")]
    pub iss: String,
    /// The person.
    #[serde(deserialize_with = "json::text")]
    pub sub: String,
    /// The clients that it is for.
    #[serde(deserialize_with = "json::one_or_more")]
    pub aud: Vec<String>,
    /// The end of its life, in seconds since 1970.
    #[serde(deserialize_with = "json::numeric_date")]
    pub exp: i64,
    /// When it was issued.
    #[serde(deserialize_with = "json::numeric_date")]
    pub iat: i64,
    /// The client that it was issued to, where that is not plain from `aud`.
    #[serde(default, deserialize_with = "json::present")]
    pub azp: Option<String>,
    /// The nonce of the authorization request.
    #[serde(default, deserialize_with = "json::present")]
    pub nonce: Option<String>,
    /// When the person signed in.
    #[serde(default, deserialize_with = "json::present_date")]
    pub auth_time: Option<i64>,
    /// How strongly the person signed in.
    #[serde(default, deserialize_with = "json::present")]
    pub acr: Option<String>,
    /// By what means the person signed in (RFC 8176).
    #[serde(default, deserialize_with = "json::present")]
    pub amr: Option<Vec<String>>,
    /// Half of the hash of the access token that came with it.
    #[serde(default, deserialize_with = "json::present")]
    pub at_hash: Option<String>,
    /// The session.
    #[serde(default, deserialize_with = "json::present")]
    pub sid: Option<String>,

    #[serde(default, deserialize_with = "json::is_present")]
    events: bool,
    #[serde(skip)]
    payload: Box<str>,
}

impl IdToken {
    /// Reads claims from JSON, for display and tests. It proves nothing: see [`IdTokenVerifier`].
    ///
    /// # Errors
    /// [`Rejection::ClaimsMalformed`] when a claim is missing, of the wrong type, or there twice.
    pub fn from_claims_json(payload: &str) -> Result<Self, Rejection> {
        Self::parse(payload.to_owned())
    }

    fn parse(payload: String) -> Result<Self, Rejection> {
        let claims: Self = json::read_object(&payload).map_err(|_| Rejection::ClaimsMalformed)?;
        Ok(Self {
            payload: payload.into(),
            ..claims
        })
    }

    /// Reads the other claims, such as `email`, into a type of yours.
    ///
    /// # Errors
    /// When the claims do not fit the type.
    pub fn claims_as<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(&self.payload)
    }
}

impl fmt::Debug for IdToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdToken")
            .field("sub", &self.sub)
            .field("aud", &self.aud)
            .field("exp", &self.exp)
            .finish_non_exhaustive()
    }
}

/// Verifies the ID tokens that one issuer gives to one client.
#[derive(Debug)]
pub struct IdTokenVerifier {
    issuer: Box<str>,
    client_id: Box<str>,
    nonce: Option<Box<str>>,
    max_auth_age: Option<u32>,
    expired_for: i64,
}

impl IdTokenVerifier {
    /// Takes ID tokens of `issuer` for the client `client_id`.
    #[must_use]
    pub fn new(issuer: &str, client_id: &str) -> Self {
        Self {
            issuer: issuer.into(),
            client_id: client_id.into(),
            nonce: None,
            max_auth_age: None,
            expired_for: 0,
        }
    }

    /// Asks for the nonce that was sent with the authorization request.
    #[must_use]
    pub fn nonce(mut self, nonce: &str) -> Self {
        self.nonce = Some(nonce.into());
        self
    }

    /// Asks that the person signed in at most `seconds` ago, as one does after having sent `max_age`.
    #[must_use]
    pub fn max_auth_age(mut self, seconds: u32) -> Self {
        self.max_auth_age = Some(seconds);
        self
    }

    /// Also takes a token that expired at most `seconds` ago. For `id_token_hint`, which only says whom a client
    /// expects to see; such a token must never count as a sign-in.
    #[must_use]
    pub fn accept_expired_for(mut self, seconds: u32) -> Self {
        self.expired_for = i64::from(seconds);
        self
    }

    /// Verifies an ID token at a moment, given in seconds since 1970.
    ///
    /// # Errors
    /// Says what is wrong with it; see [`Rejection`].
    pub fn verify_at(&self, keys: &Jwks, token: &str, now: i64) -> Result<Verified<IdToken>, Rejection> {
        let opened = Compact::parse(token)?.open(keys)?;
        // Core says nothing of typ, so it may be absent; what names another kind is another kind.
        if opened.typ.is_some() && !is_type(opened.typ.as_deref(), "JWT") {
            return Err(Rejection::TypeWrong);
        }
        let claims = IdToken::parse(opened.payload)?;
        self.check_claims(&claims)?;
        self.check_times(&claims, now)?;
        Ok(Verified::new(Arc::new(claims), now))
    }

    fn check_claims(&self, claims: &IdToken) -> Result<(), Rejection> {
        if claims.events {
            return Err(Rejection::TypeWrong);
        }
        if *claims.iss != *self.issuer {
            return Err(Rejection::IssuerWrong);
        }
        if claims.aud.iter().all(|aud| **aud != *self.client_id) {
            return Err(Rejection::AudienceWrong);
        }
        match claims.azp.as_deref() {
            Some(azp) if azp != &*self.client_id => return Err(Rejection::PartyWrong),
            None if claims.aud.len() > 1 => return Err(Rejection::PartyWrong),
            Some(_) | None => {}
        }
        match self.nonce.as_deref() {
            Some(nonce) if claims.nonce.as_deref() != Some(nonce) => Err(Rejection::NonceWrong),
            Some(_) | None => Ok(()),
        }
    }

    fn check_times(&self, claims: &IdToken, now: i64) -> Result<(), Rejection> {
        let end = claims.exp.saturating_add(LEEWAY).saturating_add(self.expired_for);
        if now >= end {
            return Err(Rejection::Expired);
        }
        if claims.iat > now.saturating_add(LEEWAY) {
            return Err(Rejection::IssuedInFuture);
        }
        let Some(max_auth_age) = self.max_auth_age else {
            return Ok(());
        };
        let oldest = now.saturating_sub(i64::from(max_auth_age)).saturating_sub(LEEWAY);
        match claims.auth_time {
            Some(auth_time) if auth_time >= oldest => Ok(()),
            Some(_) | None => Err(Rejection::AuthenticationTooOld),
        }
    }
}

impl Verified<IdToken> {
    /// Asks that `access_token` is the one that came with this ID token (`at_hash`, OIDC Core §3.1.3.6).
    ///
    /// # Errors
    /// [`Rejection::AccessTokenHashWrong`], also when the ID token has no such hash.
    pub fn require_access_token(&self, access_token: &str) -> Result<&Self, Rejection> {
        // The hash is that of the algorithm; its length tells which.
        match self.at_hash.as_deref() {
            Some(hash) if hash == at_hash(access_token) || hash == long_at_hash(access_token) => Ok(self),
            Some(_) | None => Err(Rejection::AccessTokenHashWrong),
        }
    }
}

/// The left half of the SHA-256 of an access token, in base64url: the `at_hash` of an ID token that was signed with
/// RS256, PS256 or ES256.
#[must_use]
pub fn at_hash(access_token: &str) -> String {
    left_half(&digest(&SHA256, access_token.as_bytes()))
}

/// The same of SHA-512, which Ed25519 uses: the `at_hash` of an ID token that was signed with `EdDSA`.
#[must_use]
pub fn long_at_hash(access_token: &str) -> String {
    left_half(&digest(&SHA512, access_token.as_bytes()))
}

fn left_half(hash: &Digest) -> String {
    let hash = hash.as_ref();
    let (left, _) = hash.split_at(hash.len() / 2);
    URL_SAFE_NO_PAD.encode(left)
}
