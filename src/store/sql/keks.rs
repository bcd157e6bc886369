//! Check values of key-encryption keys: a database recognises the keys that it was sealed with.

use super::super::Conn;
use super::issuer_state::bump_config_version;
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

/// Adds the first check value of a database, and returns all there are: one that another node added, when that was
/// first.
pub fn add_first(c: &mut Conn, kek: &KekCheck) -> Result<Vec<KekCheck>, StoreError> {
    // One after the other: there is no row of this table to lock yet.
    bump_config_version(c)?;
    if keks::table.count().get_result::<i64>(c)? == 0 {
        add(c, kek)?;
    }
    all(c)
}

/// Keeps a check value where it is until the transaction ends; `false` when it is there no more.
pub fn hold(c: &mut Conn, id: &str) -> Result<bool, StoreError> {
    let held = for_share!(keks::table.find(id).select(dsl::id));
    Ok(held.get_result::<String>(c).optional()?.is_some())
}

/// Waits for those who seal something, and makes others wait.
pub fn lock_all(c: &mut Conn) -> Result<(), StoreError> {
    for_update!(keks::table.select(dsl::id)).load::<String>(c)?;
    Ok(())
}

/// Removes the check values of all other keys, and returns their ids.
pub fn retire_all_but(c: &mut Conn, id: &str) -> Result<Vec<String>, StoreError> {
    Ok(diesel::delete(keks::table.filter(dsl::id.ne(id)))
        .returning(dsl::id)
        .get_results(c)?)
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
