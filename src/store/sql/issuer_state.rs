//! The one row that the whole issuer shares. The first migration makes it.

use super::super::Conn;
use crate::store::schema::issuer_state::{self, dsl};
use crate::store::{IssuerState, StoreError};
use diesel::prelude::*;

/// Its only id.
pub(super) const ROW: i64 = 1;

/// Names the history of a new database; `false` when it has a name, which then stays.
pub fn init(c: &mut Conn, timeline: &str) -> Result<bool, StoreError> {
    let unnamed = issuer_state::table.find(ROW).filter(dsl::timeline.eq(""));
    Ok(diesel::update(unnamed)
        .set(dsl::timeline.eq(timeline))
        .execute(c)?
        == 1)
}

/// Gives the history another name, if it has this one still; whether it had.
pub fn rename(c: &mut Conn, was: &str, timeline: &str) -> Result<bool, StoreError> {
    let same = issuer_state::table.find(ROW).filter(dsl::timeline.eq(was));
    Ok(diesel::update(same).set(dsl::timeline.eq(timeline)).execute(c)? == 1)
}

/// Reads the row.
pub fn read(c: &mut Conn) -> Result<IssuerState, StoreError> {
    let row = issuer_state::table
        .find(ROW)
        .select((dsl::epoch, dsl::timeline, dsl::config_version));
    let (epoch, timeline, config_version) = row.get_result(c)?;
    Ok(IssuerState {
        epoch,
        timeline,
        config_version,
    })
}

/// Raises the epoch and returns the new one: everything that was given before is revoked.
pub fn raise_epoch(c: &mut Conn) -> Result<i64, StoreError> {
    bump_config_version(c)?;
    Ok(diesel::update(issuer_state::table.find(ROW))
        .set(dsl::epoch.eq(dsl::epoch + 1))
        .returning(dsl::epoch)
        .get_result(c)?)
}

/// Makes caches on every node read again. Part of the transaction that changes what they hold.
pub fn bump_config_version(c: &mut Conn) -> Result<(), StoreError> {
    let raised = dsl::config_version.eq(dsl::config_version + 1);
    diesel::update(issuer_state::table.find(ROW))
        .set(raised)
        .execute(c)?;
    Ok(())
}
