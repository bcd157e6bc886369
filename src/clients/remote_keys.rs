//! Keys that clients publish at an address of their own (`jwks_uri`): fetched when needed, kept for a while, and fetched
//! again when a signature names a key that is not among them, once a minute per client and node at most.

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
/// Clients whose keys are remembered at most; past that all are forgotten.
const REMEMBERED: usize = 10_000;

/// The published keys of this node's clients.
pub struct RemoteKeys {
    fetch: Arc<dyn Fetch>,
    held: Mutex<HashMap<ClientId, Held>>,
}

#[derive(Clone)]
struct Held {
    uri: String,
    /// None when they could not be had.
    keys: Option<Arc<ClientKeys>>,
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
        }
    }

    /// The keys of a client, fetched unless they are remembered. None when it publishes none, or they cannot be had.
    pub async fn of(&self, client: &Client, now: UnixTime) -> Option<Arc<ClientKeys>> {
        let uri = client.metadata.declared.jwks_uri.as_ref()?;
        match self.held(client, uri) {
            Some(held) if held.fresh_until > now => held.keys,
            before => self.ask(client, uri, before, now).await,
        }
    }

    /// The keys as they are now. None when they were asked for less than a minute ago.
    pub async fn again(&self, client: &Client, now: UnixTime) -> Option<Arc<ClientKeys>> {
        let uri = client.metadata.declared.jwks_uri.as_ref()?;
        let before = self.held(client, uri);
        if before
            .as_ref()
            .is_some_and(|held| held.asked_at.plus(PAUSE) > now)
        {
            return None;
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
        let old = before.and_then(|held| held.keys);
        let mut held = Held {
            uri: uri.to_owned(),
            keys: old.clone(),
            asked_at: now,
            fresh_until: now.plus(PAUSE),
        };
        // Whoever comes meanwhile asks no second time for what there was before.
        if old.is_some() {
            self.hold(client, held.clone());
        }
        match self.fetch.fetch(Wanted::jwks(uri, now, share(client))).await {
            Ok(fetched) => {
                let text = String::from_utf8(fetched.body).unwrap_or_default();
                if let Ok(keys) = ClientKeys::parse_published(&text) {
                    held.keys = Some(Arc::new(keys));
                    held.fresh_until = now.plus(fetched.max_age.unwrap_or(KEPT).max(PAUSE).min(LONGEST));
                }
            }
            Err(problem) => {
                tracing::info!(client_id = client.id.as_str(), %problem, "a client's key set could not be fetched");
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
