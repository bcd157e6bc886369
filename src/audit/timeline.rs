//! A new timeline of the revocation feed, after the database was restored from a copy. The copy goes on with numbers that
//! its predecessor gave to other events; under another timeline nobody takes the ones for the others.

use super::Act;
use super::act::with;
use crate::db;
use crate::store::{StoreError, Tx};
use serde_json::json;
use vouchsafe_core::model::{EventKind, UnixTime};

/// Where the feed stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Its timeline.
    pub timeline: String,
    /// The last number that was given.
    pub seq: i64,
    /// Up to when everything is in it.
    pub published_to: UnixTime,
}

/// Reads where the feed stands.
///
/// # Errors
/// When the store fails.
pub fn standing(tx: &mut Tx<'_>) -> Result<Standing, StoreError> {
    let (state, publication) = (db!(tx, issuer_state::read())?, db!(tx, publisher::read())?);
    Ok(Standing {
        timeline: state.timeline,
        seq: publication.last_seq,
        published_to: publication.published_to,
    })
}

/// Gives the feed a new timeline in place of `was`, and tells of it. `false` when it has another one already.
///
/// # Errors
/// When the store fails.
pub fn begin(tx: &mut Tx<'_>, act: &Act, was: &str, timeline: &str) -> Result<bool, StoreError> {
    if !db!(tx, issuer_state::rename(was, timeline))? {
        return Ok(false);
    }
    let begun = with("timeline", json!(timeline), act.event(EventKind::TimelineBegun));
    let begun = with("was", json!(was), begun);
    db!(tx, events::append(&begun))?;
    Ok(true)
}
