//! Work on its way to a thread that owns a connection, and the answer on its way back.

use super::{StoreError, Tx};
use crossbeam_channel::{Receiver, Sender, TrySendError};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// A piece of work in a queue.
pub(super) struct Queued {
    pub(super) name: &'static str,
    /// Whether it needs a transaction.
    pub(super) writes: bool,
    since: Instant,
    deadline: Instant,
    job: Box<dyn Job>,
}

/// The part of a job that does not depend on what it returns.
trait Job: Send {
    fn run(&mut self, tx: &mut Tx<'_>) -> Result<(), StoreError>;
    fn answer(self: Box<Self>, verdict: Result<(), StoreError>);
}

/// A closure, what it returned, and who waits for it.
struct Work<T, F> {
    closure: F,
    outcome: Option<T>,
    reply: Box<dyn FnOnce(Result<T, StoreError>) + Send>,
}

impl<T, F> Job for Work<T, F>
where
    T: Send,
    F: FnMut(&mut Tx<'_>) -> Result<T, StoreError> + Send,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> Result<(), StoreError> {
        self.outcome = None;
        self.outcome = Some((self.closure)(tx)?);
        Ok(())
    }

    fn answer(self: Box<Self>, verdict: Result<(), StoreError>) {
        let Self { outcome, reply, .. } = *self;
        let missing = || StoreError::Refused("the work was not run".to_owned());
        reply(verdict.and_then(|()| outcome.ok_or_else(missing)));
    }
}

impl Queued {
    pub(super) fn new<T, F, R>(
        name: &'static str,
        writes: bool,
        patience: Duration,
        closure: F,
        reply: R,
    ) -> Self
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
        R: FnOnce(Result<T, StoreError>) + Send + 'static,
    {
        let since = now();
        let job = Box::new(Work {
            closure,
            outcome: None,
            reply: Box::new(reply),
        });
        Self {
            name,
            writes,
            since,
            deadline: since + patience,
            job,
        }
    }

    /// Runs the closure. It may be run again after a failure; a panic is a failure.
    pub(super) fn run(&mut self, tx: &mut Tx<'_>) -> Result<(), StoreError> {
        // The closure is not used after a panic, only dropped, and the transaction is rolled back.
        catch_unwind(AssertUnwindSafe(|| self.job.run(tx))).unwrap_or_else(|_| {
            tracing::error!(work = self.name, "work on the database panicked");
            Err(StoreError::Refused("the work panicked".to_owned()))
        })
    }

    /// Gives the answer to the one who waits.
    pub(super) fn answer(self, verdict: Result<(), StoreError>) {
        self.job.answer(verdict);
    }

    /// Nobody waits any longer.
    pub(super) fn is_late(&self) -> bool {
        now() >= self.deadline
    }

    /// How long it has been waiting.
    pub(super) fn waited(&self) -> Duration {
        self.since.elapsed()
    }
}

/// Puts work into a queue of bounded length.
pub(super) fn enqueue(queue: &Sender<Queued>, work: Queued) -> Result<(), StoreError> {
    queue.try_send(work).map_err(|refused| match refused {
        TrySendError::Full(_) => StoreError::Busy,
        TrySendError::Disconnected(_) => StoreError::Unavailable("the store is closed".to_owned()),
    })
}

/// Serves a queue until it is closed. Whatever panics is logged, and the thread goes on.
pub(super) fn serve(queue: &Receiver<Queued>, mut serve_one: impl FnMut(Queued)) {
    while let Ok(work) = queue.recv() {
        if catch_unwind(AssertUnwindSafe(|| serve_one(work))).is_err() {
            tracing::error!("a thread of the store panicked and goes on");
        }
    }
}

pub(super) fn late() -> StoreError {
    StoreError::Unavailable("no answer within the deadline".to_owned())
}

#[expect(
    clippy::disallowed_methods,
    reason = "deadlines of queued work; the time of the domain is an argument"
)]
pub(super) fn now() -> Instant {
    Instant::now()
}
