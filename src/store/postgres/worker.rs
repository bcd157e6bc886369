//! One thread of the pool: owns a connection, and makes a new one whenever the old one failed.

use super::{Conn, Target};
use crate::store::attempts::{Attempt, Attempts};
use crate::store::job::Queued;
use crate::store::{StoreError, StoreOptions, Tx};
use diesel::connection::SimpleConnection as _;

pub(super) struct Worker {
    target: Target,
    conn: Option<Conn>,
    attempts: Attempts,
}

impl Worker {
    pub(super) fn new(target: Target, options: &StoreOptions, number: usize) -> Self {
        Self {
            target,
            conn: None,
            attempts: Attempts::new(options, number),
        }
    }

    pub(super) fn serve(&mut self, work: Queued) {
        let (target, slot) = (&self.target, &mut self.conn);
        self.attempts.serve(work, |work| {
            // A server that cannot be reached is not asked again for the same work.
            let mut conn = match slot.take().map_or_else(|| target.connect(), Ok) {
                Ok(conn) => conn,
                Err(error) => return Attempt::Over(Err(error)),
            };
            // Behind a pooler, a read needs a transaction too, or its timeout would stay on a shared connection.
            let (attempt, usable) = if work.writes || target.keeps_nothing() {
                transaction(&mut conn, target, work)
            } else {
                let verdict = work.run(&mut Tx::Postgres(&mut conn));
                let usable = !failed(&verdict);
                (verdict.into(), usable)
            };
            if usable {
                *slot = Some(conn);
            }
            attempt
        });
    }
}

/// Runs `work` between BEGIN and COMMIT. The flag says whether the connection can be used again.
fn transaction(conn: &mut Conn, target: &Target, work: &mut Queued) -> (Attempt, bool) {
    if let Err(error) = conn.batch_execute(&target.begin()) {
        return (Attempt::Again(error.into()), false);
    }
    let verdict = work.run(&mut Tx::Postgres(conn));
    if verdict.is_err() {
        // Also after a timeout or a lost connection, of which the server may not have heard.
        let usable = !failed(&verdict) && conn.batch_execute("ROLLBACK").is_ok();
        return (verdict.into(), usable);
    }
    match conn.batch_execute("COMMIT").map_err(StoreError::from) {
        Ok(()) => (Attempt::Over(Ok(())), true),
        // The server says that it rolled back.
        Err(StoreError::Busy) => (Attempt::Again(StoreError::Busy), false),
        // Nobody knows whether it was committed: it must not run again by itself.
        Err(error) => (
            Attempt::Over(Err(StoreError::Unavailable(error.to_string()))),
            false,
        ),
    }
}

fn failed(verdict: &Result<(), StoreError>) -> bool {
    matches!(verdict, Err(StoreError::Unavailable(_)))
}
