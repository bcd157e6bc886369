//! The issuer's keys, kept fresh: one fetch at a time, the last good set through an outage, and no way for a stranger
//! to make us ask more often than we want to.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::time::timeout;
use url::Url;

use super::clock::Clock;
use super::discovery::IssuerUrl;
use super::http::HttpClient;
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
/// Discovery is repeated now and then, in case the address of the keys changes.
const ADDRESS_LIFE: Duration = Duration::from_hours(1);

/// Where the keys are: found by discovery, or configured.
#[derive(Debug)]
pub(super) enum Address {
    Discover(IssuerUrl),
    Fixed(Url),
}

#[derive(Debug)]
pub(super) struct KeySource {
    http: HttpClient,
    address: Address,
    clock: Arc<dyn Clock>,
    max_stale: Duration,
    state: RwLock<State>,
}

#[derive(Debug, Default)]
struct State {
    keys: Option<Kept>,
    /// The discovered address of the keys, and when it was discovered.
    found: Option<(Url, Duration)>,
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
    pub(super) fn new(
        http: HttpClient,
        address: Address,
        clock: Arc<dyn Clock>,
        max_stale: Duration,
    ) -> Self {
        Self {
            http,
            address,
            clock,
            max_stale,
            state: RwLock::default(),
        }
    }

    pub(super) fn unix_seconds(&self) -> i64 {
        self.clock.unix_seconds()
    }

    /// The keys to verify with now. Waits for a fetch only when there is nothing better to do.
    pub(super) async fn keys(self: &Arc<Self>) -> Result<Arc<Jwks>, Rejection> {
        let now = self.clock.monotonic();
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
        let kept = self.usable(&self.read(), self.clock.monotonic());
        kept.map(|kept| kept.set).ok_or(Rejection::KeysUnavailable)
    }

    /// Newer keys than `seen`, in which a token's kid was not found. At most one fetch per cooldown comes of this,
    /// however many tokens with invented kids arrive.
    pub(super) async fn newer_than(self: &Arc<Self>, seen: &Arc<Jwks>) -> Option<Arc<Jwks>> {
        let now = self.clock.monotonic();
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
        if let Some(flight) = self.join_or_start(self.clock.monotonic(), |_| true) {
            landed(flight).await;
        }
        self.read().problem.map_or(Ok(()), Err)
    }

    pub(super) fn problem(&self) -> Option<FetchProblem> {
        self.read().problem
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
        let answer = self.http.fetch(self.jwks_uri().await?).await?;
        let keys = Jwks::parse(&answer.body).map_err(FetchProblem::KeySet)?;
        if keys.keys().is_empty() {
            return Err(FetchProblem::NoUsableKey);
        }
        Ok((keys, answer.max_age))
    }

    async fn jwks_uri(&self) -> Result<Url, FetchProblem> {
        let issuer = match &self.address {
            Address::Fixed(url) => return Ok(url.clone()),
            Address::Discover(issuer) => issuer,
        };
        let now = self.clock.monotonic();
        if let Some((url, found_at)) = &self.read().found
            && now.saturating_sub(*found_at) < ADDRESS_LIFE
        {
            return Ok(url.clone());
        }
        let url = issuer.discover(&self.http).await?;
        self.write().found = Some((url.clone(), now));
        Ok(url)
    }

    fn settle(&self, outcome: Result<(Jwks, Option<Duration>), FetchProblem>) {
        let now = self.clock.monotonic();
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
                state.found = None;
                state.not_before = now.saturating_add(backoff(state.failures));
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

/// Doubles from one second to a minute, give or take a fifth, so that many services do not return as one.
fn backoff(failures: u32) -> Duration {
    let doubled = FIRST_BACKOFF
        .saturating_mul(1 << failures.min(6))
        .min(LONGEST_BACKOFF);
    let random = RandomState::new().build_hasher().finish() % 401;
    let per_mille = 800 + random as u32;
    doubled.saturating_mul(per_mille) / 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_answered_with_growing_patience() {
        for (failures, seconds) in [(0, 1.0), (1, 2.0), (3, 8.0), (6, 60.0), (4_000_000, 60.0)] {
            let wait = backoff(failures).as_secs_f64();
            assert!(
                (seconds * 0.8..=seconds * 1.2).contains(&wait),
                "{failures}: {wait}"
            );
        }
    }
}
