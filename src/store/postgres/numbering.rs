//! The numbers of many events, by one statement: each would be a round trip of its own.

use super::Conn;
use crate::store::StoreError;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Nullable, Text};
use vouchsafe_core::model::AuditRecord;
use vouchsafe_core::model::revocation::ChainHash;

const NUMBER: &str = "UPDATE events SET seq = n.seq, previous = n.previous, hash = n.hash, feed_before = n.feed_before \
    FROM unnest($1, $2, $3, $4, $5) AS n (id, seq, previous, hash, feed_before) \
    WHERE events.id = n.id AND events.seq IS NULL";

/// Gives the numbers to those that have none, and says how many those were.
pub(super) fn number(
    c: &mut Conn,
    records: &[(AuditRecord, Option<ChainHash>)],
) -> Result<usize, StoreError> {
    let each = || records.iter().map(|(record, _)| record);
    let ids: Vec<_> = each().map(|record| record.event.id.as_str()).collect();
    let numbers: Vec<_> = each().map(|record| record.seq).collect();
    let previous: Vec<_> = each().map(|record| &record.previous[..]).collect();
    let digests: Vec<_> = each().map(|record| &record.hash[..]).collect();
    let feed_before: Vec<_> = records
        .iter()
        .map(|(_, before)| before.as_ref().map(|hash| &hash[..]))
        .collect();
    Ok(diesel::sql_query(NUMBER)
        .bind::<Array<Text>, _>(ids)
        .bind::<Array<BigInt>, _>(numbers)
        .bind::<Array<Binary>, _>(previous)
        .bind::<Array<Binary>, _>(digests)
        .bind::<Array<Nullable<Binary>>, _>(feed_before)
        .execute(c)?)
}
