//! Initial access tokens (RFC 7591 §3), by their digests.

use super::super::Conn;
use crate::store::convert::{Column, json};
use crate::store::listing::{InitialTokensWanted, Page, Place};
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
    name: String,
}

/// Adds a token.
pub fn add(
    c: &mut Conn,
    token: &InitialToken,
    digest: &Digest<InitialAccessToken>,
) -> Result<(), StoreError> {
    let row = (
        dsl::id.eq(&token.id),
        dsl::name.eq(&token.name),
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

/// A page of the tokens that have not expired, the newest first.
pub fn page(c: &mut Conn, wanted: &InitialTokensWanted) -> Result<Page<InitialToken>, StoreError> {
    let mut rows = initial_access_tokens::table
        .filter(dsl::expires_at.gt(wanted.now.millis()))
        .into_boxed();
    if let Some(after) = &wanted.part.after {
        let (made, id) = after.as_number();
        let older = dsl::created_at
            .lt(made)
            .or(dsl::created_at.eq(made).and(dsl::id.lt(id.to_owned())));
        rows = rows.filter(older);
    }
    let rows: Vec<Row> = rows
        .order((dsl::created_at.desc(), dsl::id.desc()))
        .limit(wanted.part.limit.saturating_add(1))
        .select(Row::as_select())
        .load(c)?;
    Page::of(rows, wanted.part.limit, |row| {
        Place::number(InitialTokensWanted::ORDER, row.created_at, &row.id)
    })
    .try_map(read)
}

/// The token with this id, also one that has expired.
pub fn by_id(c: &mut Conn, id: &str) -> Result<Option<InitialToken>, StoreError> {
    let row: Option<Row> = initial_access_tokens::table
        .find(id)
        .select(Row::as_select())
        .get_result(c)
        .optional()?;
    row.map(read).transpose()
}

fn read(row: Row) -> Result<InitialToken, StoreError> {
    Ok(InitialToken {
        id: row.id,
        name: row.name,
        uses_left: row.uses_left,
        scopes: Column("initial_access_tokens", "scopes").json(&row.scopes)?,
        created_by: row.created_by,
        created_at: UnixTime::from_millis(row.created_at),
        expires_at: UnixTime::from_millis(row.expires_at),
    })
}
