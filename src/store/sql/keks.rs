//! Check values of key-encryption keys: a database recognises the keys that it was sealed with.

use super::super::Conn;
use crate::store::schema::keks::{self, dsl};
use crate::store::{KekCheck, StoreError};
use diesel::prelude::*;
use vouchsafe_core::model::UnixTime;

/// Adds a check value unless the key is known; `true` for the one of several nodes that added it.
pub fn add(c: &mut Conn, kek: &KekCheck) -> Result<bool, StoreError> {
    let row = (
        dsl::id.eq(&kek.id),
        dsl::check_value.eq(&kek.check),
        dsl::created_at.eq(kek.created_at.millis()),
    );
    Ok(diesel::insert_into(keks::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c)?
        == 1)
}

/// All check values, oldest first.
pub fn all(c: &mut Conn) -> Result<Vec<KekCheck>, StoreError> {
    let rows: Vec<(String, Vec<u8>, i64)> = keks::table
        .order((dsl::created_at, dsl::id))
        .select((dsl::id, dsl::check_value, dsl::created_at))
        .load(c)?;
    let check = |(id, check, at)| KekCheck {
        id,
        check,
        created_at: UnixTime::from_millis(at),
    };
    Ok(rows.into_iter().map(check).collect())
}
