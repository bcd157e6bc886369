//! Tokens that are good for one request: who was here before is remembered until the token has expired.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use crate::access_token::AccessToken;
use crate::error::Rejection;
use crate::revocations::RevocationId;

/// Tokens are remembered this much longer, in seconds: verifiers have a leeway.
const KEPT_LONGER: i64 = 60;

/// A bounded memory of spent tokens. When it is full it refuses: to forget one would be to take it twice.
pub struct ReplayGuard {
    most: usize,
    spent: Mutex<Spent>,
}

#[derive(Default)]
struct Spent {
    until: HashMap<RevocationId, i64>,
    swept_at: i64,
}

impl ReplayGuard {
    /// Remembers at most so many tokens at a time.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self {
            most,
            spent: Mutex::default(),
        }
    }

    /// Spends a token at a moment, in seconds since 1970.
    ///
    /// # Errors
    /// [`Rejection::UsesExhausted`] when it was spent before, [`Rejection::ReplayGuardFull`] when there is no room.
    pub fn spend(&self, token: &AccessToken, now: i64) -> Result<(), Rejection> {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        let id = token.revocation_ids().token;
        if spent.until.contains_key(&id) {
            return Err(Rejection::UsesExhausted);
        }
        if spent.until.len() >= self.most {
            spent.forget_expired(now);
        }
        if spent.until.len() >= self.most {
            return Err(Rejection::ReplayGuardFull);
        }
        spent.until.insert(id, token.exp.saturating_add(KEPT_LONGER));
        Ok(())
    }
}

impl Spent {
    /// Looks through all of them, so not more than once a second.
    fn forget_expired(&mut self, now: i64) {
        if now != self.swept_at {
            self.swept_at = now;
            self.until.retain(|_, until| *until > now);
        }
    }
}

impl fmt::Debug for ReplayGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReplayGuard")
            .field("most", &self.most)
            .finish_non_exhaustive()
    }
}
