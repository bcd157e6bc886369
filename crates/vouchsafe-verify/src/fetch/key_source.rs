//! The issuer's keys, kept fresh: one fetch at a time, the last good set through an outage, and no way for a stranger
//! to make us ask more often than we want to.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::time::timeout;
use url::Url;

use super::backoff::backoff;
use super::directory::Directory;
use super::problem::FetchProblem;
use crate::error::Rejection;
use crate::jwks::Jwks;

const SHORTEST_LIFE: Duration = Duration::from_mins(1);
const USUAL_LIFE: Duration = Duration::from_mins(5);
const LONGEST_LIFE: Duration = Duration::from_hours(1);
/// How often a kid that nobody knows may cost a fetch.
const MISS_COOLDOWN: Duration = Duration::from_secs(30);
/// Discovery and keys together; a caller never waits longer than this.
const FLIGHT_TIMEOUT: Duration = Duration::from_secs(8);
const FIRST_BACKOFF: Duration = Duration::from_secs(1);
const LONGEST_BACKOFF: Duration = Duration::from_mins(1);

/// Where the keys are: found by discovery, or configured.
#[derive(Debug)]
pub(super) enum Address {
    Discover,
    Fixed(Url),
}

#[derive(Debug)]
pub(super) struct KeySource {
    directory: Arc<Directory>,
    address: Address,
    max_stale: Duration,
    state: RwLock<State>,
}

#[derive(Debug, Default)]
struct State {
    keys: Option<Kept>,
    /// The fetch that is under way; it ends when the sender is dropped.
    flight: Option<watch::Receiver<()>>,
    failures: u32,
    not_before: Duration,
    last_miss: Option<Duration>,
    problem: Option<FetchProblem>,
}

#[derive(Clone, Debug)]
struct Kept {
    set: Arc<Jwks>,
    fetched_at: Duration,
    life: Duration,
}

impl KeySource {
    pub(super) fn new(directory: Arc<Directory>, address: Address, max_stale: Duration) -> Self {
        Self {
            directory,
            address,
            max_stale,
            state: RwLock::default(),
        }
    }

    pub(super) fn unix_seconds(&self) -> i64 {
        self.directory.clock.unix_seconds()
    }

    fn monotonic(&self) -> Duration {
        self.directory.clock.monotonic()
    }

    /// The keys to verify with now. Waits for a fetch only when there is nothing better to do.
    pub(super) async fn keys(self: &Arc<Self>) -> Result<Arc<Jwks>, Rejection> {
        let now = self.monotonic();
        let (kept, in_outage) = {
            let state = self.read();
            (self.usable(&state, now), state.failures > 0)
        };
        if let Some(kept) = &kept {
            let age = now.saturating_sub(kept.fetched_at);
            if age < kept.life.mul_f32(0.8) {
                return Ok(Arc::clone(&kept.set));
            }
            if age < kept.life || in_outage {
                let _runs_by_itself = self.join_or_start(now, |_| true);
                return Ok(Arc::clone(&kept.set));
            }
        }
        if let Some(flight) = self.join_or_start(now, |_| true) {
            landed(flight).await;
        }
        let kept = self.usable(&self.read(), self.monotonic());
        kept.map(|kept| kept.set).ok_or(Rejection::KeysUnavailable)
    }

    /// Newer keys than `seen`, in which a token's kid was not found. At most one fetch per cooldown comes of this,
    /// however many tokens with invented kids arrive.
    pub(super) async fn newer_than(self: &Arc<Self>, seen: &Arc<Jwks>) -> Option<Arc<Jwks>> {
        let now = self.monotonic();
        if let Some(newer) = self.other_than(seen) {
            return Some(newer);
        }
        let flight = self.join_or_start(now, |state| {
            let cooled = |last| now.saturating_sub(last) >= MISS_COOLDOWN;
            let may = state.last_miss.is_none_or(cooled);
            if may {
                state.last_miss = Some(now);
            }
            may
        })?;
        landed(flight).await;
        self.other_than(seen)
    }

    /// Fetches at once, unless a failure was a moment ago, and says what came of it.
    pub(super) async fn fetch_now(self: &Arc<Self>) -> Result<(), FetchProblem> {
        if let Some(flight) = self.join_or_start(self.monotonic(), |_| true) {
            landed(flight).await;
        }
        self.read().problem.clone().map_or(Ok(()), Err)
    }

    pub(super) fn problem(&self) -> Option<FetchProblem> {
        self.read().problem.clone()
    }

    fn usable(&self, state: &State, now: Duration) -> Option<Kept> {
        let kept = state.keys.as_ref()?;
        let age = now.saturating_sub(kept.fetched_at);
        (age < kept.life.max(self.max_stale)).then(|| kept.clone())
    }

    fn other_than(&self, seen: &Arc<Jwks>) -> Option<Arc<Jwks>> {
        let state = self.read();
        let kept = state.keys.as_ref()?;
        (!Arc::ptr_eq(&kept.set, seen)).then(|| Arc::clone(&kept.set))
    }

    /// Takes part in the fetch that is under way, or starts one if `may_start` lets it.
    fn join_or_start(
        self: &Arc<Self>,
        now: Duration,
        may_start: impl FnOnce(&mut State) -> bool,
    ) -> Option<watch::Receiver<()>> {
        let mut state = self.write();
        if let Some(flight) = &state.flight {
            return Some(flight.clone());
        }
        if now < state.not_before || !may_start(&mut state) {
            return None;
        }
        let Ok(runtime) = Handle::try_current() else {
            state.problem = Some(FetchProblem::NoRuntime);
            return None;
        };
        let (sender, receiver) = watch::channel(());
        state.flight = Some(receiver.clone());
        drop(state);
        let flight = Flight {
            source: Arc::clone(self),
            _sender: sender,
        };
        // On a task of its own, so that a caller who hangs up does not take the fetch of all others along.
        runtime.spawn(async move {
            let outcome = timeout(FLIGHT_TIMEOUT, flight.source.fetch()).await;
            flight
                .source
                .settle(outcome.unwrap_or(Err(FetchProblem::Unreachable)));
        });
        Some(receiver)
    }

    async fn fetch(&self) -> Result<(Jwks, Option<Duration>), FetchProblem> {
        let answer = self.directory.http.fetch(self.jwks_uri().await?).await?;
        let keys = Jwks::parse(&answer.body).map_err(FetchProblem::KeySet)?;
        if keys.keys().is_empty() {
            return Err(FetchProblem::NoUsableKey);
        }
        Ok((keys, answer.max_age))
    }

    async fn jwks_uri(&self) -> Result<Url, FetchProblem> {
        match &self.address {
            Address::Fixed(url) => Ok(url.clone()),
            Address::Discover => Ok(self.directory.metadata().await?.jwks_uri.clone()),
        }
    }

    fn settle(&self, outcome: Result<(Jwks, Option<Duration>), FetchProblem>) {
        let now = self.monotonic();
        let mut state = self.write();
        match outcome {
            Ok((keys, max_age)) => {
                let life = max_age.unwrap_or(USUAL_LIFE).clamp(SHORTEST_LIFE, LONGEST_LIFE);
                state.keys = Some(Kept {
                    set: Arc::new(keys),
                    fetched_at: now,
                    life,
                });
                state.failures = 0;
                state.not_before = Duration::ZERO;
                state.problem = None;
            }
            Err(problem) => {
                self.directory.forget();
                let wait = backoff(state.failures, FIRST_BACKOFF, LONGEST_BACKOFF);
                state.not_before = now.saturating_add(wait);
                state.failures = state.failures.saturating_add(1);
                state.problem = Some(problem);
            }
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A fetch under way. However it ends, the next one becomes possible and those who wait go on.
struct Flight {
    source: Arc<KeySource>,
    _sender: watch::Sender<()>,
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.source.write().flight = None;
    }
}

/// Waits for the end of a fetch: nothing is ever sent, the channel just closes.
async fn landed(mut flight: watch::Receiver<()>) {
    while flight.changed().await.is_ok() {}
}
