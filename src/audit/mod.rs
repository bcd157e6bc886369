//! Security acts and the events that tell of them, written in one transaction.

mod occasion;

pub use occasion::Occasion;

use crate::cx::RequestId;
use crate::db;
use crate::ports::Entropy;
use crate::store::{Spent, StoreError, Tx};
use serde_json::{Map, json};
use vouchsafe_core::decide::issue::LONGEST_TOKEN;
use vouchsafe_core::model::{EndReason, Event, EventId, EventKind, Grant, GrantId, UnixTime};

/// Why, by whom and when a grant ends.
pub struct GrantEnd<'a> {
    /// Why.
    pub reason: EndReason,
    /// Who caused it: a `sub`, `client:<id>`, `cli` or `server`.
    pub actor: String,
    /// The HTTP request it happened in.
    pub request_id: Option<&'a RequestId>,
    /// When.
    pub now: UnixTime,
}

/// Ends a grant and tells of it. A grant that has ended before stays as it is, and nothing is told twice.
///
/// # Errors
/// When the store fails.
pub fn end_grant(
    tx: &mut Tx<'_>,
    entropy: &dyn Entropy,
    gid: &GrantId,
    end: &GrantEnd<'_>,
) -> Result<(), StoreError> {
    match db!(tx, grants::end(gid, end.reason, end.now))? {
        Spent::Now(grant) => db!(tx, events::append(&grant_ended(entropy, &grant, end))),
        Spent::Before(_) | Spent::Unknown => Ok(()),
    }
}

/// The event of a grant that was ended.
#[must_use]
pub fn grant_ended(entropy: &dyn Entropy, grant: &Grant, end: &GrantEnd<'_>) -> Event {
    let mut detail = Map::new();
    detail.insert("reason".to_owned(), json!(end.reason));
    Event {
        id: EventId::from_entropy(entropy.bytes()),
        at: end.now,
        kind: EventKind::GrantEnded,
        actor: end.actor.clone(),
        subject: Some(grant.user_id.as_str().to_owned()),
        client_id: Some(grant.client_id.clone()),
        target: Some(grant.id.as_str().to_owned()),
        value: None,
        request_id: end.request_id.map(|id| id.as_str().to_owned()),
        detail,
        expires_at: end.now.plus(LONGEST_TOKEN),
    }
}
