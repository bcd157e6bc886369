//! The append-only log of events. Each is written in the transaction of its cause.

use super::super::Conn;
use crate::store::StoreError;
use crate::store::convert::{Column, json};
use crate::store::schema::events::{self, dsl};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use vouchsafe_core::model::{ClientId, Event, EventId, EventKind, UnixTime};

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
