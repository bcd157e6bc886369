//! Clients that were sent to refresh because our knowledge is old, and came back with a token that fares no better.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Mutex, PoisonError};

use crate::access_token::AccessToken;
use crate::error::Rejection;
use crate::revocations::{Moment, RevocationId};

/// When there are more, all are forgotten: then a client may be sent once too often.
const MOST: usize = 4096;
/// A token that was issued so shortly before the refusal, or after it, is an answer to it. Seconds.
const FRESH: i64 = 60;

#[derive(Debug, Default)]
pub(super) struct Refused(Mutex<HashMap<RevocationId, Refusal>>);

#[derive(Clone, Copy, Debug)]
struct Refusal {
    iat: i64,
    at: i64,
}

impl Refused {
    /// The answer for a token beyond the budget: refresh; but who has just done that must wait.
    pub(super) fn answer(&self, token: &AccessToken, moment: Moment) -> Rejection {
        let ids = token.revocation_ids();
        let refusal = Refusal {
            iat: token.iat,
            at: moment.unix_seconds,
        };
        let mut refused = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if refused.len() >= MOST {
            refused.clear();
        }
        match refused.entry(ids.grant.unwrap_or(ids.client)) {
            Entry::Vacant(place) => {
                place.insert(refusal);
                Rejection::RefreshWanted
            }
            Entry::Occupied(mut place) => {
                let before = *place.get();
                if token.iat > before.iat {
                    place.insert(refusal);
                }
                if token.iat > before.iat && token.iat.saturating_add(FRESH) > before.at {
                    Rejection::FeedStale
                } else {
                    Rejection::RefreshWanted
                }
            }
        }
    }
}
