//! Finds clients and APIs, keeping what was found until something changes.

use super::activity::Activity;
use crate::db;
use crate::store::{Store, StoreError, StoredSecret};
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use vouchsafe_core::model::{Api, Client, ClientId, Span, UnixTime};
use vouchsafe_core::spec::{redirect_uri, scope};
use vouchsafe_verify::client_keys::ClientKeys;

/// Clients that are remembered at most; past that all are forgotten and read again.
const REMEMBERED: usize = 10_000;

/// A client as it was when it was read, with the secrets that counted then.
#[derive(Debug)]
pub struct Known {
    /// The client.
    pub client: Client,
    /// The keys that it signs with, when it registered any.
    pub keys: Option<ClientKeys>,
    /// Its secrets; one may stop to count while it is remembered.
    pub secrets: Vec<StoredSecret>,
    /// Until when it is kept, as this node noted last: milliseconds since 1970.
    noted: AtomicI64,
}

impl Known {
    /// What is known of a client that was read with these secrets.
    pub(crate) fn new(client: Client, secrets: Vec<StoredSecret>) -> Self {
        // Registration has checked the set; what an earlier release let in is as good as none.
        let set = client.metadata.jwks.as_ref().map(ToString::to_string);
        let keys = set.and_then(|set| ClientKeys::parse(&set).ok());
        Self {
            client,
            keys,
            secrets,
            noted: AtomicI64::new(i64::MIN),
        }
    }

    /// Whether it is worth noting that the client is kept until then: not within a day of the note before.
    pub(crate) fn notes(&self, until: UnixTime) -> bool {
        let before = self.noted.load(Ordering::Relaxed);
        let is_news = until.millis() >= before.saturating_add(Span::from_hours(24).millis());
        if is_news {
            self.noted.store(until.millis(), Ordering::Relaxed);
        }
        is_news
    }
}

/// The clients and APIs of this node.
pub struct Clients {
    /// What they did and were refused.
    pub activity: Activity,
    store: Store,
    remembered: RwLock<Remembered>,
}

#[derive(Default)]
struct Remembered {
    version: i64,
    /// How often something was forgotten: what was read before that is not remembered after it.
    forgotten: u64,
    clients: HashMap<ClientId, Arc<Known>>,
    apis: Option<Arc<Vec<Api>>>,
    origins: Option<Arc<HashSet<String>>>,
}

/// What was remembered up to a moment.
#[derive(Clone, Copy, PartialEq, Eq)]
struct State {
    version: i64,
    forgotten: u64,
}

impl Remembered {
    const fn state(&self) -> State {
        State {
            version: self.version,
            forgotten: self.forgotten,
        }
    }
}

impl Clients {
    /// Nothing remembered yet.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self {
            activity: Activity::default(),
            store,
            remembered: RwLock::default(),
        }
    }

    /// Forgets everything when `version`, the database's configuration version, is not the one remembered.
    pub fn follow(&self, version: i64) {
        let mut remembered = self.remembered.write().unwrap_or_else(PoisonError::into_inner);
        if remembered.version != version {
            *remembered = Remembered {
                version,
                forgotten: remembered.forgotten,
                ..Remembered::default()
            };
        }
    }

    /// Forgets one client: it was just changed here. Other nodes notice by the configuration's version.
    pub(crate) fn forget(&self, id: &ClientId) {
        let mut remembered = self.remembered.write().unwrap_or_else(PoisonError::into_inner);
        remembered.clients.remove(id);
        remembered.origins = None;
        remembered.forgotten = remembered.forgotten.wrapping_add(1);
    }

    /// The client with this id; a disabled one too.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn find(&self, id: &ClientId, now: UnixTime) -> Result<Option<Arc<Known>>, StoreError> {
        let before = {
            let remembered = self.read();
            if let Some(known) = remembered.clients.get(id) {
                return Ok(Some(Arc::clone(known)));
            }
            remembered.state()
        };
        let wanted = id.clone();
        let found = self
            .store
            .read("client", move |tx| {
                let Some(client) = db!(tx, clients::by_id(&wanted))? else {
                    return Ok(None);
                };
                let secrets = db!(tx, clients::live_secrets(&wanted, now))?;
                Ok(Some((client, secrets)))
            })
            .await?
            .map(|(client, secrets)| Arc::new(Known::new(client, secrets)));
        if let Some(known) = &found {
            self.remember(before, |remembered| {
                if remembered.clients.len() >= REMEMBERED {
                    remembered.clients.clear();
                }
                remembered.clients.insert(id.clone(), Arc::clone(known));
            });
        }
        Ok(found)
    }

    /// All APIs.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn apis(&self) -> Result<Arc<Vec<Api>>, StoreError> {
        let before = {
            let remembered = self.read();
            if let Some(apis) = &remembered.apis {
                return Ok(Arc::clone(apis));
            }
            remembered.state()
        };
        let apis = Arc::new(self.store.read("apis", |tx| db!(tx, apis::all())).await?);
        self.remember(before, |remembered| remembered.apis = Some(Arc::clone(&apis)));
        Ok(apis)
    }

    /// All APIs, read anew when one is asked for that is not among those remembered: a scope of the client, or a
    /// resource. What was registered a moment ago is found, and an invented name costs one row, as an unknown
    /// client does: the APIs are read only when the configuration has changed since.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn apis_for(&self, client: &Client, resources: &[&str]) -> Result<Arc<Vec<Api>>, StoreError> {
        let apis = self.apis().await?;
        let has_scope = |name: &String| {
            let mut owned = apis.iter().flat_map(|api| &api.scopes);
            scope::standard(name) || owned.any(|scope| scope.name == *name)
        };
        let is_api = |resource: &&str| apis.iter().any(|api| api.identifier == **resource);
        if client.metadata.scopes.iter().all(has_scope) && resources.iter().all(is_api) {
            return Ok(apis);
        }
        let state = self
            .store
            .read("issuer-state", |tx| db!(tx, issuer_state::read()))
            .await?;
        self.follow(state.config_version);
        self.apis().await
    }

    /// Whether some client calls us from this origin (Fetch standard, `Origin` header).
    ///
    /// # Errors
    /// When the store fails.
    pub async fn is_origin(&self, origin: &str) -> Result<bool, StoreError> {
        let before = {
            let remembered = self.read();
            if let Some(known) = &remembered.origins {
                return Ok(known.contains(origin));
            }
            remembered.state()
        };
        let clients = self.store.read("clients", |tx| db!(tx, clients::list())).await?;
        let known: HashSet<String> = clients.iter().flat_map(origins).collect();
        let is_known = known.contains(origin);
        self.remember(before, |remembered| remembered.origins = Some(Arc::new(known)));
        Ok(is_known)
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Remembered> {
        self.remembered.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps what was read, unless something changed while it was being read.
    fn remember(&self, state: State, keep: impl FnOnce(&mut Remembered)) {
        let mut remembered = self.remembered.write().unwrap_or_else(PoisonError::into_inner);
        if remembered.state() == state {
            keep(&mut remembered);
        }
    }
}

/// The origins that a client calls us from: those of its redirect URIs and its registered web origins.
pub fn origins(client: &Client) -> impl Iterator<Item = String> {
    let redirects = client
        .metadata
        .redirect_uris
        .iter()
        .filter_map(|uri| redirect_uri::origin(uri));
    redirects.chain(client.metadata.web_origins.iter().cloned())
}
