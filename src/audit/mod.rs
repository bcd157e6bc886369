//! Security acts and the events that tell of them, written in one transaction with what they tell of.

mod act;
mod changes;
pub mod emergency;
mod ended_places;
pub mod export;
mod feed;
mod page;
mod publisher;
pub mod timeline;
mod turns;
pub mod verification;

pub use act::{Act, with};
pub use changes::{CHANGES, difference, with_changes};
pub use feed::{Feed, Position};
pub use page::Page;
pub use publisher::{Published, Publisher};
pub use turns::{Turn, Turns};

use crate::db;
use crate::store::{Spent, StoreError, Tx};
use vouchsafe_core::model::{EndReason, GrantId, SessionId};

/// Whether whoever did something is a person, and not a client, a command or the server itself.
#[must_use]
pub fn names_person(actor: &str) -> bool {
    !matches!(actor, "cli" | "server") && !actor.starts_with("client:")
}

/// What an act ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ended {
    /// Grants.
    pub grants: usize,
    /// Sign-in sessions.
    pub sessions: usize,
}

/// Ends a grant and tells of it. A grant that has ended before stays as it is, and nothing is told twice.
///
/// # Errors
/// When the store fails.
pub fn end_grant(tx: &mut Tx<'_>, act: &Act, gid: &GrantId, reason: EndReason) -> Result<Ended, StoreError> {
    match db!(tx, grants::end(gid, reason, act.now))? {
        Spent::Now(grant) => db!(tx, events::append(&act.grant_ended(&grant, reason)))?,
        Spent::Before(_) | Spent::Unknown => return Ok(Ended::default()),
    }
    Ok(Ended {
        grants: 1,
        sessions: 0,
    })
}

/// Ends a session with all grants that live in it, and tells of each; offline grants survive. A session that has
/// ended before stays as it is.
///
/// # Errors
/// When the store fails.
pub fn end_session(tx: &mut Tx<'_>, act: &Act, id: &SessionId) -> Result<Ended, StoreError> {
    let session = match db!(tx, sessions::end(id, act.now))? {
        Spent::Now(session) => session,
        Spent::Before(_) | Spent::Unknown => return Ok(Ended::default()),
    };
    let grants = db!(tx, grants::end_of_session(id, act.now))?;
    let mut told = vec![act.session_ended(&session, EndReason::SessionEnded)];
    told.extend(act.grants_ended(&grants, EndReason::SessionEnded));
    db!(tx, events::append_all(&told))?;
    Ok(Ended {
        grants: grants.len(),
        sessions: 1,
    })
}
