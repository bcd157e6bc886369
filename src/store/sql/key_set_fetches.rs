//! Who fetched the key set, and which edition of it.

use super::super::Conn;
use crate::store::schema::key_set_fetches::{self, dsl};
use crate::store::{KeySetFetch, StoreError};
use diesel::prelude::*;
use vouchsafe_core::model::UnixTime;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = key_set_fetches)]
struct Row {
    network: String,
    agent: String,
    first_at: i64,
    last_at: i64,
    etag: String,
}

/// Writes down that the key set was fetched, unless a later time is known already.
pub fn note(c: &mut Conn, fetch: &KeySetFetch) -> Result<(), StoreError> {
    let earlier = key_set_fetches::table
        .find((&fetch.network, &fetch.agent))
        .filter(dsl::last_at.lt(fetch.last_at.millis()));
    let change = (dsl::last_at.eq(fetch.last_at.millis()), dsl::etag.eq(&fetch.etag));
    if diesel::update(earlier).set(change).execute(c)? == 1 {
        return Ok(());
    }
    let row = Row {
        network: fetch.network.clone(),
        agent: fetch.agent.clone(),
        first_at: fetch.first_at.millis(),
        last_at: fetch.last_at.millis(),
        etag: fetch.etag.clone(),
    };
    diesel::insert_into(key_set_fetches::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c)?;
    Ok(())
}

/// Everybody who fetched it, the last one first.
pub fn all(c: &mut Conn, limit: i64) -> Result<Vec<KeySetFetch>, StoreError> {
    let rows: Vec<Row> = key_set_fetches::table
        .order((dsl::last_at.desc(), dsl::network, dsl::agent))
        .limit(limit)
        .select(Row::as_select())
        .load(c)?;
    Ok(rows.into_iter().map(read).collect())
}

/// Forgets whoever is more than `most`: first those who came but once, then those who were not seen for longest.
pub fn keep(c: &mut Conn, most: i64) -> Result<usize, StoreError> {
    let all: Vec<(String, String, i64, i64)> = key_set_fetches::table
        .select((dsl::network, dsl::agent, dsl::first_at, dsl::last_at))
        .load(c)?;
    let surplus = all
        .len()
        .saturating_sub(usize::try_from(most).unwrap_or_default());
    let mut ranked = all;
    ranked.sort_by_key(|(_, _, first_at, last_at)| (first_at != last_at, *last_at));
    for (network, agent, ..) in ranked.iter().take(surplus) {
        diesel::delete(key_set_fetches::table.find((network, agent))).execute(c)?;
    }
    Ok(surplus)
}

fn read(row: Row) -> KeySetFetch {
    KeySetFetch {
        network: row.network,
        agent: row.agent,
        first_at: UnixTime::from_millis(row.first_at),
        last_at: UnixTime::from_millis(row.last_at),
        etag: row.etag,
    }
}
