//! Sign-in sessions, found by the digest of their cookie.

use super::super::Conn;
use super::issuer_state::ROW as ISSUER;
use crate::store::convert::{Column, instant, json, millis};
use crate::store::listing::{Page, Place, SessionsWanted};
use crate::store::prepared::Prepared;
use crate::store::schema::sessions::{self, dsl};
use crate::store::schema::{clients, issuer_state, users};
use crate::store::{Reauthentication, Spent, StoreError};
use diesel::prelude::*;
use vouchsafe_core::model::{ClientId, Digest, Session, SessionCookie, SessionId, UnixTime, User, UserId};

#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions)]
struct Row {
    id: String,
    user_id: String,
    auth_time: i64,
    acr: String,
    amr: String,
    idle_expires_at: i64,
    expires_at: i64,
    remember: bool,
    ended_at: Option<i64>,
}

/// Adds a session.
pub fn add(c: &mut Conn, session: &Session, cookie: &Digest<SessionCookie>) -> Result<(), StoreError> {
    let row = (
        dsl::id.eq(session.id.as_str()),
        dsl::cookie_digest.eq(&cookie.as_bytes()[..]),
        dsl::user_id.eq(session.user_id.as_str()),
        dsl::auth_time.eq(session.auth_time.millis()),
        dsl::acr.eq(&session.acr),
        dsl::amr.eq(json(&session.amr)?),
        dsl::idle_expires_at.eq(session.idle_expires_at.millis()),
        dsl::expires_at.eq(session.expires_at.millis()),
        dsl::remember.eq(session.remember),
        dsl::ended_at.eq(millis(session.ended_at)),
    );
    diesel::insert_into(sessions::table).values(row).execute(c)?;
    Ok(())
}

/// The session of this cookie, also when it has ended or expired, and whose it is.
pub fn by_digest(
    c: &mut Conn,
    cookie: &Digest<SessionCookie>,
) -> Result<Option<(Session, User)>, StoreError> {
    let of_cookie = sessions::table
        .filter(dsl::cookie_digest.eq(&cookie.as_bytes()[..]))
        .inner_join(users::table.on(users::id.eq(dsl::user_id)));
    let found: Option<(Row, super::users::Row)> = of_cookie
        .select((Row::as_select(), super::users::Row::as_select()))
        .get_result(c)
        .optional()?;
    found
        .map(|(session, user)| Ok((read(session)?, super::users::read(user)?)))
        .transpose()
}

/// The session with this id, also when it has ended or expired.
pub fn by_id(c: &mut Conn, id: &SessionId) -> Result<Option<Session>, StoreError> {
    sessions::table
        .find(id.as_str())
        .select(Row::as_select())
        .get_result(c)
        .optional()?
        .map(read)
        .transpose()
}

/// The same, and the epochs in which a grant to this client is made. None when one of them is gone.
pub fn with_epochs(
    c: &mut Conn,
    id: &SessionId,
    client: &ClientId,
) -> Result<Option<(Session, [i64; 2])>, StoreError> {
    let found: Option<(Row, i64, i64)> = sessions::table
        .find(id.as_str())
        // A join owns what it is on.
        .inner_join(clients::table.on(clients::id.eq(client.as_str().to_owned())))
        .inner_join(issuer_state::table.on(issuer_state::id.eq(ISSUER)))
        .select((Row::as_select(), issuer_state::epoch, clients::epoch))
        .get_result(c)
        .optional()?;
    found
        .map(|(row, of_issuer, of_client)| Ok((read(row)?, [of_issuer, of_client])))
        .transpose()
}

/// Moves the idle end of a session that has not ended; `false` when it has.
pub fn touch(c: &mut Conn, id: &SessionId, idle_expires_at: UnixTime) -> Result<bool, StoreError> {
    let live = sessions::table.find(id.as_str()).filter(dsl::ended_at.is_null());
    let moved = diesel::update(live).set(dsl::idle_expires_at.eq(idle_expires_at.millis()));
    Ok(Prepared(moved).execute(c)? == 1)
}

/// Renews a session that has not ended after the person proved again who they are: it gets another cookie, so that
/// one planted before the sign-in is worth nothing. `None` when the session has ended.
pub fn reauthenticate(
    c: &mut Conn,
    id: &SessionId,
    cookie: &Digest<SessionCookie>,
    renewed: &Reauthentication,
) -> Result<Option<Session>, StoreError> {
    let live = sessions::table.find(id.as_str()).filter(dsl::ended_at.is_null());
    let change = (
        dsl::cookie_digest.eq(&cookie.as_bytes()[..]),
        dsl::auth_time.eq(renewed.signed_in.auth_time.millis()),
        dsl::acr.eq(&renewed.signed_in.acr),
        dsl::amr.eq(json(&renewed.signed_in.amr)?),
        dsl::idle_expires_at.eq(renewed.idle_expires_at.millis()),
        dsl::expires_at.eq(renewed.expires_at.millis()),
        dsl::remember.eq(renewed.remember),
    );
    let row = diesel::update(live)
        .set(change)
        .returning(Row::as_returning())
        .get_result(c)
        .optional()?;
    row.map(read).transpose()
}

/// Ends a session.
pub fn end(c: &mut Conn, id: &SessionId, now: UnixTime) -> Result<Spent<Session>, StoreError> {
    let live = sessions::table.find(id.as_str()).filter(dsl::ended_at.is_null());
    let change = dsl::ended_at.eq(now.millis());
    let won = diesel::update(live)
        .set(change)
        .returning(Row::as_returning())
        .get_result(c)
        .optional()?;
    if let Some(row) = won {
        return read(row).map(Spent::Now);
    }
    Ok(by_id(c, id)?.map_or(Spent::Unknown, Spent::Before))
}

/// Ends every session of a person and returns those that were live.
pub fn end_of_user(c: &mut Conn, user: &UserId, now: UnixTime) -> Result<Vec<Session>, StoreError> {
    let live = sessions::table
        .filter(dsl::user_id.eq(user.as_str()))
        .filter(dsl::ended_at.is_null());
    let change = dsl::ended_at.eq(now.millis());
    let rows = diesel::update(live)
        .set(change)
        .returning(Row::as_returning())
        .get_results(c)?;
    rows.into_iter().map(read).collect()
}

/// Sessions that stand at `now`, of one person or of all, in order of their ids, after the given one.
pub fn list(
    c: &mut Conn,
    after: Option<&SessionId>,
    user: Option<&UserId>,
    now: UnixTime,
    limit: i64,
) -> Result<Vec<Session>, StoreError> {
    let mut live = sessions::table
        .filter(dsl::id.gt(after.map_or("", SessionId::as_str)))
        .filter(dsl::ended_at.is_null())
        .filter(dsl::idle_expires_at.gt(now.millis()))
        .filter(dsl::expires_at.gt(now.millis()))
        .into_boxed();
    if let Some(user) = user {
        live = live.filter(dsl::user_id.eq(user.as_str()));
    }
    let rows: Vec<Row> = live
        .order(dsl::id)
        .limit(limit)
        .select(Row::as_select())
        .load(c)?;
    rows.into_iter().map(read).collect()
}

/// A page of the sessions that stand.
pub fn page(c: &mut Conn, wanted: &SessionsWanted) -> Result<Page<Session>, StoreError> {
    let after = wanted.part.after.as_ref();
    let after = after.map(|place| SessionId::new(place.as_text().0));
    let limit = wanted.part.limit;
    let rows = list(
        c,
        after.as_ref(),
        wanted.user.as_ref(),
        wanted.now,
        limit.saturating_add(1),
    )?;
    Ok(Page::of(rows, limit, |session| {
        Place::text("session", session.id.as_str(), "")
    }))
}

/// How many sessions stand at `now`.
pub fn count_standing(c: &mut Conn, now: UnixTime) -> Result<i64, StoreError> {
    let standing = sessions::table
        .filter(dsl::ended_at.is_null())
        .filter(dsl::idle_expires_at.gt(now.millis()))
        .filter(dsl::expires_at.gt(now.millis()));
    Ok(standing.count().get_result(c)?)
}

/// How many sessions have ended since an instant.
pub fn count_ended_since(c: &mut Conn, since: UnixTime) -> Result<i64, StoreError> {
    let ended = sessions::table.filter(dsl::ended_at.ge(since.millis()));
    Ok(ended.count().get_result(c)?)
}

/// Ends up to `limit` sessions of whomever, and returns them.
pub fn end_some(c: &mut Conn, now: UnixTime, limit: i64) -> Result<Vec<Session>, StoreError> {
    let live: Vec<String> = sessions::table
        .filter(dsl::ended_at.is_null())
        .filter(dsl::expires_at.gt(now.millis()))
        .select(dsl::id)
        .limit(limit)
        .load(c)?;
    let rows = diesel::update(
        sessions::table
            .filter(dsl::id.eq_any(live))
            .filter(dsl::ended_at.is_null()),
    )
    .set(dsl::ended_at.eq(now.millis()))
    .returning(Row::as_returning())
    .get_results(c)?;
    rows.into_iter().map(read).collect()
}

/// Removes every session of a person, ended or not.
pub fn remove_of_user(c: &mut Conn, user: &UserId) -> Result<usize, StoreError> {
    Ok(diesel::delete(sessions::table.filter(dsl::user_id.eq(user.as_str()))).execute(c)?)
}

fn read(row: Row) -> Result<Session, StoreError> {
    Ok(Session {
        id: SessionId::new(row.id),
        user_id: UserId::new(row.user_id),
        auth_time: UnixTime::from_millis(row.auth_time),
        acr: row.acr,
        amr: Column("sessions", "amr").json(&row.amr)?,
        idle_expires_at: UnixTime::from_millis(row.idle_expires_at),
        expires_at: UnixTime::from_millis(row.expires_at),
        remember: row.remember,
        ended_at: instant(row.ended_at),
    })
}
