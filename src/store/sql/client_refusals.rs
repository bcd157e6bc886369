//! The latest refused requests of each client, for the one who looks for its fault.

use super::super::Conn;
use crate::store::schema::client_refusals::{self, dsl};
use crate::store::{ClientRefusal, StoreError};
use diesel::prelude::*;
use vouchsafe_core::model::{ClientId, EventId, UnixTime};

/// Rows of one client at most.
pub const MOST: i64 = 50;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = client_refusals, treat_none_as_default_value = false)]
struct Row {
    id: String,
    client_id: String,
    at: i64,
    endpoint: String,
    reason: String,
    request_id: String,
    detail: Option<String>,
    count: i64,
}

/// Keeps a refusal in place of the oldest ones beyond [`MOST`].
pub fn add(c: &mut Conn, refusal: &ClientRefusal) -> Result<(), StoreError> {
    let of_client = client_refusals::table.filter(dsl::client_id.eq(refusal.client_id.as_str()));
    let surplus: Vec<String> = of_client
        .order((dsl::at.desc(), dsl::id))
        .offset(MOST - 1)
        .limit(MOST)
        .select(dsl::id)
        .load(c)?;
    if !surplus.is_empty() {
        diesel::delete(client_refusals::table.filter(dsl::id.eq_any(surplus))).execute(c)?;
    }
    let row = Row {
        id: refusal.id.as_str().to_owned(),
        client_id: refusal.client_id.as_str().to_owned(),
        at: refusal.at.millis(),
        endpoint: refusal.endpoint.clone(),
        reason: refusal.reason.clone(),
        request_id: refusal.request_id.clone(),
        detail: refusal.detail.clone(),
        count: refusal.count,
    };
    diesel::insert_into(client_refusals::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c)?;
    Ok(())
}

/// The latest refusals of a client, newest first.
pub fn latest(c: &mut Conn, client: &ClientId, limit: i64) -> Result<Vec<ClientRefusal>, StoreError> {
    let rows: Vec<Row> = client_refusals::table
        .filter(dsl::client_id.eq(client.as_str()))
        .order((dsl::at.desc(), dsl::id))
        .limit(limit)
        .select(Row::as_select())
        .load(c)?;
    Ok(rows.into_iter().map(read).collect())
}

/// Forgets what a client was refused.
pub fn remove_of_client(c: &mut Conn, client: &ClientId) -> Result<(), StoreError> {
    diesel::delete(client_refusals::table.filter(dsl::client_id.eq(client.as_str()))).execute(c)?;
    Ok(())
}

fn read(row: Row) -> ClientRefusal {
    ClientRefusal {
        id: EventId::new(row.id),
        client_id: ClientId::new(row.client_id),
        at: UnixTime::from_millis(row.at),
        endpoint: row.endpoint,
        reason: row.reason,
        request_id: row.request_id,
        detail: row.detail,
        count: row.count,
    }
}
