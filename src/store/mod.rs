//! The only place that speaks SQL: one query source, two databases.
//!
//! `sql/` holds each query once. `sqlite.rs` and `postgres.rs` compile the whole folder a second time for their own
//! connection type, and [`db!`](crate::db) picks the copy that fits a transaction:
//!
//! ```text
//! let user = store.read("user", move |tx| db!(tx, users::by_id(&id))).await?;
//! ```
//!
//! Rules for a closure given to [`Store::write`] or [`Store::read`]:
//! * it runs on a thread of the store and owns what it uses;
//! * it may run more than once (each time on a clean transaction), so it does nothing but database work;
//! * an error that a query returned must be returned: on PostgreSQL the transaction cannot go on after it;
//! * it is all or nothing, and nothing is answered before the commit.
//!
//! What can be used once is spent by one guarded statement; a read may inform, only that statement decides.
#![expect(
    clippy::duplicate_mod,
    reason = "sql/ is compiled once per database on purpose"
)]

mod attempts;
mod clock;
mod convert;
mod drift;
mod error;
mod job;
pub mod listing;
mod macros;
mod migrate;
mod options;
mod prepared;
mod row;
mod schema;
// First, so that an editor shows a query as the copy for SQLite.
pub mod sqlite;

pub mod postgres;

pub use clock::DatabaseClock;
pub use error::{StoreError, Unique};
pub use migrate::MigrationState;
pub use options::{StoreObserver, StoreOptions};
pub use row::{
    Advance, ClientRefusal, Counted, ExchangeGuard, FeedEntry, GrantsWanted, IdempotencyKey, IssuerState,
    KekCheck, KeySetFetch, NewSecret, PlacesGiven, Publication, Reauthentication, RefreshStart, Removed,
    Reserved, SecretFacts, ServerSecret, Slide, StatusBlock, StatusListRow, StoredSecret, Swept, TokenGiven,
};

use crate::config::DatabaseUrl;
use crossbeam_channel::Sender;
use job::{Queued, enqueue, late};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use tokio::sync::oneshot;

/// The database. Cheap to clone; the last clone closes it.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    url: DatabaseUrl,
    options: StoreOptions,
    queues: Option<Queues>,
    threads: Vec<JoinHandle<()>>,
}

/// Where work waits. On PostgreSQL the two are one queue.
struct Queues {
    write: Sender<Queued>,
    read: Sender<Queued>,
}

/// A transaction on one of the two databases; used with [`db!`](crate::db).
pub enum Tx<'c> {
    /// On SQLite.
    Sqlite(&'c mut sqlite::Conn),
    /// On PostgreSQL.
    Postgres(&'c mut postgres::Conn),
}

/// What became of an attempt to use up something that can be used once.
#[must_use]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spent<T> {
    /// This attempt used it.
    Now(T),
    /// It was used before.
    Before(T),
    /// There is no such thing.
    Unknown,
}

impl Store {
    /// Opens the database and starts the threads that work on it. Changes no schema: see [`Store::migrate`].
    /// PostgreSQL is connected to when there is work, and again whenever the connection was lost.
    ///
    /// # Errors
    /// When the file cannot be made or opened, or the URL cannot be read.
    pub fn open(url: &DatabaseUrl, options: StoreOptions) -> Result<Self, StoreError> {
        let (queues, threads) = match url {
            DatabaseUrl::Sqlite(path) => sqlite::start(path, &options)?,
            DatabaseUrl::Postgres(url) => postgres::start(url.expose(), &options)?,
        };
        Ok(Self(Arc::new(Inner {
            url: url.clone(),
            options,
            queues: Some(queues),
            threads,
        })))
    }

    /// Runs `work` in one transaction: all of it happens, or nothing.
    ///
    /// # Errors
    /// What `work` returned; [`StoreError::Busy`] when the queue is full or every attempt met another transaction;
    /// [`StoreError::Unavailable`] when the database failed or the deadline passed.
    pub async fn write<T, F>(&self, name: &'static str, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        self.answer(name, true, work).await
    }

    /// Runs `work`, which only reads. Each statement sees what was committed before it began.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub async fn read<T, F>(&self, name: &'static str, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        self.answer(name, false, work).await
    }

    /// [`Store::write`] for the command line: blocks the thread.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub fn write_blocking<T, F>(&self, name: &'static str, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        self.answer_blocking(name, true, work)
    }

    /// [`Store::read`] for the command line: blocks the thread.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub fn read_blocking<T, F>(&self, name: &'static str, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        self.answer_blocking(name, false, work)
    }

    async fn answer<T, F>(&self, name: &'static str, writes: bool, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        let patience = self.0.options.deadline;
        let (answer, answered) = oneshot::channel();
        self.submit(Queued::new(name, writes, patience, work, move |outcome| {
            // The caller may have gone away.
            let _ = answer.send(outcome);
        }))?;
        match tokio::time::timeout(patience, answered).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err(StoreError::Unavailable("the work was lost".to_owned())),
            Err(_) => Err(late()),
        }
    }

    fn answer_blocking<T, F>(&self, name: &'static str, writes: bool, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        let patience = self.0.options.deadline;
        let (answer, answered) = mpsc::sync_channel(1);
        self.submit(Queued::new(name, writes, patience, work, move |outcome| {
            let _ = answer.try_send(outcome);
        }))?;
        match answered.recv_timeout(patience) {
            Ok(outcome) => outcome,
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                Err(StoreError::Unavailable("the work was lost".to_owned()))
            }
            Err(mpsc::RecvTimeoutError::Timeout) => Err(late()),
        }
    }

    fn submit(&self, work: Queued) -> Result<(), StoreError> {
        let Some(queues) = &self.0.queues else {
            return Err(StoreError::Unavailable("the store is closed".to_owned()));
        };
        let (label, queue) = if work.writes {
            ("write", &queues.write)
        } else {
            ("read", &queues.read)
        };
        enqueue(queue, work)?;
        if let Some(observer) = &self.0.options.observer {
            observer.queued(label, queue.len());
        }
        Ok(())
    }
}

impl Drop for Inner {
    /// Lets the threads finish what waits, so that the files of SQLite are whole and closed.
    fn drop(&mut self) {
        self.queues = None;
        for thread in self.threads.drain(..) {
            // A closure may own the last clone; its thread cannot wait for itself.
            if thread.thread().id() != std::thread::current().id() {
                let _ = thread.join();
            }
        }
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Store({})", self.0.url)
    }
}
