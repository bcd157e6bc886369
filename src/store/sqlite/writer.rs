//! The thread that writes: commits what waits together, so that many share one sync of the disk.

use super::{Conn, connect};
use crate::store::attempts::micros;
use crate::store::job::{Queued, late, now};
use crate::store::{StoreError, StoreObserver, StoreOptions, Tx};
use crossbeam_channel::Receiver;
use diesel::connection::SimpleConnection as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// The most jobs that share a commit.
const BATCH: usize = 64;
/// The longest that the first job of a batch waits for others that are already in the queue.
const BATCH_TIME: Duration = Duration::from_millis(5);

pub(super) struct Writer {
    path: PathBuf,
    conn: Option<Conn>,
    observer: Option<Arc<dyn StoreObserver>>,
}

/// A job that ran, and what is to be answered after the commit.
struct Ran {
    work: Queued,
    verdict: Result<(), StoreError>,
    waited: Duration,
    took: Duration,
}

impl Writer {
    pub(super) fn new(path: &Path, options: &StoreOptions) -> Self {
        Self {
            path: path.to_owned(),
            conn: None,
            observer: options.observer.clone(),
        }
    }

    /// Opens the connection unless it is open.
    pub(super) fn open(&mut self) -> Result<&mut Conn, StoreError> {
        if self.conn.is_none() {
            self.conn = Some(connect(&self.path)?);
        }
        self.conn
            .as_mut()
            .ok_or_else(|| StoreError::Unavailable("the connection is closed".to_owned()))
    }

    /// Runs `first` and what waits behind it in one transaction, then answers all of them.
    pub(super) fn batch(&mut self, first: Queued, queue: &Receiver<Queued>) {
        if first.is_late() {
            return first.answer(Err(late()));
        }
        if let Err(error) = self.begin(&first) {
            return first.answer(Err(error));
        }
        let (done, outcome) = self.run_batch(first, queue);
        let outcome = outcome.and_then(|()| self.commit());
        if let Err(error) = &outcome {
            tracing::error!(%error, jobs = done.len(), "a batch of writes failed; the database is opened again");
            self.conn = None;
        }
        for ran in done {
            self.answer(ran, &outcome);
        }
    }

    /// Stops at the first failure of the database itself, which spoils the whole batch.
    fn run_batch(&mut self, first: Queued, queue: &Receiver<Queued>) -> (Vec<Ran>, Result<(), StoreError>) {
        let started = now();
        let mut done = Vec::new();
        let mut next = Some(first);
        while let Some(mut work) = next {
            if work.is_late() {
                work.answer(Err(late()));
            } else {
                let (waited, start) = (work.waited(), now());
                let kept = self.run_one(&mut work);
                let (verdict, spoiled) = match kept {
                    Ok(verdict) => (verdict, None),
                    Err(error) => (Ok(()), Some(error)),
                };
                done.push(Ran {
                    work,
                    verdict,
                    waited,
                    took: start.elapsed(),
                });
                if let Some(error) = spoiled {
                    return (done, Err(error));
                }
            }
            let more = done.len() < BATCH && started.elapsed() < BATCH_TIME;
            next = if more { queue.try_recv().ok() } else { None };
        }
        (done, Ok(()))
    }

    /// Runs one job inside a savepoint. `Err` means that the transaction around it is lost.
    fn run_one(&mut self, work: &mut Queued) -> Result<Result<(), StoreError>, StoreError> {
        let conn = self.open()?;
        conn.batch_execute("SAVEPOINT job")?;
        let verdict = work.run(&mut Tx::Sqlite(conn));
        match &verdict {
            Ok(()) => conn.batch_execute("RELEASE job")?,
            // SQLite may have rolled back everything, or what it says of the file cannot be relied on.
            Err(error) if error.spoils_the_transaction() => verdict.clone()?,
            Err(_) => conn.batch_execute("ROLLBACK TO job; RELEASE job")?,
        }
        Ok(verdict)
    }

    /// Takes the lock. Another process may hold it longer than SQLite's own patience: it is asked for again until
    /// nobody waits for the first job any more.
    fn begin(&mut self, first: &Queued) -> Result<(), StoreError> {
        loop {
            let begun = self
                .open()
                .and_then(|conn| Ok(conn.batch_execute("BEGIN IMMEDIATE")?));
            match begun {
                Err(StoreError::Busy) if !first.is_late() => {}
                Err(error @ StoreError::Unavailable(_)) => {
                    self.conn = None;
                    return Err(error);
                }
                over => return over,
            }
        }
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        let committed = self.open()?.batch_execute("COMMIT");
        committed.map_err(|error| StoreError::Unavailable(error.to_string()))
    }

    fn answer(&self, done: Ran, outcome: &Result<(), StoreError>) {
        let verdict = outcome.clone().and(done.verdict);
        if let Some(observer) = &self.observer {
            observer.ran(
                done.work.name,
                micros(done.waited),
                micros(done.took),
                verdict.is_ok(),
            );
        }
        done.work.answer(verdict);
    }
}
