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
