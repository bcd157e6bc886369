//! A thread that reads beside the writer: in WAL mode neither waits for the other.

use super::{Conn, connect_read_only};
use crate::store::attempts::Attempts;
use crate::store::job::Queued;
use crate::store::{StoreError, StoreOptions, Tx};
use std::path::{Path, PathBuf};

pub(super) struct Reader {
    path: PathBuf,
    conn: Option<Conn>,
    attempts: Attempts,
}

impl Reader {
    pub(super) fn new(path: &Path, options: &StoreOptions, number: usize) -> Self {
        Self {
            path: path.to_owned(),
            conn: None,
            attempts: Attempts::new(options, number),
        }
    }

    pub(super) fn serve(&mut self, work: Queued) {
        let (path, conn) = (&self.path, &mut self.conn);
        self.attempts.serve(work, |work| attempt(path, conn, work).into());
    }
}

fn attempt(path: &Path, slot: &mut Option<Conn>, work: &mut Queued) -> Result<(), StoreError> {
    let mut conn = match slot.take() {
        Some(conn) => conn,
        None => connect_read_only(path)?,
    };
    let verdict = work.run(&mut Tx::Sqlite(&mut conn));
    // A connection that failed is not used again.
    if !matches!(verdict, Err(StoreError::Unavailable(_))) {
        *slot = Some(conn);
    }
    verdict
}
