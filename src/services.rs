//! The services of one server, put together once and shared by all requests.

use crate::accounts::passwords::Passwords;
use crate::audit::{Act, Feed, Published, Publisher, Turns};
use crate::clients::drawing::Drawing;
use crate::clients::dynamic::metadata_document::Documents;
use crate::clients::{Clients, RemoteKeys, dynamic};
use crate::config::Config;
use crate::cx::RequestId;
use crate::db;
use crate::failure::{Broken, Failure};
use crate::keys::fetchers::Fetchers;
use crate::keys::{Keys, KeysError, OpenError};
use crate::limits::connections::Connections;
use crate::limits::questions::Questions;
use crate::metrics::Metrics;
use crate::ports::{NodeClock, Ports};
use crate::site::Site;
use crate::statistics;
use crate::store::{IssuerState, Store, StoreError};
use crate::tokens::{OwnTokens, StatusLists, StatusPlaces};
use arc_swap::ArcSwap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use vouchsafe_core::decide::clock_offset::Accuracy;
use vouchsafe_core::model::{KeyAlgorithm, UnixTime};
use vouchsafe_core::spec::ErrorUris;

/// The services of one server.
pub struct Services {
    /// The configuration.
    pub config: Config,
    /// The database.
    pub store: Store,
    /// Time, randomness and new keys. The clock is corrected by the database's.
    pub ports: Ports,
    /// Signing keys and the server's own secrets.
    pub keys: Keys,
    /// Password hashing.
    pub passwords: Passwords,
    /// Clients and APIs.
    pub clients: Clients,
    /// What people see of this installation.
    pub site: Site,
    /// Where error codes are explained; nowhere, when the pages for developers are off.
    pub error_uris: ErrorUris,
    /// Keys that clients publish.
    pub remote_keys: RemoteKeys,
    /// Metadata documents of clients that could not be read.
    pub documents: Documents,
    /// Where logos are drawn.
    pub drawing: Drawing,
    /// Counters and histograms.
    pub metrics: Arc<Metrics>,
    /// What resource servers are told of.
    pub feed: Feed,
    /// Who reads the whole audit log.
    pub log_turns: Turns,
    /// Who fetched the key set.
    pub fetchers: Fetchers,
    /// Who holds connections to the feed.
    pub feed_readers: Connections,
    /// Who asks the feed how often.
    pub feed_questions: Questions,
    /// Places in status lists, to give to grants.
    pub status_places: StatusPlaces,
    /// The status lists themselves.
    pub status_lists: StatusLists,
    publisher: Publisher,
    clock: Arc<NodeClock>,
    own_tokens: ArcSwap<OwnTokens>,
    issuer_epoch: AtomicI64,
    config_version: AtomicI64,
    last_tended: AtomicI64,
    /// Those who lack a key at the same time read them once.
    reading_keys: tokio::sync::Mutex<()>,
    keys_read: AtomicU64,
    draining: AtomicBool,
    stopping: AtomicBool,
}

impl Services {
    /// Puts the services together on a migrated store: reads keys and secrets, making what a new installation
    /// lacks.
    ///
    /// # Errors
    /// What [`Keys::open`] says.
    pub fn open(
        config: Config,
        store: Store,
        mut ports: Ports,
        passwords: Passwords,
        metrics: Arc<Metrics>,
    ) -> Result<Arc<Self>, OpenError> {
        let clock = Arc::new(NodeClock::new(ports.clock));
        ports.clock = clock.clone();
        let state = read_state(&store, &clock, &metrics)?;
        let keys = Keys::open(&config, &store, &ports, &metrics)?;
        let clients = Clients::new(store.clone());
        clients.follow(state.config_version);
        let site = Site::open(&store)?;
        let own_tokens = own_tokens(&config.issuer, &keys, ports.clock.now());
        let node = RequestId::from_entropy(ports.entropy.bytes());
        let publisher = Publisher::new(node.as_str().to_owned());
        let remote_keys = RemoteKeys::new(Arc::clone(&ports.fetch));
        let error_uris = config
            .errors_page()
            .map_or_else(ErrorUris::default, |page| ErrorUris::on(&page));
        Ok(Arc::new(Self {
            remote_keys,
            documents: Documents::default(),
            drawing: Drawing::default(),
            config,
            store,
            ports,
            keys,
            passwords,
            clients,
            site,
            error_uris,
            metrics,
            feed: Feed::new(),
            log_turns: Turns::default(),
            fetchers: Fetchers::default(),
            feed_readers: Connections::default(),
            feed_questions: Questions::default(),
            status_places: StatusPlaces::default(),
            status_lists: StatusLists::default(),
            publisher,
            clock,
            own_tokens: ArcSwap::from_pointee(own_tokens),
            issuer_epoch: AtomicI64::new(state.epoch),
            config_version: AtomicI64::new(state.config_version),
            last_tended: AtomicI64::new(0),
            reading_keys: tokio::sync::Mutex::default(),
            keys_read: AtomicU64::new(0),
            draining: AtomicBool::new(false),
            stopping: AtomicBool::new(false),
        }))
    }

    /// The issuer's epoch as last read.
    #[must_use]
    pub fn issuer_epoch(&self) -> i64 {
        self.issuer_epoch.load(Ordering::Relaxed)
    }

    /// Reads back the tokens that this server signed.
    #[must_use]
    pub fn own_tokens(&self) -> Arc<OwnTokens> {
        self.own_tokens.load_full()
    }

    /// Follows the database's time and what another node or the command line changed: called every half second.
    /// Blocks on the store.
    ///
    /// # Errors
    /// When the store fails or a key cannot be opened; what was known before stays in use.
    pub fn follow(&self) -> Result<(), OpenError> {
        let state = read_state(&self.store, &self.clock, &self.metrics)?;
        self.issuer_epoch.store(state.epoch, Ordering::Relaxed);
        if self.config_version.load(Ordering::Relaxed) != state.config_version {
            self.clients.follow(state.config_version);
            self.site.reload(&self.store)?;
            self.keys.reload(&self.store)?;
            self.renew_own_tokens();
            // Only now: what failed half-way is tried again at the next tick.
            self.config_version.store(state.config_version, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Reads the keys again when there is none for one of these algorithms: the command line or another node may have
    /// just made some, with the client or API that asks for them. Nothing else needs to wait until the next look.
    ///
    /// # Errors
    /// When the store fails or a key cannot be opened.
    pub async fn look_for_keys(
        self: &Arc<Self>,
        algs: &[KeyAlgorithm],
        now: UnixTime,
    ) -> Result<(), Failure> {
        let lacks = |alg: &KeyAlgorithm| {
            let signs = self.keys.check_can_sign(*alg, now);
            matches!(signs, Err(KeysError::NoSigningKey))
        };
        if !algs.iter().any(lacks) {
            return Ok(());
        }
        let before = self.keys_read.load(Ordering::SeqCst);
        let _reading = self.reading_keys.lock().await;
        // The next one after the one under way began when we were here already: it saw all that we could see.
        let is_read = self.keys_read.load(Ordering::SeqCst) > before.saturating_add(1);
        if is_read || !algs.iter().any(lacks) {
            return Ok(());
        }
        let services = Arc::clone(self);
        let read = tokio::task::spawn_blocking(move || services.keys.reload(&services.store));
        read.await.map_err(|_| Broken::Overloaded("work on the keys"))??;
        self.keys_read.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }

    /// Numbers new events, if that is this node's turn, and follows what was published, part by part: called five times
    /// a second. After [`Services::stop`] the part under way is the last one. Blocks on the store.
    ///
    /// # Errors
    /// When the store fails or a head cannot be signed.
    pub fn publish(&self) -> Result<(), OpenError> {
        loop {
            let published = self.publisher.publish(&self.store, self.ports.clock.now());
            // Another node may number while this one cannot.
            self.feed.follow(
                &self.store,
                &self.keys,
                &self.config.issuer,
                self.ports.clock.now(),
            )?;
            let Published { mine, kinds, more } = published?;
            self.metrics.revocation.published(mine, &kinds);
            if !more || self.is_stopping() {
                return Ok(());
            }
        }
    }

    /// Writes what clients did and were refused: called every second. Blocks on the store.
    ///
    /// # Errors
    /// When the store fails.
    pub fn record_activity(&self) -> Result<(), OpenError> {
        Ok(self.clients.activity.record(&self.store)?)
    }

    /// Leaves the numbering of events to other nodes: the server has stopped.
    ///
    /// # Errors
    /// When the store fails; the others then wait a few seconds.
    pub fn resign(&self) -> Result<(), StoreError> {
        self.publisher.resign(&self.store)
    }

    /// Writes down what was counted for the administration: called every minute, and when the server has stopped.
    /// Blocks on the store.
    ///
    /// # Errors
    /// When the store fails.
    pub fn count(&self) -> Result<(), OpenError> {
        statistics::record(&self.store, &self.metrics.tally, self.ports.clock.now())?;
        Ok(())
    }

    /// Makes keys that are due and sweeps what has expired: called every minute. Blocks on the store.
    ///
    /// # Errors
    /// When the store fails or a key cannot be made.
    pub fn tend(&self) -> Result<(), OpenError> {
        // Trouble with keys must not let tables grow.
        let (tended, swept) = (self.keys.tend(&self.store), self.sweep());
        self.renew_own_tokens();
        let noted = self.fetchers.write_down(&self.store);
        let act = Act::new("server", self.ports.clock.now(), &self.ports.entropy);
        let removed = dynamic::remove_unused(&self.store, &act);
        if tended.is_ok() && swept.is_ok() {
            self.last_tended.store(act.now.millis(), Ordering::Relaxed);
        }
        tended.and(swept.and(noted).and(removed).map_err(OpenError::from))
    }

    /// When keys and expired rows were last looked after; none before the first time.
    #[must_use]
    pub fn last_tended(&self) -> Option<UnixTime> {
        match self.last_tended.load(Ordering::Relaxed) {
            0 => None,
            at => Some(UnixTime::from_millis(at)),
        }
    }

    fn sweep(&self) -> Result<(), StoreError> {
        let now = self.ports.clock.now();
        loop {
            let swept = self.store.write_blocking("sweep", move |tx| {
                let surplus = db!(tx, sweep::surplus_interactions(INTERACTIONS, SWEEP))?;
                Ok(db!(tx, sweep::expired(now, SWEEP))?.total() + surplus)
            })?;
            if swept == 0 || self.is_stopping() {
                return Ok(());
            }
        }
    }

    /// Whether the server can serve: it is not about to stop, reaches its database, and can sign.
    ///
    /// # Errors
    /// Why it cannot.
    pub async fn ready(&self) -> Result<(), NotReady> {
        if self.draining.load(Ordering::Relaxed) {
            return Err(NotReady::Stopping);
        }
        self.store
            .read("ready", |tx| db!(tx, issuer_state::read()).map(drop))
            .await?;
        Ok(self
            .keys
            .check_can_sign(KeyAlgorithm::default(), self.ports.clock.now())?)
    }

    /// Says from now on that the server is not ready: a load balancer sends no more requests.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
        self.feed.close();
    }

    /// Lets work that goes on in parts end with the part under way: a thread that waits for the database cannot be
    /// aborted, and the process ends only after it. What is left is done by another node, or after the next start.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    fn renew_own_tokens(&self) {
        let own = own_tokens(&self.config.issuer, &self.keys, self.ports.clock.now());
        self.own_tokens.store(Arc::new(own));
    }
}

/// Why a server is not ready.
#[derive(Debug, thiserror::Error)]
pub enum NotReady {
    /// It was told to stop.
    #[error("the server is stopping")]
    Stopping,
    /// Its database.
    #[error("the database does not answer")]
    Store(#[from] StoreError),
    /// Its keys, or its clock.
    #[error(transparent)]
    Keys(#[from] KeysError),
}

fn own_tokens(issuer: &str, keys: &Keys, now: UnixTime) -> OwnTokens {
    OwnTokens::new(issuer, &keys.every_public_jwk(), &keys.published_jwks(now))
}

/// Reads what the issuer shares, and the database's time along with it.
fn read_state(store: &Store, clock: &NodeClock, metrics: &Metrics) -> Result<IssuerState, StoreError> {
    let (database, machine) = (store.clock(), clock.machine());
    let (reading, state) = store.read_blocking("issuer-state", move |tx| {
        Ok((database.compare(tx, &*machine)?, db!(tx, issuer_state::read())?))
    })?;
    let lesson = clock.learn(reading);
    metrics.clock_offset(lesson.offset);
    let off_by_ms = lesson.offset.millis();
    match lesson.accuracy {
        _ if !lesson.is_news => {}
        Accuracy::Good => tracing::info!(off_by_ms, "the clock is right again"),
        Accuracy::Poor => tracing::warn!(
            off_by_ms,
            "the clock differs from the database's by a second or more"
        ),
        Accuracy::Unfit => {
            tracing::error!(
                off_by_ms,
                "the clock differs too much from the database's: nothing is signed until it is set right"
            );
        }
    }
    Ok(state)
}

/// Rows that one sweep removes at most, so that it never holds the writer long.
const SWEEP: i64 = 500;
/// Authorization requests that may wait for people at once; beyond that the oldest are dropped.
const INTERACTIONS: i64 = 100_000;

impl std::fmt::Debug for Services {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Services(..)")
    }
}
