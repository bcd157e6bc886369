//! Initial access tokens (RFC 7591 §3), by their digests.

use super::super::Conn;
use crate::store::convert::{Column, json};
use crate::store::schema::initial_access_tokens::{self, dsl};
use crate::store::{Spent, StoreError};
use diesel::prelude::*;
use vouchsafe_core::model::{Digest, InitialAccessToken, InitialToken, UnixTime};

#[derive(Queryable, Selectable)]
#[diesel(table_name = initial_access_tokens)]
struct Row {
    id: String,
    uses_left: i64,
    scopes: String,
    created_by: String,
    created_at: i64,
    expires_at: i64,
}

/// Adds a token.
pub fn add(
    c: &mut Conn,
    token: &InitialToken,
    digest: &Digest<InitialAccessToken>,
) -> Result<(), StoreError> {
    let row = (
        dsl::id.eq(&token.id),
        dsl::digest.eq(&digest.as_bytes()[..]),
        dsl::uses_left.eq(token.uses_left),
        dsl::scopes.eq(json(&token.scopes)?),
        dsl::created_by.eq(&token.created_by),
        dsl::created_at.eq(token.created_at.millis()),
        dsl::expires_at.eq(token.expires_at.millis()),
    );
    diesel::insert_into(initial_access_tokens::table)
        .values(row)
        .execute(c)?;
    Ok(())
}

/// A token that can be used now. Only informs: [`spend`] decides.
pub fn find(
    c: &mut Conn,
    digest: &Digest<InitialAccessToken>,
    now: UnixTime,
) -> Result<Option<InitialToken>, StoreError> {
    let row: Option<Row> = initial_access_tokens::table
        .filter(dsl::digest.eq(&digest.as_bytes()[..]))
        .filter(dsl::uses_left.gt(0))
        .filter(dsl::expires_at.gt(now.millis()))
        .select(Row::as_select())
        .first(c)
        .optional()?;
    row.map(read).transpose()
}

/// Uses a token once.
pub fn spend(
    c: &mut Conn,
    digest: &Digest<InitialAccessToken>,
    now: UnixTime,
) -> Result<Spent<()>, StoreError> {
    let usable = initial_access_tokens::table
        .filter(dsl::digest.eq(&digest.as_bytes()[..]))
        .filter(dsl::uses_left.gt(0))
        .filter(dsl::expires_at.gt(now.millis()));
    let spent = diesel::update(usable)
        .set(dsl::uses_left.eq(dsl::uses_left - 1))
        .execute(c)?;
    Ok(if spent == 1 {
        Spent::Now(())
    } else {
        Spent::Unknown
    })
}

/// Revokes a token; `false` when there is none with this id.
pub fn remove(c: &mut Conn, id: &str) -> Result<bool, StoreError> {
    Ok(diesel::delete(initial_access_tokens::table.find(id)).execute(c)? == 1)
}

/// Tokens in order of their ids, after the given one.
pub fn page(c: &mut Conn, after: Option<&str>, limit: i64) -> Result<Vec<InitialToken>, StoreError> {
    let rows: Vec<Row> = initial_access_tokens::table
        .filter(dsl::id.gt(after.unwrap_or_default()))
        .order(dsl::id)
        .limit(limit)
        .select(Row::as_select())
        .load(c)?;
    rows.into_iter().map(read).collect()
}

fn read(row: Row) -> Result<InitialToken, StoreError> {
    Ok(InitialToken {
        id: row.id,
        uses_left: row.uses_left,
        scopes: Column("initial_access_tokens", "scopes").json(&row.scopes)?,
        created_by: row.created_by,
        created_at: UnixTime::from_millis(row.created_at),
        expires_at: UnixTime::from_millis(row.expires_at),
    })
}
