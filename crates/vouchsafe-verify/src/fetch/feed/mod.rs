//! The revocation feed, followed: one task for all clones of a verifier, from the first token to the last clone.

mod follow;
mod sse;

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::directory::Directory;
use super::figures::Figures;
use super::key_source::KeySource;
use super::problem::FetchProblem;
use crate::access_token::AccessToken;
use crate::error::Rejection;
use crate::revocations::{Freshness, Moment, Page, Revocations};

/// How a verifier learns what was revoked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FeedMode {
    /// Not at all: tokens are good until they expire.
    Off,
    /// By asking every few seconds at most.
    Poll,
    /// By a stream of events, within a second; by asking where a stream cannot be had.
    #[default]
    Stream,
}

/// The feed of one issuer. The task that follows it ends with this.
pub(super) struct Feed {
    mode: FeedMode,
    shared: Arc<Shared>,
    task: Mutex<Option<AbortHandle>>,
}

/// What the task and the verifiers share.
struct Shared {
    directory: Arc<Directory>,
    keys: Arc<KeySource>,
    revocations: RwLock<Revocations>,
    /// The number of the last entry known; none before the first head.
    reached: watch::Sender<Option<u64>>,
    is_running: AtomicBool,
    /// How often it had to be asked for anew.
    reconnects: AtomicU64,
    problem: Mutex<Option<FetchProblem>>,
}

impl Feed {
    pub(super) fn new(mode: FeedMode, directory: Arc<Directory>, keys: Arc<KeySource>) -> Self {
        let shared = Shared {
            directory,
            keys,
            revocations: RwLock::default(),
            reached: watch::Sender::default(),
            is_running: AtomicBool::new(false),
            reconnects: AtomicU64::new(0),
            problem: Mutex::default(),
        };
        Self {
            mode,
            shared: Arc::new(shared),
            task: Mutex::default(),
        }
    }

    /// Sees to it that the feed is followed. The task runs on the runtime of whoever comes first; should that one
    /// end, the next caller's takes over.
    pub(super) fn start(&self) {
        let shared = &self.shared;
        if self.mode == FeedMode::Off || shared.is_running.load(Ordering::Relaxed) {
            return;
        }
        let Ok(runtime) = Handle::try_current() else {
            return;
        };
        if shared.is_running.swap(true, Ordering::SeqCst) {
            return;
        }
        let running = Running(Arc::clone(shared));
        let task = runtime.spawn(follow::follow(running, self.mode));
        *self.task.lock().unwrap_or_else(PoisonError::into_inner) = Some(task.abort_handle());
    }

    /// Asks whether a token was revoked, as far as is known.
    pub(super) fn check(&self, token: &AccessToken) -> Result<(), Rejection> {
        self.shared.read().check(token)
    }

    /// How fresh this knowledge is; none where there is no feed to know from.
    pub(super) fn freshness(&self) -> Option<Freshness> {
        let is_on = self.mode != FeedMode::Off && self.shared.directory.may_have_feed();
        is_on.then(|| self.shared.read().freshness())
    }

    pub(super) fn moment(&self) -> Moment {
        self.shared.moment()
    }

    pub(super) fn fill(&self, figures: &mut Figures) {
        if let Some(freshness) = self.freshness() {
            let lag = freshness.lag(self.moment());
            figures.feed_lag_ms = lag.map(|lag| u64::try_from(lag).unwrap_or_default());
        }
        let known = self.shared.read();
        figures.entries = known.len() as u64;
        figures.heads = known.heads();
        figures.snapshots = known.snapshots();
        figures.reconnects = self.shared.reconnects.load(Ordering::Relaxed);
    }

    pub(super) fn problem(&self) -> Option<FetchProblem> {
        self.shared.problem()
    }

    /// Waits until the feed is known up to an entry.
    pub(super) async fn reached(&self, seq: u64) {
        self.start();
        let mut reached = self.shared.reached.subscribe();
        let has_come = |reached: &Option<u64>| reached.is_some_and(|reached| reached >= seq);
        // The sender lives as long as we do.
        drop(reached.wait_for(has_come).await);
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        let task = self.task.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(task) = task.take() {
            task.abort();
        }
    }
}

/// The right to be the task that follows the feed. However it ends, another one may begin.
struct Running(Arc<Shared>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.is_running.store(false, Ordering::SeqCst);
    }
}

impl Shared {
    fn moment(&self) -> Moment {
        let clock = &self.directory.clock;
        Moment {
            unix_seconds: clock.unix_seconds(),
            monotonic: clock.monotonic(),
        }
    }

    /// Takes a page over that was received at a moment. The answer is whether its head is newer than the last.
    fn take(&self, page: Page, moment: Moment) -> Result<bool, FetchProblem> {
        let before = self.read().published_to();
        // Only the one task writes, so nothing comes in between; readers wait for the second step only.
        let step = self.read().weigh(page, moment);
        match step {
            Ok(step) => self.write().take(step),
            Err(problem) => {
                if problem.needs_snapshot() {
                    self.write().ask_anew();
                }
                return Err(FetchProblem::Feed(problem));
            }
        }
        let (seq, published_to) = {
            let known = self.read();
            (known.seq(), known.published_to())
        };
        self.reached.send_replace(seq);
        let is_newer = published_to != before;
        // That a head stands is not mended by its coming once more.
        if is_newer || self.problem() != Some(FetchProblem::HeadStands) {
            self.note(None);
        }
        Ok(is_newer)
    }

    fn problem(&self) -> Option<FetchProblem> {
        self.problem
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn note(&self, problem: Option<FetchProblem>) {
        *self.problem.lock().unwrap_or_else(PoisonError::into_inner) = problem;
    }

    fn read(&self) -> RwLockReadGuard<'_, Revocations> {
        self.revocations.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Revocations> {
        self.revocations.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feed")
            .field("mode", &self.mode)
            .finish_non_exhaustive()
    }
}
