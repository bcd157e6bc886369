//! Administrators' sessions, found by the digest of their cookie, by their name, and page by page.

use super::super::Conn;
use crate::store::convert::instant;
use crate::store::listing::{AdminSessionsWanted, Page, Place};
use crate::store::schema::admin_sessions::{self, dsl};
use crate::store::{Spent, StoreError};
use diesel::prelude::*;
use vouchsafe_core::model::{AdminCookie, AdminSession, Digest, SessionId, UnixTime, UserId};

#[derive(Queryable, Selectable)]
#[diesel(table_name = admin_sessions)]
struct Row {
    id: String,
    user_id: String,
    started_at: i64,
    proven_at: i64,
    idle_expires_at: i64,
    expires_at: i64,
    ended_at: Option<i64>,
}

/// Adds a session.
pub fn add(c: &mut Conn, session: &AdminSession, cookie: &Digest<AdminCookie>) -> Result<(), StoreError> {
    let row = (
        dsl::id.eq(session.id.as_str()),
        dsl::cookie_digest.eq(&cookie.as_bytes()[..]),
        dsl::user_id.eq(session.user_id.as_str()),
        dsl::started_at.eq(session.started_at.millis()),
        dsl::proven_at.eq(session.proven_at.millis()),
        dsl::idle_expires_at.eq(session.idle_expires_at.millis()),
        dsl::expires_at.eq(session.expires_at.millis()),
    );
    diesel::insert_into(admin_sessions::table)
        .values(row)
        .execute(c)?;
    Ok(())
}

/// The session of this cookie, also when it has ended or expired.
pub fn by_digest(c: &mut Conn, cookie: &Digest<AdminCookie>) -> Result<Option<AdminSession>, StoreError> {
    let of_cookie = admin_sessions::table.filter(dsl::cookie_digest.eq(&cookie.as_bytes()[..]));
    let row = of_cookie.select(Row::as_select()).get_result(c).optional()?;
    Ok(row.map(read))
}

/// The session of this name, also when it has ended or expired.
pub fn by_id(c: &mut Conn, id: &SessionId) -> Result<Option<AdminSession>, StoreError> {
    let named = admin_sessions::table.find(id.as_str());
    let row = named.select(Row::as_select()).get_result(c).optional()?;
    Ok(row.map(read))
}

/// A page of those that stand.
pub fn page(c: &mut Conn, wanted: &AdminSessionsWanted) -> Result<Page<AdminSession>, StoreError> {
    let now = wanted.now.millis();
    let mut rows = admin_sessions::table
        .filter(dsl::ended_at.is_null())
        .filter(dsl::idle_expires_at.gt(now))
        .filter(dsl::expires_at.gt(now))
        .into_boxed();
    if let Some(user) = &wanted.user {
        rows = rows.filter(dsl::user_id.eq(user.as_str()));
    }
    if let Some(after) = &wanted.part.after {
        let (ends, id) = after.as_number();
        let older = dsl::expires_at
            .lt(ends)
            .or(dsl::expires_at.eq(ends).and(dsl::id.lt(id.to_owned())));
        rows = rows.filter(older);
    }
    // All last equally long: what ends last began last.
    let rows: Vec<Row> = rows
        .order((dsl::expires_at.desc(), dsl::id.desc()))
        .limit(wanted.part.limit.saturating_add(1))
        .select(Row::as_select())
        .load(c)?;
    let place = |row: &Row| Place::number(AdminSessionsWanted::ORDER, row.expires_at, &row.id);
    Ok(Page::of(rows, wanted.part.limit, place).map(read))
}

/// Moves the idle end of a session that has not ended; `false` when it has.
pub fn touch(c: &mut Conn, id: &SessionId, idle_expires_at: UnixTime) -> Result<bool, StoreError> {
    let live = admin_sessions::table
        .find(id.as_str())
        .filter(dsl::ended_at.is_null());
    Ok(diesel::update(live)
        .set(dsl::idle_expires_at.eq(idle_expires_at.millis()))
        .execute(c)?
        == 1)
}

/// Renews a session that has not ended after the password was given again: it gets another cookie. `false` when it
/// has ended.
pub fn prove(c: &mut Conn, session: &AdminSession, cookie: &Digest<AdminCookie>) -> Result<bool, StoreError> {
    let live = admin_sessions::table
        .find(session.id.as_str())
        .filter(dsl::ended_at.is_null());
    let change = (
        dsl::cookie_digest.eq(&cookie.as_bytes()[..]),
        dsl::proven_at.eq(session.proven_at.millis()),
        dsl::idle_expires_at.eq(session.idle_expires_at.millis()),
    );
    Ok(diesel::update(live).set(change).execute(c)? == 1)
}

/// Ends a session.
pub fn end(c: &mut Conn, id: &SessionId, now: UnixTime) -> Result<Spent<AdminSession>, StoreError> {
    let live = admin_sessions::table
        .find(id.as_str())
        .filter(dsl::ended_at.is_null());
    let won = diesel::update(live)
        .set(dsl::ended_at.eq(now.millis()))
        .returning(Row::as_returning())
        .get_result(c)
        .optional()?;
    if let Some(row) = won {
        return Ok(Spent::Now(read(row)));
    }
    let found = admin_sessions::table
        .find(id.as_str())
        .select(Row::as_select())
        .get_result(c)
        .optional()?;
    Ok(found.map_or(Spent::Unknown, |row| Spent::Before(read(row))))
}

/// Ends every session of a person and returns those that were live.
pub fn end_of_user(c: &mut Conn, user: &UserId, now: UnixTime) -> Result<Vec<AdminSession>, StoreError> {
    let live = admin_sessions::table
        .filter(dsl::user_id.eq(user.as_str()))
        .filter(dsl::ended_at.is_null());
    let rows = diesel::update(live)
        .set(dsl::ended_at.eq(now.millis()))
        .returning(Row::as_returning())
        .get_results(c)?;
    Ok(rows.into_iter().map(read).collect())
}

/// Ends every session but one, and returns those that were live.
pub fn end_all_but(
    c: &mut Conn,
    kept: Option<&SessionId>,
    now: UnixTime,
) -> Result<Vec<AdminSession>, StoreError> {
    let live = admin_sessions::table
        .filter(dsl::ended_at.is_null())
        .filter(dsl::expires_at.gt(now.millis()))
        .filter(dsl::id.ne(kept.map_or("", SessionId::as_str)));
    let rows = diesel::update(live)
        .set(dsl::ended_at.eq(now.millis()))
        .returning(Row::as_returning())
        .get_results(c)?;
    Ok(rows.into_iter().map(read).collect())
}

/// Removes every session of a person, ended or not.
pub fn remove_of_user(c: &mut Conn, user: &UserId) -> Result<usize, StoreError> {
    Ok(diesel::delete(admin_sessions::table.filter(dsl::user_id.eq(user.as_str()))).execute(c)?)
}

fn read(row: Row) -> AdminSession {
    AdminSession {
        id: SessionId::new(row.id),
        user_id: UserId::new(row.user_id),
        started_at: UnixTime::from_millis(row.started_at),
        proven_at: UnixTime::from_millis(row.proven_at),
        idle_expires_at: UnixTime::from_millis(row.idle_expires_at),
        expires_at: UnixTime::from_millis(row.expires_at),
        ended_at: instant(row.ended_at),
    }
}
