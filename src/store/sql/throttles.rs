//! Counters of attempts in windows of time. An attempt is counted before it is made, and given back when it
//! turns out not to be one that counts: so a burst of simultaneous attempts cannot pass together.

use super::super::Conn;
use crate::store::schema::throttles::{self, dsl};
use crate::store::{Reserved, StoreError};
use diesel::dsl::case_when;
use diesel::prelude::*;
use vouchsafe_core::model::{Span, UnixTime};

/// Counts an attempt under `key`, in the window that runs or in one that begins now. Returns the count with this
/// attempt.
pub fn reserve(c: &mut Conn, key: &str, now: UnixTime, window: Span) -> Result<Reserved, StoreError> {
    let (at, ends) = (now.millis(), now.plus(window).millis());
    let over = dsl::expires_at.le(at);
    let row = (
        dsl::key.eq(key),
        dsl::count.eq(1),
        dsl::window_started_at.eq(at),
        dsl::expires_at.eq(ends),
    );
    let counted: (i64, i64) = diesel::insert_into(throttles::table)
        .values(row)
        .on_conflict(dsl::key)
        .do_update()
        .set((
            dsl::count
                .eq(case_when(over, 1_i64.into_sql::<diesel::sql_types::BigInt>()).otherwise(dsl::count + 1)),
            dsl::window_started_at
                .eq(case_when(over, at.into_sql::<diesel::sql_types::BigInt>())
                    .otherwise(dsl::window_started_at)),
            dsl::expires_at
                .eq(case_when(over, ends.into_sql::<diesel::sql_types::BigInt>()).otherwise(dsl::expires_at)),
        ))
        .returning((dsl::count, dsl::window_started_at))
        .get_result(c)?;
    let (count, started) = counted;
    Ok(Reserved {
        count,
        window_started_at: UnixTime::from_millis(started),
    })
}

/// Gives back an attempt that was counted in the window that began at `window_started_at`.
pub fn refund(c: &mut Conn, key: &str, window_started_at: UnixTime) -> Result<(), StoreError> {
    let same = throttles::table
        .find(key)
        .filter(dsl::window_started_at.eq(window_started_at.millis()))
        .filter(dsl::count.gt(0));
    diesel::update(same)
        .set(dsl::count.eq(dsl::count - 1))
        .execute(c)?;
    Ok(())
}
