//! The append-only log of events. Each is written in the transaction of its cause.

mod page;

pub use page::{by_id, page};

use super::super::Conn;
use crate::store::convert::{Column, json};
use crate::store::schema::events::{self, dsl};
use crate::store::{FeedEntry, StoreError};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable};
use vouchsafe_core::model::AuditRecord;
use vouchsafe_core::model::revocation::Entry;
use vouchsafe_core::model::{ClientId, EndedPlace, Event, EventId, EventKind, UnixTime};

/// An event with its number and the digests of the chain, none of which it has before it is published.
type Chained = (
    Row,
    Option<i64>,
    Option<Vec<u8>>,
    Option<Vec<u8>>,
    Option<Vec<u8>>,
);

/// A numbered event, with what stands before it in the revocation feed's chain.
pub type FeedRecord = (AuditRecord, Option<Vec<u8>>);

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = events, treat_none_as_default_value = false)]
struct Row {
    id: String,
    at: i64,
    kind: String,
    actor: String,
    subject: Option<String>,
    client_id: Option<String>,
    target: Option<String>,
    value: Option<i64>,
    request_id: Option<String>,
    detail: String,
    expires_at: i64,
}

/// Appends an event. The publisher numbers it after the commit.
pub fn append(c: &mut Conn, event: &Event) -> Result<(), StoreError> {
    diesel::insert_into(events::table)
        .values(Row::try_from(event)?)
        .execute(c)?;
    Ok(())
}

/// Appends the end of an access token without a grant, unless it was told before; `false` when it was.
pub fn append_token_end(c: &mut Conn, event: &Event) -> Result<bool, StoreError> {
    let added = diesel::insert_into(events::table)
        .values(Row::try_from(event)?)
        .on_conflict_do_nothing()
        .execute(c)?;
    Ok(added == 1)
}

/// Appends events, as the end of many grants needs it.
pub fn append_all(c: &mut Conn, events: &[Event]) -> Result<(), StoreError> {
    // Bound variables of one statement are limited; a row has eleven.
    for some in events.chunks(500) {
        let rows = some.iter().map(Row::try_from).collect::<Result<Vec<_>, _>>()?;
        diesel::insert_into(events::table).values(rows).execute(c)?;
    }
    Ok(())
}

/// Events in order of their time, after the given one.
pub fn list(c: &mut Conn, after: Option<(UnixTime, &EventId)>, limit: i64) -> Result<Vec<Event>, StoreError> {
    let (at, id) = after.map_or((i64::MIN, ""), |(at, id)| (at.millis(), id.as_str()));
    let rows: Vec<Row> = events::table
        .filter(dsl::at.gt(at).or(dsl::at.eq(at).and(dsl::id.gt(id))))
        .order((dsl::at, dsl::id))
        .limit(limit)
        .select(Row::as_select())
        .load(c)?;
    rows.into_iter().map(read).collect()
}

/// Whether an access token without a grant was ended, by its `jti`.
pub fn token_has_ended(c: &mut Conn, jti: &str) -> Result<bool, StoreError> {
    // The kind is written out, not bound: only then is it plain that the partial index serves.
    let ended = events::table
        .filter(sql::<Bool>("kind = 'token.ended'"))
        .filter(dsl::target.eq(jti));
    Ok(diesel::select(diesel::dsl::exists(ended)).get_result(c)?)
}

/// Events that have no number yet, in the order in which they happened.
pub fn unnumbered(c: &mut Conn, limit: i64) -> Result<Vec<Event>, StoreError> {
    let rows: Vec<Row> = events::table
        .filter(dsl::seq.is_null())
        .order((dsl::at, dsl::id))
        .limit(limit)
        .select(Row::as_select())
        .load(c)?;
    rows.into_iter().map(read).collect()
}

/// Whether there is an event without a number.
pub fn any_unnumbered(c: &mut Conn) -> Result<bool, StoreError> {
    let unnumbered = events::table.filter(dsl::seq.is_null());
    Ok(diesel::select(diesel::dsl::exists(unnumbered)).get_result(c)?)
}

/// Numbered events after a number, in their order.
pub fn records(c: &mut Conn, after: i64, limit: i64) -> Result<Vec<AuditRecord>, StoreError> {
    let told = records_of_feed(c, after, limit)?;
    Ok(told.into_iter().map(|(record, _)| record).collect())
}

/// The same, each with what is stored as the value of the revocation feed's chain before it: only what belongs to the feed
/// has one.
pub fn records_of_feed(c: &mut Conn, after: i64, limit: i64) -> Result<Vec<FeedRecord>, StoreError> {
    let rows: Vec<Chained> = events::table
        .filter(dsl::seq.gt(after))
        .order(dsl::seq)
        .limit(limit)
        .select((
            Row::as_select(),
            dsl::seq,
            dsl::previous,
            dsl::hash,
            dsl::feed_before,
        ))
        .load(c)?;
    let chained = |(row, seq, previous, hash, feed_before): Chained| {
        let record = AuditRecord {
            seq: seq.unwrap_or_default(),
            previous: previous.unwrap_or_default(),
            hash: hash.unwrap_or_default(),
            event: read(row)?,
        };
        Ok((record, feed_before))
    };
    rows.into_iter().map(chained).collect()
}

/// Entries of the revocation feed with `after` < number ≤ `to`, in their order.
pub fn feed(c: &mut Conn, after: i64, to: i64, limit: i64) -> Result<Vec<FeedEntry>, StoreError> {
    let rows: Vec<(Row, Option<i64>, Option<Vec<u8>>)> = events::table
        .filter(dsl::feed_before.is_not_null())
        .filter(dsl::seq.gt(after))
        .filter(dsl::seq.le(to))
        .order(dsl::seq)
        .limit(limit)
        .select((Row::as_select(), dsl::seq, dsl::feed_before))
        .load(c)?;
    let entry = |(row, seq, before): (Row, Option<i64>, Option<Vec<u8>>)| {
        let corrupt = || Column("events", "feed_before").corrupt();
        let before = before
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or_else(corrupt)?;
        let mut event = read(row)?;
        let status = match event.detail.remove(EndedPlace::MEMBER) {
            Some(told) => serde_json::from_value(told).map_err(|_| Column("events", "detail").corrupt())?,
            None => Vec::new(),
        };
        let entry = Entry::of(seq.ok_or_else(corrupt)?, &event).ok_or_else(corrupt)?;
        Ok(FeedEntry {
            entry,
            before,
            status,
        })
    };
    rows.into_iter().map(entry).collect()
}

/// The number of the first entry of the revocation feed that still matters at `now`.
pub fn feed_begins(c: &mut Conn, now: UnixTime) -> Result<Option<i64>, StoreError> {
    let matters = events::table
        .filter(dsl::feed_before.is_not_null())
        .filter(dsl::expires_at.gt(now.millis()));
    // Not the plain column: both databases would take that for a walk along all numbers, from the oldest on.
    Ok(matters
        .select(sql::<Nullable<BigInt>>("min(seq + 0)"))
        .get_result(c)?)
}

impl TryFrom<&Event> for Row {
    type Error = StoreError;

    fn try_from(event: &Event) -> Result<Self, StoreError> {
        Ok(Self {
            id: event.id.as_str().to_owned(),
            at: event.at.millis(),
            kind: event.kind.as_str().to_owned(),
            actor: event.actor.clone(),
            subject: event.subject.clone(),
            client_id: event.client_id.as_ref().map(|id| id.as_str().to_owned()),
            target: event.target.clone(),
            value: event.value,
            request_id: event.request_id.clone(),
            detail: json(&event.detail)?,
            expires_at: event.expires_at.millis(),
        })
    }
}

fn read(row: Row) -> Result<Event, StoreError> {
    Ok(Event {
        id: EventId::new(row.id),
        at: UnixTime::from_millis(row.at),
        kind: EventKind::parse(&row.kind).ok_or_else(|| Column("events", "kind").corrupt())?,
        actor: row.actor,
        subject: row.subject,
        client_id: row.client_id.map(ClientId::new),
        target: row.target,
        value: row.value,
        request_id: row.request_id,
        detail: Column("events", "detail").json(&row.detail)?,
        expires_at: UnixTime::from_millis(row.expires_at),
    })
}
