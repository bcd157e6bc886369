//! Grants: one authorization, one code, one row. Every step of its life is one guarded statement, which returns
//! columns of this row only; what is known about the person is read by a second statement of the same transaction
//! (an UPDATE that joined the person and waited for a role change would return the new version with the old role).
//!
//! Whoever ends grants or raises `gver` appends one event for each returned grant in the same transaction.

mod room;
mod row;
mod token;

pub use room::{count_live, oldest, remove_spent};

use super::super::Conn;
use crate::store::convert::word;
use crate::store::listing::{GrantsPage, Page, Place};
use crate::store::prepared::Prepared;
use crate::store::schema::grants::{self, dsl};
use crate::store::{Advance, ExchangeGuard, GrantsWanted, Slide, Spent, StoreError};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};
use row::Row;
use token::{Remembered, grown, unmoved};
use vouchsafe_core::model::{ClientId, Code, Digest, EndReason, Grant, GrantId, SessionId, UnixTime, UserId};

/// Adds a grant together with its code. The caller has taken the person's row with
/// [`lock_shared`](super::users::lock_shared) in the same transaction and found the person in good standing:
/// then no grant survives a ban or a disabling that happens at the same time.
pub fn add(c: &mut Conn, grant: &Grant, code: &Digest<Code>) -> Result<(), StoreError> {
    let row = Row::try_from(grant)?;
    diesel::insert_into(grants::table)
        .values((row, dsl::code_digest.eq(&code.as_bytes()[..])))
        .execute(c)?;
    Ok(())
}

/// The grant that was made with this code, whatever became of it.
pub fn by_code(c: &mut Conn, code: &Digest<Code>) -> Result<Option<Grant>, StoreError> {
    let made_with = grants::table.filter(dsl::code_digest.eq(&code.as_bytes()[..]));
    made_with
        .select(Row::as_select())
        .get_result(c)
        .optional()?
        .map(Grant::try_from)
        .transpose()
}

/// The grant with this `gid`, whatever became of it.
pub fn by_id(c: &mut Conn, id: &GrantId) -> Result<Option<Grant>, StoreError> {
    let found = grants::table
        .find(id.as_str())
        .select(Row::as_select())
        .get_result(c)
        .optional()?;
    found.map(Grant::try_from).transpose()
}

/// Exchanges a code: RFC 6749 §4.1.3 and RFC 7636 §4.6 in the WHERE of one statement. Of any number of attempts one
/// gets the grant; an attempt with a wrong client, address or verifier changes nothing.
pub fn exchange(
    c: &mut Conn,
    code: &Digest<Code>,
    guard: &ExchangeGuard,
) -> Result<Option<Grant>, StoreError> {
    let now = guard.now.millis();
    // NULL is a value here: no challenge must meet no verifier.
    let proven = dsl::code_challenge
        .eq(guard.code_challenge.as_deref())
        .or(dsl::code_challenge
            .is_null()
            .and(guard.code_challenge.is_none().into_sql::<Bool>()));
    let redeemable = grants::table
        .filter(dsl::code_digest.eq(&code.as_bytes()[..]))
        .filter(dsl::client_id.eq(guard.client_id.as_str()))
        .filter(dsl::redirect_uri.eq(&guard.redirect_uri))
        .filter(proven)
        .filter(dsl::code_used_at.is_null())
        .filter(dsl::code_expires_at.gt(now))
        .filter(dsl::expires_at.gt(now))
        .filter(dsl::ended_at.is_null());
    let token = Remembered::of(&guard.token)?;
    let change = (
        dsl::code_used_at.eq(now),
        guard.refresh.map(|start| {
            (
                dsl::refreshable.eq(true),
                dsl::idle_expires_at.eq(start.idle_expires_at.millis()),
            )
        }),
        dsl::access_until.eq(grown(token.until)),
        token.places.as_deref().map(|places| dsl::status.eq(places)),
    );
    let winning = diesel::update(redeemable.filter(unmoved(&token)))
        .set(change)
        .returning(Row::as_returning());
    let won = Prepared(winning).get_result(c).optional()?;
    won.map(Grant::try_from).transpose()
}

/// Takes one step of the refresh chain, if generation `from` still stands. Of any number of attempts one gets the
/// grant; the others read it and judge again. Every step raises the generation, so it alone is the guard.
pub fn advance(c: &mut Conn, id: &GrantId, from: i64, step: &Advance) -> Result<Option<Grant>, StoreError> {
    let token = Remembered::of(&step.token)?;
    let change = (
        dsl::generation.eq(step.to),
        dsl::parent.eq(step.parent),
        dsl::recovered.eq(step.recovered),
        dsl::rotated_at.eq(step.rotated_at.millis()),
        dsl::parent_at.eq(step.parent_at.map(UnixTime::millis)),
        dsl::idle_expires_at.eq(step.idle_expires_at.millis()),
        dsl::access_until.eq(grown(token.until)),
        token.places.as_deref().map(|places| dsl::status.eq(places)),
    );
    let standing = standing(id, from, step.rotated_at.millis());
    let winning = diesel::update(standing.filter(unmoved(&token)))
        .set(change)
        .returning(Row::as_returning());
    let won = Prepared(winning).get_result(c).optional()?;
    won.map(Grant::try_from).transpose()
}

/// Moves the idle end of a chain that does not rotate, and what is remembered of its tokens, if `generation` stands.
/// `None` when it does not, or the grant has ended or expired.
pub fn slide(
    c: &mut Conn,
    id: &GrantId,
    generation: i64,
    slide: &Slide,
) -> Result<Option<Grant>, StoreError> {
    let standing = standing(id, generation, slide.now.millis());
    let token = Remembered::of(&slide.token)?;
    let change = (
        dsl::idle_expires_at.eq(slide.idle_expires_at.millis()),
        dsl::access_until.eq(grown(token.until)),
        token.places.as_deref().map(|places| dsl::status.eq(places)),
    );
    let winning = diesel::update(standing.filter(unmoved(&token)))
        .set(change)
        .returning(Row::as_returning());
    let won = Prepared(winning).get_result(c).optional()?;
    won.map(Grant::try_from).transpose()
}

/// Ends a grant.
pub fn end(c: &mut Conn, id: &GrantId, reason: EndReason, now: UnixTime) -> Result<Spent<Grant>, StoreError> {
    let live = grants::table.find(id.as_str()).filter(dsl::ended_at.is_null());
    let change = (dsl::ended_at.eq(now.millis()), dsl::end_reason.eq(word(&reason)?));
    let won = diesel::update(live)
        .set(change)
        .returning(Row::as_returning())
        .get_result(c)
        .optional()?;
    if let Some(row) = won {
        return Grant::try_from(row).map(Spent::Now);
    }
    Ok(by_id(c, id)?.map_or(Spent::Unknown, Spent::Before))
}

/// Ends the grants of a person, those that outlive sessions only if `include_offline`, and returns those that were
/// live.
pub fn end_of_user(
    c: &mut Conn,
    user: &UserId,
    reason: EndReason,
    now: UnixTime,
    include_offline: bool,
) -> Result<Vec<Grant>, StoreError> {
    let live = grants::table
        .filter(dsl::user_id.eq(user.as_str()))
        .filter(dsl::ended_at.is_null())
        .filter(dsl::offline.eq(false).or(include_offline.into_sql::<Bool>()));
    let change = (dsl::ended_at.eq(now.millis()), dsl::end_reason.eq(word(&reason)?));
    let rows = diesel::update(live)
        .set(change)
        .returning(Row::as_returning())
        .get_results(c)?;
    rows.into_iter().map(Grant::try_from).collect()
}

/// Ends the grants that live in a session, and returns those that were live. Offline grants survive.
pub fn end_of_session(c: &mut Conn, session: &SessionId, now: UnixTime) -> Result<Vec<Grant>, StoreError> {
    let live = grants::table
        .filter(dsl::session_id.eq(session.as_str()))
        .filter(dsl::ended_at.is_null())
        .filter(dsl::offline.eq(false));
    let change = (
        dsl::ended_at.eq(now.millis()),
        dsl::end_reason.eq(word(&EndReason::SessionEnded)?),
    );
    let rows = diesel::update(live)
        .set(change)
        .returning(Row::as_returning())
        .get_results(c)?;
    rows.into_iter().map(Grant::try_from).collect()
}

/// Ends what a person gave to one client, and returns what was live of it.
pub fn end_of_pair(
    c: &mut Conn,
    user: &UserId,
    client: &ClientId,
    reason: EndReason,
    now: UnixTime,
) -> Result<Vec<Grant>, StoreError> {
    let live = grants::table
        .filter(dsl::user_id.eq(user.as_str()))
        .filter(dsl::client_id.eq(client.as_str()))
        .filter(dsl::ended_at.is_null());
    let change = (dsl::ended_at.eq(now.millis()), dsl::end_reason.eq(word(&reason)?));
    let rows = diesel::update(live)
        .set(change)
        .returning(Row::as_returning())
        .get_results(c)?;
    rows.into_iter().map(Grant::try_from).collect()
}

/// Ends up to `limit` grants of a client, and returns them.
pub fn end_some_of_client(
    c: &mut Conn,
    client: &ClientId,
    reason: EndReason,
    now: UnixTime,
    limit: i64,
) -> Result<Vec<Grant>, StoreError> {
    let live: Vec<String> = grants::table
        .filter(dsl::client_id.eq(client.as_str()))
        .filter(dsl::ended_at.is_null())
        .select(dsl::id)
        .limit(limit)
        .load(c)?;
    let change = (dsl::ended_at.eq(now.millis()), dsl::end_reason.eq(word(&reason)?));
    let rows = diesel::update(
        grants::table
            .filter(dsl::id.eq_any(live))
            .filter(dsl::ended_at.is_null()),
    )
    .set(change)
    .returning(Row::as_returning())
    .get_results(c)?;
    rows.into_iter().map(Grant::try_from).collect()
}

/// Grants that have neither ended nor expired at `now`, and whose codes were used, in order of their ids.
pub fn list(c: &mut Conn, wanted: &GrantsWanted, limit: i64) -> Result<Vec<Grant>, StoreError> {
    let rows: Vec<Row> = live(wanted)
        .order(dsl::id)
        .limit(limit)
        .select(Row::as_select())
        .load(c)?;
    rows.into_iter().map(Grant::try_from).collect()
}

/// How many grants [`list`] would list, counted to `most`.
pub fn count(c: &mut Conn, wanted: &GrantsWanted, most: i64) -> Result<usize, StoreError> {
    let each: Vec<i64> = live(wanted)
        .limit(most)
        .select(sql::<BigInt>("CAST(1 AS BIGINT)"))
        .load(c)?;
    Ok(each.len())
}

fn live(wanted: &GrantsWanted) -> grants::BoxedQuery<'_, <Conn as Connection>::Backend> {
    let mut live = grants::table
        .filter(dsl::ended_at.is_null())
        .filter(dsl::expires_at.gt(wanted.now.millis()))
        .filter(dsl::idle_expires_at.gt(wanted.now.millis()))
        .filter(dsl::code_used_at.is_not_null())
        .into_boxed();
    // Only where it is asked for: whoever counts all of them must not be led along the ids.
    if let Some(after) = &wanted.after {
        live = live.filter(dsl::id.gt(after.as_str()));
    }
    if let Some(user) = &wanted.user {
        live = live.filter(dsl::user_id.eq(user.as_str()));
    }
    if let Some(client) = &wanted.client {
        live = live.filter(dsl::client_id.eq(client.as_str()));
    }
    live
}

/// A page of the grants that [`list`] lists.
pub fn page(c: &mut Conn, wanted: &GrantsPage) -> Result<Page<Grant>, StoreError> {
    let after = wanted.part.after.as_ref();
    let limit = wanted.part.limit;
    let live = GrantsWanted {
        after: after.map(|place| GrantId::new(place.as_text().0)),
        user: wanted.user.clone(),
        client: wanted.client.clone(),
        now: wanted.now,
    };
    let rows = list(c, &live, limit.saturating_add(1))?;
    Ok(Page::of(rows, limit, |grant| {
        Place::text("grant", grant.id.as_str(), "")
    }))
}

/// Ends the grants of a session that were made in this epoch of the issuer or a later one, offline ones too, and
/// returns those that were live.
pub fn end_of_session_since_epoch(
    c: &mut Conn,
    session: &SessionId,
    epoch: i64,
    (reason, now): (EndReason, UnixTime),
) -> Result<Vec<Grant>, StoreError> {
    let live = grants::table
        .filter(dsl::session_id.eq(session.as_str()))
        .filter(dsl::issuer_epoch.ge(epoch))
        .filter(dsl::ended_at.is_null());
    let change = (dsl::ended_at.eq(now.millis()), dsl::end_reason.eq(word(&reason)?));
    let rows = diesel::update(live)
        .set(change)
        .returning(Row::as_returning())
        .get_results(c)?;
    rows.into_iter().map(Grant::try_from).collect()
}

/// Raises the claims version of a person's live grants, and returns them: what their tokens say is out of date.
pub fn raise_gver_of_user(c: &mut Conn, user: &UserId) -> Result<Vec<Grant>, StoreError> {
    let live = grants::table
        .filter(dsl::user_id.eq(user.as_str()))
        .filter(dsl::ended_at.is_null());
    let change = dsl::gver.eq(dsl::gver + 1);
    let rows = diesel::update(live)
        .set(change)
        .returning(Row::as_returning())
        .get_results(c)?;
    rows.into_iter().map(Grant::try_from).collect()
}

/// Raises the claims version of a live grant, if `from` still is it: what was made with it is out of date. `None` when
/// it was raised before, or the grant has ended.
pub fn raise_gver(c: &mut Conn, id: &GrantId, from: i64) -> Result<Option<Grant>, StoreError> {
    let live = grants::table
        .find(id.as_str())
        .filter(dsl::gver.eq(from))
        .filter(dsl::ended_at.is_null());
    let raised = diesel::update(live)
        .set(dsl::gver.eq(dsl::gver + 1))
        .returning(Row::as_returning())
        .get_result(c)
        .optional()?;
    raised.map(Grant::try_from).transpose()
}

/// A chain in which `generation` stands, and which has neither ended nor expired at `now`.
#[diesel::dsl::auto_type(no_type_alias)]
fn standing<'a>(id: &'a GrantId, generation: i64, now: i64) -> _ {
    let id: &'a str = id.as_str();
    grants::table
        .find(id)
        .filter(dsl::generation.eq(generation))
        .filter(dsl::refreshable.eq(true))
        .filter(dsl::idle_expires_at.gt(now))
        .filter(dsl::expires_at.gt(now))
        .filter(dsl::ended_at.is_null())
}
