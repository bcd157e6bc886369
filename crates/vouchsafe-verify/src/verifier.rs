//! RFC 9068 §4 — from the bytes of an access token to proven claims.

use std::fmt;
use std::sync::Arc;

use crate::access_token::AccessToken;
use crate::cache::{Known, TokenCache};
use crate::error::Rejection;
use crate::jwks::Jwks;
use crate::jws::{Compact, is_type};
use crate::verified::Verified;

const DEFAULT_LEEWAY: i64 = 30;
const MAX_LEEWAY: i64 = 60;
const DEFAULT_CACHED_TOKENS: usize = 2048;

/// Verifies the access tokens of one issuer for one API.
///
/// There is no way to make one that takes tokens for any API: an audience that nobody checks is how a token for one
/// service opens another.
pub struct Verifier {
    issuer: Box<str>,
    audience: Audience,
    accept_typ_jwt: bool,
    leeway: i64,
    cache: TokenCache,
}

enum Audience {
    Exactly(Box<str>),
    #[cfg(feature = "issuer")]
    Any,
}

impl Verifier {
    /// Takes tokens of `issuer` that are meant for `audience`; both are compared byte by byte.
    #[must_use]
    pub fn new(issuer: &str, audience: &str) -> Self {
        Self::of(issuer, Audience::Exactly(audience.into()))
    }

    /// For the issuer's own endpoints: takes its tokens whatever API they are for.
    #[cfg(feature = "issuer")]
    #[must_use]
    pub fn for_issuer(issuer: &str) -> Self {
        Self::of(issuer, Audience::Any)
    }

    fn of(issuer: &str, audience: Audience) -> Self {
        Self {
            issuer: issuer.into(),
            audience,
            accept_typ_jwt: false,
            leeway: DEFAULT_LEEWAY,
            cache: TokenCache::new(DEFAULT_CACHED_TOKENS),
        }
    }

    /// Also takes tokens whose header says `typ: JWT`, as an issuer writes them for an API whose other services
    /// cannot read `at+jwt`. Tokens that show themselves to be ID or logout tokens are refused all the same.
    #[must_use]
    pub fn accept_typ_jwt(mut self) -> Self {
        self.accept_typ_jwt = true;
        self
    }

    /// How far the issuer's clock and ours may be apart: 30 seconds unless told otherwise, at most 60.
    #[must_use]
    pub fn leeway(mut self, seconds: u32) -> Self {
        self.leeway = i64::from(seconds).min(MAX_LEEWAY);
        self
    }

    /// How many verified tokens are remembered, about 2 KiB each; 0 switches the memory off.
    #[must_use]
    pub fn cached_tokens(mut self, tokens: usize) -> Self {
        self.cache = TokenCache::new(tokens);
        self
    }

    /// The issuer whose tokens are taken.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The API whose tokens are taken; empty for any.
    #[cfg(feature = "fetch")]
    pub(crate) fn audience(&self) -> &str {
        match &self.audience {
            Audience::Exactly(audience) => audience,
            #[cfg(feature = "issuer")]
            Audience::Any => "",
        }
    }

    /// Verifies a token at a moment, given in seconds since 1970.
    ///
    /// # Errors
    /// Says what is wrong with it; see [`Rejection`].
    pub fn verify_at(&self, keys: &Jwks, token: &str, now: i64) -> Result<Verified<AccessToken>, Rejection> {
        if let Some(known) = self.cache.find(token)
            && keys.contains(&known.key)
        {
            self.check_times(&known.claims, now)?;
            return Ok(Verified::new(known.claims, now));
        }
        let opened = Compact::parse(token)?.open(keys)?;
        let plain_jwt = self.check_type(opened.typ.as_deref())?;
        let claims = AccessToken::parse(opened.payload)?.signed_by(opened.key.revocation_id());
        self.check_claims(&claims, plain_jwt)?;
        self.check_times(&claims, now)?;
        let claims = Arc::new(claims);
        let key = opened.key.thumbprint();
        self.cache.insert(
            token,
            Known {
                key,
                claims: Arc::clone(&claims),
            },
        );
        Ok(Verified::new(claims, now))
    }

    fn check_type(&self, typ: Option<&str>) -> Result<PlainJwt, Rejection> {
        if is_type(typ, "at+jwt") {
            Ok(PlainJwt(false))
        } else if self.accept_typ_jwt && is_type(typ, "JWT") {
            Ok(PlainJwt(true))
        } else {
            Err(Rejection::TypeWrong)
        }
    }

    fn check_claims(&self, claims: &AccessToken, plain: PlainJwt) -> Result<(), Rejection> {
        if plain.0 && claims.looks_like_another_kind() {
            return Err(Rejection::TypeWrong);
        }
        if *claims.iss != *self.issuer {
            return Err(Rejection::IssuerWrong);
        }
        match &self.audience {
            Audience::Exactly(audience) if claims.aud.iter().all(|aud| **aud != **audience) => {
                return Err(Rejection::AudienceWrong);
            }
            Audience::Exactly(_) => {}
            #[cfg(feature = "issuer")]
            Audience::Any => {}
        }
        // Without a way to check the proof, a bound token is no better than one that was stolen.
        if claims.is_bound() {
            Err(Rejection::ProofRequired)
        } else {
            Ok(())
        }
    }

    fn check_times(&self, claims: &AccessToken, now: i64) -> Result<(), Rejection> {
        let latest_start = now.saturating_add(self.leeway);
        if now >= claims.exp.saturating_add(self.leeway) {
            Err(Rejection::Expired)
        } else if claims.nbf.is_some_and(|nbf| nbf > latest_start) {
            Err(Rejection::NotYetValid)
        } else if claims.iat > latest_start {
            Err(Rejection::IssuedInFuture)
        } else {
            Ok(())
        }
    }
}

/// Whether the token is only marked as `JWT`, so that its claims must show what kind it is.
#[derive(Clone, Copy)]
struct PlainJwt(bool);

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}
