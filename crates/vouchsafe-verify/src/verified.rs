//! The proof that something was verified: only this crate can make one.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use crate::access_token::AccessToken;
use crate::error::{Rejection, RequiredScope};

/// Claims whose signature, issuer, audience and times were checked. Reads like the claims themselves.
///
/// A function that takes a `Verified<AccessToken>` cannot be called with a token that nobody checked.
pub struct Verified<T> {
    claims: Arc<T>,
    at: i64,
}

impl<T> Verified<T> {
    pub(crate) fn new(claims: Arc<T>, at: i64) -> Self {
        Self { claims, at }
    }

    /// When it was checked, in seconds since 1970.
    #[must_use]
    pub fn verified_at(&self) -> i64 {
        self.at
    }
}

impl Verified<AccessToken> {
    /// Asks for one scope, by its exact name.
    ///
    /// # Errors
    /// [`Rejection::InsufficientScope`], which tells the caller which scope to ask for.
    pub fn require_scope(&self, scope: &'static str) -> Result<&Self, Rejection> {
        if self.scope.contains(scope) {
            Ok(self)
        } else {
            Err(Rejection::InsufficientScope(RequiredScope::new(scope)))
        }
    }

    /// Asks for a token that was issued at most `seconds` ago. A client gets one by refreshing.
    ///
    /// # Errors
    /// [`Rejection::TooOld`].
    pub fn no_older_than(&self, seconds: u32) -> Result<&Self, Rejection> {
        if self.at.saturating_sub(self.iat) <= i64::from(seconds) {
            Ok(self)
        } else {
            Err(Rejection::TooOld)
        }
    }
}

impl<T> Deref for Verified<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.claims
    }
}

impl<T> Clone for Verified<T> {
    fn clone(&self) -> Self {
        Self {
            claims: Arc::clone(&self.claims),
            at: self.at,
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for Verified<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Verified").field(&self.claims).finish()
    }
}
