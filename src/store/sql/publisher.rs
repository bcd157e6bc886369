//! The publisher's row: who numbers events, how far it has come, and where the chains stand.

use super::super::Conn;
use crate::store::convert::Column;
use crate::store::schema::publisher_lease;
use crate::store::{Publication, Removed, StoreError};
use diesel::prelude::*;
use vouchsafe_core::model::revocation::ChainHash;
use vouchsafe_core::model::{AuditRecord, UnixTime};

const ROW: i64 = 1;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = publisher_lease)]
struct Row {
    id: i64,
    owner: String,
    expires_at: i64,
    published_to: i64,
    last_seq: i64,
    last_hash: Vec<u8>,
    feed_hash: Vec<u8>,
}

/// Makes the row of a new database; owned by nobody.
pub fn init(c: &mut Conn) -> Result<(), StoreError> {
    diesel::insert_into(publisher_lease::table)
        .values(Row::from(&Publication::default()))
        .on_conflict_do_nothing()
        .execute(c)?;
    Ok(())
}

/// How far publication has come.
pub fn read(c: &mut Conn) -> Result<Publication, StoreError> {
    let row: Option<Row> = publisher_lease::table
        .find(ROW)
        .select(Row::as_select())
        .get_result(c)
        .optional()?;
    row.map_or_else(|| Ok(Publication::default()), Publication::try_from)
}

/// The same, and nobody else changes it until the transaction ends.
pub fn lock(c: &mut Conn) -> Result<Publication, StoreError> {
    let row: Row = for_update!(publisher_lease::table.find(ROW).select(Row::as_select())).get_result(c)?;
    row.try_into()
}

/// Stores how far publication has come. Only for the one who has locked it.
pub fn save(c: &mut Conn, publication: &Publication) -> Result<(), StoreError> {
    diesel::update(publisher_lease::table.find(ROW))
        .set(Row::from(publication))
        .execute(c)?;
    Ok(())
}

/// Numbers events that have no number. Each comes with the value of the feed's chain before it, if it belongs to the
/// feed. Only for the one who has locked the publication.
pub fn number(c: &mut Conn, records: &[(AuditRecord, Option<ChainHash>)]) -> Result<(), StoreError> {
    if super::super::numbering::number(c, records)? == records.len() {
        Ok(())
    } else {
        Err(StoreError::Refused("an event was numbered by two".to_owned()))
    }
}

/// The last record that was removed.
pub fn removed(c: &mut Conn) -> Result<Removed, StoreError> {
    let row: Option<(i64, Vec<u8>)> = publisher_lease::table
        .find(ROW)
        .select((publisher_lease::removed_seq, publisher_lease::removed_hash))
        .get_result(c)
        .optional()?;
    Ok(row.map_or_else(Removed::default, |(seq, hash)| Removed { seq, hash }))
}

/// Remembers the last record that was removed, in the transaction that removes it.
pub fn save_removed(c: &mut Conn, removed: &Removed) -> Result<(), StoreError> {
    diesel::update(publisher_lease::table.find(ROW))
        .filter(publisher_lease::removed_seq.lt(removed.seq))
        .set((
            publisher_lease::removed_seq.eq(removed.seq),
            publisher_lease::removed_hash.eq(&removed.hash),
        ))
        .execute(c)?;
    Ok(())
}

impl From<&Publication> for Row {
    fn from(publication: &Publication) -> Self {
        Self {
            id: ROW,
            owner: publication.owner.clone(),
            expires_at: publication.lease_expires_at.millis(),
            published_to: publication.published_to.millis(),
            last_seq: publication.last_seq,
            last_hash: publication.last_hash.clone(),
            feed_hash: publication.feed_hash.to_vec(),
        }
    }
}

impl TryFrom<Row> for Publication {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        // The column came later than the row: empty means that nothing was ever published.
        let feed_hash = if row.feed_hash.is_empty() {
            ChainHash::default()
        } else {
            row.feed_hash
                .try_into()
                .map_err(|_| Column("publisher_lease", "feed_hash").corrupt())?
        };
        Ok(Self {
            owner: row.owner,
            lease_expires_at: UnixTime::from_millis(row.expires_at),
            published_to: UnixTime::from_millis(row.published_to),
            last_seq: row.last_seq,
            last_hash: row.last_hash,
            feed_hash,
        })
    }
}
