//! Keys that clients publish at an address of their own (`jwks_uri`): fetched when needed, kept for a while, and fetched
//! again when a signature names a key that is not among them, once a minute per client and node at most. What is
//! published counts: keys that were taken back, or whose set is gone, end with the next call. Only while their server is
//! out of reach do old ones go on, for a day.

use super::turns::Turns;
use crate::ports::Fetch;
use crate::ports::fetch::{Share, Wanted};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use vouchsafe_core::model::{Client, ClientId, Registrar, Span, UnixTime};
use vouchsafe_verify::client_keys::ClientKeys;

/// The least time between two calls for one client.
const PAUSE: Span = Span::from_minutes(1);
/// How long keys are kept when their server says nothing.
const KEPT: Span = Span::from_hours(1);
/// How long keys are kept at most.
const LONGEST: Span = Span::from_hours(24);
/// How long after they were fetched keys are good while their server is out of reach.
const STALE: Span = Span::from_hours(24);
/// Clients whose keys are remembered at most; past that all are forgotten.
const REMEMBERED: usize = 10_000;

/// The published keys of this node's clients.
pub struct RemoteKeys {
    fetch: Arc<dyn Fetch>,
    held: Mutex<HashMap<ClientId, Held>>,
    turns: Turns,
}

#[derive(Clone)]
struct Held {
    uri: String,
    /// None when they could not be had, or there are none.
    keys: Option<Arc<ClientKeys>>,
    /// When these were fetched.
    fetched_at: UnixTime,
    asked_at: UnixTime,
    fresh_until: UnixTime,
}

/// Whose share of calls a client takes: nobody answers for one that anybody could register.
const fn share(client: &Client) -> Share {
    match client.registrar {
        Registrar::Administrator | Registrar::Token(_) => Share::Known,
        Registrar::Anybody | Registrar::Document => Share::Strangers,
    }
}

impl RemoteKeys {
    /// Nothing remembered yet.
    #[must_use]
    pub fn new(fetch: Arc<dyn Fetch>) -> Self {
        Self {
            fetch,
            held: Mutex::default(),
            turns: Turns::default(),
        }
    }

    /// The keys of a client, fetched unless they are remembered. None when it publishes none, or they cannot be had.
    pub async fn of(&self, client: &Client, now: UnixTime) -> Option<Arc<ClientKeys>> {
        let uri = client.metadata.declared.jwks_uri.as_ref()?;
        let fresh = |held: Option<Held>| held.filter(|held| held.fresh_until > now);
        if let Some(held) = fresh(self.held(client, uri)) {
            return held.keys;
        }
        let _turn = self.turns.of(&client.id).await;
        let before = self.held(client, uri);
        match fresh(before.clone()) {
            Some(held) => held.keys,
            None => self.ask(client, uri, before, now).await,
        }
    }

    /// The keys as they are now. None when they were asked for less than a minute ago.
    pub async fn again(&self, client: &Client, now: UnixTime) -> Option<Arc<ClientKeys>> {
        let uri = client.metadata.declared.jwks_uri.as_ref()?;
        let asked = |held: Option<Held>| held.filter(|held| held.asked_at.plus(PAUSE) > now);
        if asked(self.held(client, uri)).is_some() {
            return None;
        }
        let _turn = self.turns.of(&client.id).await;
        let before = self.held(client, uri);
        if let Some(held) = asked(before.clone()) {
            return held.keys;
        }
        self.ask(client, uri, before, now).await
    }

    async fn ask(
        &self,
        client: &Client,
        uri: &str,
        before: Option<Held>,
        now: UnixTime,
    ) -> Option<Arc<ClientKeys>> {
        let old = before.filter(|held| held.keys.is_some() && held.fetched_at.plus(STALE) > now);
        let (keys, fetched_at) = match old {
            Some(old) => (old.keys, old.fetched_at),
            None => (None, now),
        };
        let mut held = Held {
            uri: uri.to_owned(),
            keys,
            fetched_at,
            asked_at: now,
            // Never past the end of what may be stale.
            fresh_until: now.plus(PAUSE).min(fetched_at.plus(STALE)),
        };
        // Whoever comes meanwhile asks no second time for what there was before.
        if held.keys.is_some() {
            self.hold(client, held.clone());
        }
        match self.fetch.fetch(Wanted::jwks(uri, now, share(client))).await {
            Ok(fetched) => {
                let text = String::from_utf8(fetched.body).unwrap_or_default();
                held.fetched_at = now;
                held.keys = match ClientKeys::parse_published(&text) {
                    Ok(keys) => {
                        held.fresh_until = now.plus(fetched.max_age.unwrap_or(KEPT).max(PAUSE).min(LONGEST));
                        Some(Arc::new(keys))
                    }
                    Err(problem) => {
                        tracing::info!(client_id = client.id.as_str(), %problem, "a client's key set has no key for us");
                        None
                    }
                };
            }
            Err(problem) => {
                tracing::info!(client_id = client.id.as_str(), %problem, "a client's key set could not be fetched");
                if !problem.is_of_the_way() {
                    held.keys = None;
                }
            }
        }
        self.hold(client, held.clone());
        held.keys
    }

    fn held(&self, client: &Client, uri: &str) -> Option<Held> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.get(&client.id).filter(|held| held.uri == uri).cloned()
    }

    fn hold(&self, client: &Client, new: Held) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= REMEMBERED {
            held.clear();
        }
        held.insert(client.id.clone(), new);
    }
}
