//! How the store is set up, and who watches it.

use crate::ports::Clock;
use std::sync::Arc;
use std::time::Duration;

/// Settings of the store. The defaults suit a small machine.
#[derive(Clone)]
pub struct StoreOptions {
    /// How long a caller waits before it is told that the database is unavailable.
    pub deadline: Duration,
    /// How much work may wait in each queue before more is refused as busy.
    pub queue: usize,
    /// Connections to PostgreSQL, each with a thread of its own.
    pub connections: usize,
    /// Threads that read from SQLite beside the one that writes.
    pub readers: usize,
    /// Set behind a pooler that gives each transaction another connection: nothing is kept on a connection.
    pub transaction_pooler: bool,
    /// Where the jitter between attempts starts: different on each node.
    pub jitter_seed: u64,
    /// Asked for the time instead of the database: for tests.
    pub clock: Option<Arc<dyn Clock>>,
    /// Told about all work.
    pub observer: Option<Arc<dyn StoreObserver>>,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            deadline: Duration::from_secs(2),
            queue: 256,
            connections: 8,
            readers: 2,
            transaction_pooler: false,
            jitter_seed: 0,
            clock: None,
            observer: None,
        }
    }
}

/// Watches the store, for metrics.
pub trait StoreObserver: Send + Sync {
    /// Work was put into a queue (`read` or `write`) in which now this much waits.
    fn queued(&self, queue: &'static str, depth: usize);
    /// Work of this name ran, after waiting.
    fn ran(&self, name: &'static str, waited_us: u64, ran_us: u64, ok: bool);
}
