//! Tokens that were verified a moment ago: a bounded memory of what they said.
//!
//! A token is found by a keyed hash and then compared in full, so that nothing but the very same bytes can hit.
//! Time and the presence of the key are checked again at each hit, by the caller.

use std::collections::HashMap;
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use crate::access_token::AccessToken;
use crate::jwk::Thumbprint;

const SHARDS: usize = 8;
/// A longer token is not worth its memory.
const MAX_KEPT_BYTES: usize = 4 * 1024;

/// What was found out about a token.
#[derive(Clone)]
pub(crate) struct Known {
    pub(crate) key: Thumbprint,
    pub(crate) claims: Arc<AccessToken>,
}

/// Each shard has two generations: when the young one is full it becomes the old one, and the old one is forgotten.
/// What is used stays, because a hit in the old generation moves it to the young one.
pub(crate) struct TokenCache {
    shards: [Mutex<Shard>; SHARDS],
    per_generation: usize,
}

#[derive(Default)]
struct Shard {
    young: HashMap<Box<str>, Known>,
    old: HashMap<Box<str>, Known>,
}

impl TokenCache {
    /// A memory for at most `tokens` tokens, or about as many. None means none.
    pub(crate) fn new(tokens: usize) -> Self {
        Self {
            shards: Default::default(),
            per_generation: tokens.div_ceil(2 * SHARDS),
        }
    }

    pub(crate) fn find(&self, token: &str) -> Option<Known> {
        if self.per_generation == 0 {
            return None;
        }
        let mut shard = self.shard(token)?.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = shard.young.get(token) {
            return Some(known.clone());
        }
        let (token, known) = shard.old.remove_entry(token)?;
        shard.insert(token, known.clone(), self.per_generation);
        Some(known)
    }

    pub(crate) fn insert(&self, token: &str, known: Known) {
        if self.per_generation == 0 || token.len() > MAX_KEPT_BYTES {
            return;
        }
        let Some(shard) = self.shard(token) else { return };
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        let forgotten = shard.insert(token.into(), known, self.per_generation);
        drop(shard);
        // A whole generation is freed outside the lock.
        drop(forgotten);
    }

    /// The end of a token is signature, as good as random.
    fn shard(&self, token: &str) -> Option<&Mutex<Shard>> {
        let tail = token.bytes().rev().skip(1).take(4);
        let number = tail.fold(0_usize, |sum, byte| {
            sum.wrapping_mul(31).wrapping_add(byte.into())
        });
        self.shards.get(number % SHARDS)
    }
}

impl Shard {
    fn insert(&mut self, token: Box<str>, known: Known, limit: usize) -> HashMap<Box<str>, Known> {
        let mut forgotten = HashMap::new();
        if self.young.len() >= limit {
            forgotten = mem::replace(&mut self.old, mem::take(&mut self.young));
        }
        self.young.insert(token, known);
        forgotten
    }
}
