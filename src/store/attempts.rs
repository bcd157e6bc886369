//! Work that met another transaction, or a lost connection, is done again: at most three times, with jitter.

use super::job::{Queued, late, now};
use super::{StoreError, StoreObserver, StoreOptions};
use std::sync::Arc;
use std::time::Duration;

/// How often work is run again.
const REPETITIONS: u32 = 3;

/// Serves work on one thread.
pub(super) struct Attempts {
    jitter: u64,
    observer: Option<Arc<dyn StoreObserver>>,
}

/// How an attempt went.
pub(super) enum Attempt {
    /// This is the answer.
    Over(Result<(), StoreError>),
    /// Nothing happened, and it may be tried again.
    Again(StoreError),
}

impl From<Result<(), StoreError>> for Attempt {
    /// For an attempt of which nothing was committed unless it went well.
    fn from(verdict: Result<(), StoreError>) -> Self {
        match verdict {
            Err(error) if error.passes() => Self::Again(error),
            over => Self::Over(over),
        }
    }
}

impl Attempts {
    pub(super) fn new(options: &StoreOptions, thread: usize) -> Self {
        let jitter = options.jitter_seed ^ (thread as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Self {
            jitter,
            observer: options.observer.clone(),
        }
    }

    /// Attempts `work` until it is over, and answers it.
    pub(super) fn serve(&mut self, mut work: Queued, mut attempt: impl FnMut(&mut Queued) -> Attempt) {
        let (waited, started) = (work.waited(), now());
        let verdict = self.repeat(&mut work, &mut attempt);
        if let Some(observer) = &self.observer {
            observer.ran(
                work.name,
                micros(waited),
                micros(started.elapsed()),
                verdict.is_ok(),
            );
        }
        work.answer(verdict);
    }

    fn repeat(
        &mut self,
        work: &mut Queued,
        attempt: &mut impl FnMut(&mut Queued) -> Attempt,
    ) -> Result<(), StoreError> {
        let mut outcome = Err(late());
        for repetition in 0..=REPETITIONS {
            if work.is_late() {
                break;
            }
            match attempt(work) {
                Attempt::Over(verdict) => return verdict,
                Attempt::Again(error) => {
                    tracing::debug!(%error, work = work.name, repetition, "work on the database is tried again");
                    outcome = Err(error);
                }
            }
            if repetition < REPETITIONS {
                self.pause(repetition);
            }
        }
        outcome
    }

    /// Up to 10 ms before the first repetition, then twice that, and so on: those who met do not meet again.
    #[expect(
        clippy::disallowed_methods,
        reason = "nothing else waits on this thread, and it waits for no condition"
    )]
    fn pause(&mut self, repetition: u32) {
        // SplitMix64 (Steele, Lea, Flood 2014): no secret depends on it.
        self.jitter = self.jitter.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.jitter;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        std::thread::sleep(Duration::from_micros(mixed % (10_000_u64 << repetition)));
    }
}

/// Microseconds, for an observer.
pub(super) fn micros(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}
