//! How many read the whole log at once: each takes a connection to the database, and a processor, for long.

use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Verifications at once.
const VERIFICATIONS: usize = 1;
/// Exports at once.
const EXPORTS: usize = 2;

/// The turns of one server.
#[derive(Clone, Debug)]
pub struct Turns {
    verifications: Arc<Semaphore>,
    exports: Arc<Semaphore>,
}

/// A turn that was taken; given back when it goes.
#[derive(Debug)]
pub struct Turn(#[expect(dead_code, reason = "is held until it is dropped")] OwnedSemaphorePermit);

impl Default for Turns {
    fn default() -> Self {
        Self {
            verifications: Arc::new(Semaphore::new(VERIFICATIONS)),
            exports: Arc::new(Semaphore::new(EXPORTS)),
        }
    }
}

impl Turns {
    /// A turn to verify the log, if nobody else does.
    #[must_use]
    pub fn to_verify(&self) -> Option<Turn> {
        take(&self.verifications)
    }

    /// A turn to write the log as a file, if there are not too many who do.
    #[must_use]
    pub fn to_export(&self) -> Option<Turn> {
        take(&self.exports)
    }
}

fn take(turns: &Arc<Semaphore>) -> Option<Turn> {
    Arc::clone(turns).try_acquire_owned().ok().map(Turn)
}
