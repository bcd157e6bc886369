//! How much one person holds, and what can go.

use super::super::super::Conn;
use crate::store::StoreError;
use crate::store::schema::grants::{self, dsl};
use diesel::prelude::*;
use vouchsafe_core::model::{ClientId, GrantId, UnixTime, UserId};

/// How many grants of a person have not ended. That is never many, and without a limit on purpose: SQLite looks at the
/// value of a limit when it prepares, so it would prepare the statement anew each time.
pub fn count_live(c: &mut Conn, user: &UserId) -> Result<i64, StoreError> {
    let live = grants::table
        .filter(dsl::user_id.eq(user.as_str()))
        .filter(dsl::ended_at.is_null());
    Ok(live.count().get_result(c)?)
}

/// Removes grants of a person that can give nothing any more and gave nothing that still counts, and says how many:
/// those whose code was never used in time, and those whose last token has expired with nothing to refresh it.
pub fn remove_spent(c: &mut Conn, user: &UserId, now: UnixTime) -> Result<usize, StoreError> {
    let now = now.millis();
    let unused = dsl::code_used_at.is_null().and(dsl::code_expires_at.le(now));
    let over = dsl::code_used_at
        .is_not_null()
        .and(dsl::access_until.le(now))
        .and(dsl::refreshable.eq(false).or(dsl::idle_expires_at.le(now)));
    let spent = grants::table
        .filter(dsl::user_id.eq(user.as_str()))
        .filter(dsl::ended_at.is_null())
        .filter(unused.or(over.assume_not_null()));
    Ok(diesel::delete(spent).execute(c)?)
}

/// The oldest of a person's grants that have not ended: to one client, or to any.
pub fn oldest(c: &mut Conn, user: &UserId, client: Option<&ClientId>) -> Result<Option<GrantId>, StoreError> {
    let mut live = grants::table
        .filter(dsl::user_id.eq(user.as_str()))
        .filter(dsl::ended_at.is_null())
        .into_boxed();
    if let Some(client) = client {
        live = live.filter(dsl::client_id.eq(client.as_str()));
    }
    let found: Option<String> = live
        .order((dsl::created_at, dsl::id))
        .select(dsl::id)
        .first(c)
        .optional()?;
    Ok(found.map(GrantId::new))
}
