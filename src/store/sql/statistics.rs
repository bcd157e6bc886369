//! What happened, counted by the hour.

use super::super::Conn;
use crate::store::schema::statistics::{self, dsl};
use crate::store::{Counted, StoreError};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Untyped};
use diesel::upsert::excluded;
use vouchsafe_core::model::UnixTime;

#[derive(Insertable)]
#[diesel(table_name = statistics)]
struct Row<'a> {
    hour: i64,
    measure: &'a str,
    label: &'a str,
    amount: i64,
}

/// Adds to what was counted in an hour.
pub fn add(c: &mut Conn, counted: &Counted) -> Result<(), StoreError> {
    diesel::insert_into(statistics::table)
        .values(Row::from(counted))
        .on_conflict((dsl::hour, dsl::measure, dsl::label))
        .do_update()
        .set(dsl::amount.eq(dsl::amount + excluded(dsl::amount)))
        .execute(c)?;
    Ok(())
}

/// Sets what was measured in an hour, in place of what was measured before.
pub fn set(c: &mut Conn, counted: &Counted) -> Result<(), StoreError> {
    diesel::insert_into(statistics::table)
        .values(Row::from(counted))
        .on_conflict((dsl::hour, dsl::measure, dsl::label))
        .do_update()
        .set(dsl::amount.eq(excluded(dsl::amount)))
        .execute(c)?;
    Ok(())
}

/// Everything that was counted in the hours from `first` on and before `end`, in order.
pub fn by_hour(c: &mut Conn, first: UnixTime, end: UnixTime) -> Result<Vec<Counted>, StoreError> {
    let rows: Vec<(i64, String, String, i64)> = statistics::table
        .filter(dsl::hour.ge(first.millis()))
        .filter(dsl::hour.lt(end.millis()))
        .order((dsl::hour, dsl::measure, dsl::label))
        .select((dsl::hour, dsl::measure, dsl::label, dsl::amount))
        .load(c)?;
    Ok(rows
        .into_iter()
        .map(|(hour, measure, label, amount)| Counted {
            hour: UnixTime::from_millis(hour),
            measure,
            label,
            amount,
        })
        .collect())
}

/// As [`by_hour`], summed up by the day (UTC); of what is not counted but measured again and again, the most.
pub fn by_day(
    c: &mut Conn,
    (first, end): (UnixTime, UnixTime),
    measured: &str,
) -> Result<Vec<Counted>, StoreError> {
    // Summed up by the database, which need not hand out each hour; a sum of BIGINT is a NUMERIC on PostgreSQL.
    let columns = "hour / 86400000 AS day, measure, label, CAST(SUM(amount) AS BIGINT), MAX(amount)";
    let rows: Vec<(i64, String, String, i64, i64)> = statistics::table
        .filter(dsl::hour.ge(first.millis()))
        .filter(dsl::hour.lt(end.millis()))
        .group_by(sql::<Untyped>("hour / 86400000, measure, label"))
        .order(sql::<Untyped>("day, measure, label"))
        .select(sql::<(BigInt, Text, Text, BigInt, BigInt)>(columns))
        .load(c)?;
    Ok(rows
        .into_iter()
        .map(|(day, measure, label, sum, most)| Counted {
            hour: UnixTime::from_seconds(day.saturating_mul(86_400)),
            amount: if measure == measured { most } else { sum },
            measure,
            label,
        })
        .collect())
}

impl<'a> From<&'a Counted> for Row<'a> {
    fn from(counted: &'a Counted) -> Self {
        Self {
            hour: counted.hour.millis(),
            measure: &counted.measure,
            label: &counted.label,
            amount: counted.amount,
        }
    }
}
