//! Token Status Lists: which there are, and how many of their counters nodes have taken.

use super::super::Conn;
use crate::store::convert::Column;
use crate::store::schema::status_lists::{self, dsl};
use crate::store::{StatusBlock, StatusListRow, StoreError};
use diesel::prelude::*;
use vouchsafe_core::decide::status_list::{BLOCK, PLACES};
use vouchsafe_core::decide::token_end::SKEW;
use vouchsafe_core::model::{StatusListId, UnixTime};

#[derive(Queryable, Selectable)]
#[diesel(table_name = status_lists)]
struct Row {
    id: String,
    seed: Vec<u8>,
    issuer_epoch: i64,
    leased: i64,
    closes_at: i64,
    expires_at: i64,
}

/// Adds a list without any taken counter, after all others; `false` when another node added one at the same time.
pub fn add(c: &mut Conn, list: &StatusListRow) -> Result<bool, StoreError> {
    let highest: Option<i64> = status_lists::table
        .select(diesel::dsl::max(dsl::number))
        .get_result(c)?;
    let row = (
        dsl::id.eq(list.id.as_str()),
        dsl::number.eq(highest.unwrap_or(0).saturating_add(1)),
        dsl::seed.eq(&list.seed[..]),
        dsl::issuer_epoch.eq(list.epoch),
        dsl::leased.eq(0),
        dsl::closes_at.eq(list.closes_at.millis()),
        dsl::expires_at.eq(list.expires_at.millis()),
    );
    Ok(diesel::insert_into(status_lists::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c)?
        == 1)
}

/// Takes a block of counters of the oldest list of this epoch that is open at `now`, has one left, and can be referred
/// to by tokens until `until`. Nobody else ever gets it.
pub fn lease(
    c: &mut Conn,
    epoch: i64,
    now: UnixTime,
    until: UnixTime,
) -> Result<Option<StatusBlock>, StoreError> {
    let (block, most) = (i64::from(BLOCK), i64::from(PLACES - BLOCK));
    let serves = status_lists::table
        .filter(dsl::issuer_epoch.eq(epoch))
        .filter(dsl::closes_at.gt(now.millis()))
        .filter(dsl::expires_at.ge(until.plus(SKEW).millis()));
    let oldest: Option<String> = serves
        .filter(dsl::leased.le(most))
        .order(dsl::number)
        .select(dsl::id)
        .first(c)
        .optional()?;
    let Some(oldest) = oldest else { return Ok(None) };
    let has_room = status_lists::table.find(oldest).filter(dsl::leased.le(most));
    let row: Option<Row> = diesel::update(has_room)
        .set(dsl::leased.eq(dsl::leased + block))
        .returning(Row::as_returning())
        .get_result(c)
        .optional()?;
    row.map(|row| {
        let first = u32::try_from(row.leased - block);
        Ok(StatusBlock {
            first: first.map_err(|_| Column("status_lists", "leased").corrupt())?,
            list: read(row)?,
        })
    })
    .transpose()
}

/// The list of this id.
pub fn by_id(c: &mut Conn, id: &StatusListId) -> Result<Option<StatusListRow>, StoreError> {
    let row: Option<Row> = status_lists::table
        .find(id.as_str())
        .select(Row::as_select())
        .get_result(c)
        .optional()?;
    row.map(read).transpose()
}

fn read(row: Row) -> Result<StatusListRow, StoreError> {
    let corrupt = |_| Column("status_lists", "seed").corrupt();
    Ok(StatusListRow {
        id: StatusListId::new(row.id),
        seed: row.seed.try_into().map_err(corrupt)?,
        epoch: row.issuer_epoch,
        closes_at: UnixTime::from_millis(row.closes_at),
        expires_at: UnixTime::from_millis(row.expires_at),
    })
}
