//! Signing keys: rows of a timetable. What a key may do is decided from all rows and the time.

use super::super::Conn;
use super::issuer_state::bump_config_version;
use crate::store::StoreError;
use crate::store::convert::{Column, instant, json, millis, word};
use crate::store::schema::signing_keys::{self, dsl};
use diesel::prelude::*;
use vouchsafe_core::model::{KeyUse, Kid, SigningKey, UnixTime};

#[derive(Queryable, Selectable)]
#[diesel(table_name = signing_keys)]
struct Row {
    kid: String,
    alg: String,
    seq: i64,
    created_at: i64,
    activate_at: i64,
    revoked_at: Option<i64>,
    public_jwk: String,
    sealed: Option<Vec<u8>>,
    kek_id: String,
}

/// Adds a key unless its place in the sequence is taken, and then raises the configuration version. `true` for the
/// one of several nodes that added it.
pub fn add(c: &mut Conn, key: &SigningKey) -> Result<bool, StoreError> {
    let row = (
        dsl::kid.eq(key.kid.as_str()),
        dsl::alg.eq(word(&key.alg)?),
        dsl::key_use.eq(word(&KeyUse::Sig)?),
        dsl::seq.eq(key.seq),
        dsl::created_at.eq(key.created_at.millis()),
        dsl::activate_at.eq(key.activate_at.millis()),
        dsl::revoked_at.eq(millis(key.revoked_at)),
        dsl::public_jwk.eq(json(&key.public_jwk)?),
        dsl::sealed.eq(&key.sealed),
        dsl::kek_id.eq(&key.kek_id),
    );
    let won = diesel::insert_into(signing_keys::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c)?
        == 1;
    if won {
        bump_config_version(c)?;
    }
    Ok(won)
}

/// Sets when a key begins to sign, and raises the configuration version; `false` when it was to begin at another time
/// than thought, or was revoked.
pub fn reschedule(c: &mut Conn, kid: &Kid, was: UnixTime, activate_at: UnixTime) -> Result<bool, StoreError> {
    let waiting = signing_keys::table
        .find(kid.as_str())
        .filter(dsl::activate_at.eq(was.millis()))
        .filter(dsl::revoked_at.is_null());
    let moved = diesel::update(waiting)
        .set(dsl::activate_at.eq(activate_at.millis()))
        .execute(c)?
        == 1;
    if moved {
        bump_config_version(c)?;
    }
    Ok(moved)
}

/// Revokes a key and raises the configuration version; `false` when it was revoked before, or is not there.
pub fn revoke(c: &mut Conn, kid: &Kid, now: UnixTime) -> Result<bool, StoreError> {
    let standing = signing_keys::table
        .find(kid.as_str())
        .filter(dsl::revoked_at.is_null());
    let revoked = diesel::update(standing)
        .set(dsl::revoked_at.eq(now.millis()))
        .execute(c)?
        == 1;
    if revoked {
        bump_config_version(c)?;
    }
    Ok(revoked)
}

/// Writes down how a key is sealed now, and raises the configuration version.
pub fn reseal(c: &mut Conn, key: &SigningKey) -> Result<(), StoreError> {
    diesel::update(signing_keys::table.find(key.kid.as_str()))
        .set((dsl::sealed.eq(&key.sealed), dsl::kek_id.eq(&key.kek_id)))
        .execute(c)?;
    bump_config_version(c)
}

/// Forgets the private halves of these keys.
pub fn forget_private_halves(c: &mut Conn, kids: &[Kid]) -> Result<(), StoreError> {
    let kids: Vec<&str> = kids.iter().map(Kid::as_str).collect();
    diesel::update(signing_keys::table.filter(dsl::kid.eq_any(kids)))
        .set(dsl::sealed.eq(None::<Vec<u8>>))
        .execute(c)?;
    Ok(())
}

/// All keys, removed ones included, by algorithm and sequence.
pub fn all(c: &mut Conn) -> Result<Vec<SigningKey>, StoreError> {
    let rows: Vec<Row> = signing_keys::table
        .order((dsl::alg, dsl::seq))
        .select(Row::as_select())
        .load(c)?;
    rows.into_iter().map(read).collect()
}

fn read(row: Row) -> Result<SigningKey, StoreError> {
    Ok(SigningKey {
        kid: Kid::new(row.kid),
        alg: Column("signing_keys", "alg").word(&row.alg)?,
        seq: row.seq,
        created_at: UnixTime::from_millis(row.created_at),
        activate_at: UnixTime::from_millis(row.activate_at),
        revoked_at: instant(row.revoked_at),
        public_jwk: Column("signing_keys", "public_jwk").json(&row.public_jwk)?,
        sealed: row.sealed,
        kek_id: row.kek_id,
    })
}
