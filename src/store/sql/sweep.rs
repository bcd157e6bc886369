//! Removal of what is over, in slices: each statement touches at most `limit` rows, so that nobody waits for long.

use super::super::Conn;
use crate::store::schema::{
    admin_sessions, client_assertions, client_refusals, client_secrets, events, grants, idempotency_keys,
    initial_access_tokens, interactions, key_set_fetches, sessions, setup_links, statistics, status_lists,
    throttles, users,
};
use crate::store::{Removed, StoreError, Swept};
use diesel::prelude::*;
use vouchsafe_core::model::{Span, UnixTime};

/// An ended grant is kept while an access token of it may live (24 hours at most), and an hour more.
const ENDED_GRANTS: Span = Span::from_hours(25);
/// A code that was never redeemed is remembered for a while, so that its second coming can be explained.
const UNREDEEMED: Span = Span::from_hours(1);
/// Who does not fetch the key set for so long follows it no more.
const FETCHES: Span = Span::from_days(30);
/// Refused requests are kept for whoever looks for a fault of an application.
const REFUSALS: Span = Span::from_days(30);
/// Events are the audit log.
const EVENTS: Span = Span::from_days(400);

/// What was counted by the hour is kept for a quarter of a year.
const STATISTICS: Span = Span::from_days(90);

/// Removes up to `limit` rows of each table that no longer matter at `now`. The caller repeats it while a table
/// gave as many as it could.
pub fn expired(c: &mut Conn, now: UnixTime, limit: i64) -> Result<Swept, StoreError> {
    let at = now.millis();
    Ok(Swept {
        sessions: sessions_over(c, at, limit)?,
        admin_sessions: admin_sessions_over(c, at, limit)?,
        setup_links: setup_links_over(c, at, limit)?,
        invitations: invitations_over(c, at, limit)?,
        statistics: statistics_over(c, now.minus(STATISTICS).millis(), limit)?,
        interactions: interactions_over(c, at, limit)?,
        grants: grants_over(c, now, limit)?,
        throttles: throttles_over(c, at, limit)?,
        client_secrets: client_secrets_over(c, at, limit)?,
        client_assertions: client_assertions_over(c, at, limit)?,
        idempotency_keys: idempotency_keys_over(c, at, limit)?,
        key_set_fetches: key_set_fetches_over(c, now.minus(FETCHES).millis())?,
        client_refusals: client_refusals_over(c, now.minus(REFUSALS).millis(), limit)?,
        initial_tokens: initial_tokens_over(c, at, limit)?,
        events: events_over(c, now.minus(EVENTS).millis(), limit)?,
        status_lists: status_lists_over(c, at, limit)?,
    })
}

/// Removes up to `limit` of the oldest interactions beyond the newest `most`: anybody can begin one.
pub fn surplus_interactions(c: &mut Conn, most: i64, limit: i64) -> Result<usize, StoreError> {
    use interactions::{expires_at, handle_digest, table};
    let newest_of_surplus: Option<i64> = table
        .order(expires_at.desc())
        .offset(most)
        .select(expires_at)
        .first(c)
        .optional()?;
    let Some(bound) = newest_of_surplus else {
        return Ok(0);
    };
    let surplus: Vec<Vec<u8>> = table
        .filter(expires_at.le(bound))
        .order(expires_at)
        .limit(limit)
        .select(handle_digest)
        .load(c)?;
    Ok(diesel::delete(table.filter(handle_digest.eq_any(surplus))).execute(c)?)
}

/// Removal of the rows of a table that ended before an instant, the first to end first. A row whose end was moved since it
/// was read stays.
macro_rules! removals {
    ($($(#[$doc:meta])* fn $name:ident($table:ident, $key:ident: $kind:ty, $end:ident);)+) => {
        $($(#[$doc])*
        fn $name(c: &mut Conn, before: i64, limit: i64) -> Result<usize, StoreError> {
            use $table::{$end, $key, table};
            let over: Vec<$kind> = table
                .filter($end.lt(before))
                .order($end)
                .limit(limit)
                .select($key)
                .load(c)?;
            Ok(diesel::delete(table.filter($key.eq_any(over)).filter($end.lt(before))).execute(c)?)
        })+
    };
}

removals! {
    fn sessions_over(sessions, id: String, expires_at);
    fn admin_sessions_over(admin_sessions, id: String, expires_at);
    fn setup_links_over(setup_links, digest: Vec<u8>, expires_at);
    fn interactions_over(interactions, handle_digest: Vec<u8>, expires_at);
    fn throttles_over(throttles, key: String, expires_at);
    fn client_assertions_over(client_assertions, digest: Vec<u8>, expires_at);
    fn client_refusals_over(client_refusals, id: String, at);
    /// By then every token that refers to the list has expired. Its address is never given again: it is random.
    fn status_lists_over(status_lists, id: String, expires_at);
    fn initial_tokens_over(initial_access_tokens, id: String, expires_at);
}

/// The people stay; only the links that they were given go.
fn invitations_over(c: &mut Conn, before: i64, limit: i64) -> Result<usize, StoreError> {
    use users::{id, invitation_digest, invited_until, table};
    let over: Vec<String> = table
        .filter(invited_until.lt(before))
        .order(invited_until)
        .limit(limit)
        .select(id)
        .load(c)?;
    let over = table.filter(id.eq_any(over)).filter(invited_until.lt(before));
    let nothing = (
        invitation_digest.eq(None::<Vec<u8>>),
        invited_until.eq(None::<i64>),
    );
    Ok(diesel::update(over).set(nothing).execute(c)?)
}

/// Whole hours go, the oldest first.
fn statistics_over(c: &mut Conn, before: i64, limit: i64) -> Result<usize, StoreError> {
    use statistics::{hour, table};
    let over: Vec<i64> = table
        .filter(hour.lt(before))
        .order(hour)
        .limit(limit)
        .select(hour)
        .load(c)?;
    let Some(last) = over.last() else {
        return Ok(0);
    };
    Ok(diesel::delete(table.filter(hour.le(*last))).execute(c)?)
}

/// Three ways to be over: the end of the grant itself, the end by somebody, and a code that nobody redeemed.
fn grants_over(c: &mut Conn, now: UnixTime, limit: i64) -> Result<usize, StoreError> {
    use grants::{code_expires_at, code_used_at, ended_at, expires_at, id, table};
    // An access token may outlive its grant; while it does, a ban must still find the grant to tell of it.
    let expired = table
        .filter(expires_at.lt(now.minus(ENDED_GRANTS).millis()))
        .order(expires_at)
        .limit(limit)
        .select(id);
    let mut over: Vec<String> = expired.load(c)?;
    let ended = table
        .filter(ended_at.is_not_null())
        .filter(ended_at.lt(now.minus(ENDED_GRANTS).millis()))
        .order(ended_at)
        .limit(limit)
        .select(id);
    over.extend(ended.load::<String>(c)?);
    let unredeemed = table
        .filter(code_used_at.is_null())
        .filter(code_expires_at.lt(now.minus(UNREDEEMED).millis()))
        .order(code_expires_at)
        .limit(limit)
        .select(id);
    over.extend(unredeemed.load::<String>(c)?);
    Ok(diesel::delete(table.filter(id.eq_any(over))).execute(c)?)
}

fn client_secrets_over(c: &mut Conn, at: i64, limit: i64) -> Result<usize, StoreError> {
    use client_secrets::{digest, expires_at, table};
    let over: Vec<Vec<u8>> = table
        .filter(expires_at.lt(at))
        .limit(limit)
        .select(digest)
        .load(c)?;
    Ok(diesel::delete(table.filter(digest.eq_any(over)).filter(expires_at.lt(at))).execute(c)?)
}

fn idempotency_keys_over(c: &mut Conn, at: i64, limit: i64) -> Result<usize, StoreError> {
    use idempotency_keys::{caller, expires_at, key, table};
    let over: Vec<(String, String)> = table
        .filter(expires_at.lt(at))
        .order(expires_at)
        .limit(limit)
        .select((caller, key))
        .load(c)?;
    let mut removed = 0;
    for (of, named) in over {
        // One that was taken anew since it was read stays.
        let over = table.find((of, named)).filter(expires_at.lt(at));
        removed += diesel::delete(over).execute(c)?;
    }
    Ok(removed)
}

/// There are a few hundred at most.
fn key_set_fetches_over(c: &mut Conn, before: i64) -> Result<usize, StoreError> {
    use key_set_fetches::{last_at, table};
    Ok(diesel::delete(table.filter(last_at.lt(before))).execute(c)?)
}

/// The oldest events go, by their numbers and without a hole: the chain of those that stay must hold. By then no
/// verifier needs to know of them, and one without a number yet stays.
fn events_over(c: &mut Conn, before: i64, limit: i64) -> Result<usize, StoreError> {
    use events::{at, hash, seq, table};
    let kept = table.filter(at.ge(before)).filter(seq.is_not_null());
    let first_kept: Option<i64> = kept.select(diesel::dsl::min(seq)).get_result(c)?;
    let mut over = table.filter(seq.is_not_null()).into_boxed();
    if let Some(first_kept) = first_kept {
        over = over.filter(seq.lt(first_kept));
    }
    let mut over: Vec<(Option<i64>, Option<Vec<u8>>)> =
        over.order(seq).limit(limit).select((seq, hash)).load(c)?;
    let Some((Some(last), digest)) = over.pop() else {
        return Ok(0);
    };
    let removed = Removed {
        seq: last,
        hash: digest.unwrap_or_default(),
    };
    super::publisher::save_removed(c, &removed)?;
    Ok(diesel::delete(table.filter(seq.le(last))).execute(c)?)
}
