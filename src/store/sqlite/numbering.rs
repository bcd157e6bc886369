//! The numbers of many events, one after another: a statement costs no round trip here.

use super::Conn;
use crate::store::StoreError;
use crate::store::schema::events;
use diesel::prelude::*;
use vouchsafe_core::model::AuditRecord;
use vouchsafe_core::model::revocation::ChainHash;

/// Gives the numbers to those that have none, and says how many those were.
pub(super) fn number(
    c: &mut Conn,
    records: &[(AuditRecord, Option<ChainHash>)],
) -> Result<usize, StoreError> {
    let mut numbered = 0_usize;
    for (record, feed_before) in records {
        let unnumbered = events::table
            .find(record.event.id.as_str())
            .filter(events::seq.is_null());
        let change = (
            events::seq.eq(record.seq),
            events::previous.eq(&record.previous),
            events::hash.eq(&record.hash),
            events::feed_before.eq(feed_before.as_ref().map(|hash| &hash[..])),
        );
        numbered += diesel::update(unnumbered).set(change).execute(c)?;
    }
    Ok(numbered)
}
