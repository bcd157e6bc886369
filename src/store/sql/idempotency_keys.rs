//! Requests that made something, by the key that their caller gave them.

use super::super::Conn;
use crate::store::schema::idempotency_keys::{self, dsl};
use crate::store::{IdempotencyKey, StoreError};
use diesel::prelude::*;
use vouchsafe_core::model::UnixTime;

/// Takes a key that nobody has; `false` when the caller has used it. Whoever takes the same at the same time waits.
pub fn reserve(c: &mut Conn, row: &IdempotencyKey, now: UnixTime) -> Result<bool, StoreError> {
    let same = idempotency_keys::table.find((&row.caller, &row.key));
    diesel::delete(same.filter(dsl::expires_at.le(now.millis()))).execute(c)?;
    let values = (
        dsl::caller.eq(&row.caller),
        dsl::key.eq(&row.key),
        dsl::digest.eq(&row.digest),
        dsl::made.eq(&row.made),
        dsl::expires_at.eq(row.expires_at.millis()),
    );
    Ok(diesel::insert_into(idempotency_keys::table)
        .values(values)
        .on_conflict_do_nothing()
        .execute(c)?
        == 1)
}

/// Notes what was made with a key.
pub fn made(c: &mut Conn, row: &IdempotencyKey, name: &str) -> Result<(), StoreError> {
    let same = idempotency_keys::table.find((&row.caller, &row.key));
    diesel::update(same).set(dsl::made.eq(name)).execute(c)?;
    Ok(())
}

/// Gives a key back with which nothing was made.
pub fn release(c: &mut Conn, row: &IdempotencyKey) -> Result<(), StoreError> {
    diesel::delete(idempotency_keys::table.find((&row.caller, &row.key))).execute(c)?;
    Ok(())
}

/// The request with this key.
pub fn find(c: &mut Conn, caller: &str, key: &str) -> Result<Option<IdempotencyKey>, StoreError> {
    let found: Option<(String, String, Vec<u8>, String, i64)> = idempotency_keys::table
        .find((caller, key))
        .get_result(c)
        .optional()?;
    Ok(
        found.map(|(caller, key, digest, made, expires_at)| IdempotencyKey {
            caller,
            key,
            digest,
            made,
            expires_at: UnixTime::from_millis(expires_at),
        }),
    )
}
