//! What people allowed clients.

use super::super::Conn;
use crate::store::StoreError;
use crate::store::convert::{Column, json};
use crate::store::schema::consents::{self, dsl};
use diesel::prelude::*;
use diesel::upsert::excluded;
use vouchsafe_core::model::{ClientId, Consent, SessionId, UnixTime, UserId};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = consents)]
struct Row {
    user_id: String,
    client_id: String,
    scopes: String,
    shown: String,
    session_id: String,
    granted_at: i64,
}

/// What this person allowed this client.
pub fn find(c: &mut Conn, user: &UserId, client: &ClientId) -> Result<Option<Consent>, StoreError> {
    let found = consents::table.find((user.as_str(), client.as_str()));
    found
        .select(Row::as_select())
        .get_result(c)
        .optional()?
        .map(read)
        .transpose()
}

/// Remembers a consent in the place of the one before.
pub fn save(c: &mut Conn, consent: &Consent) -> Result<(), StoreError> {
    let row = Row {
        user_id: consent.user_id.as_str().to_owned(),
        client_id: consent.client_id.as_str().to_owned(),
        scopes: json(&consent.scopes)?,
        shown: consent.shown.clone(),
        session_id: consent.session_id.as_str().to_owned(),
        granted_at: consent.granted_at.millis(),
    };
    diesel::insert_into(consents::table)
        .values(row)
        .on_conflict((dsl::user_id, dsl::client_id))
        .do_update()
        .set((
            dsl::scopes.eq(excluded(dsl::scopes)),
            dsl::shown.eq(excluded(dsl::shown)),
            dsl::session_id.eq(excluded(dsl::session_id)),
            dsl::granted_at.eq(excluded(dsl::granted_at)),
        ))
        .execute(c)?;
    Ok(())
}

/// Forgets a consent; `false` when there was none.
pub fn withdraw(c: &mut Conn, user: &UserId, client: &ClientId) -> Result<bool, StoreError> {
    Ok(diesel::delete(consents::table.find((user.as_str(), client.as_str()))).execute(c)? == 1)
}

/// Forgets everything that a person allowed.
pub fn remove_of_user(c: &mut Conn, user: &UserId) -> Result<usize, StoreError> {
    Ok(diesel::delete(consents::table.filter(dsl::user_id.eq(user.as_str()))).execute(c)?)
}

/// Forgets up to `limit` consents of a client.
pub fn remove_some_of_client(c: &mut Conn, client: &ClientId, limit: i64) -> Result<usize, StoreError> {
    let of_client = consents::table.filter(dsl::client_id.eq(client.as_str()));
    let users: Vec<String> = of_client.select(dsl::user_id).limit(limit).load(c)?;
    Ok(diesel::delete(of_client.filter(dsl::user_id.eq_any(users))).execute(c)?)
}

/// What a person allowed, in order of the clients.
pub fn of_user(c: &mut Conn, user: &UserId) -> Result<Vec<Consent>, StoreError> {
    let rows: Vec<Row> = consents::table
        .filter(dsl::user_id.eq(user.as_str()))
        .order(dsl::client_id)
        .select(Row::as_select())
        .load(c)?;
    rows.into_iter().map(read).collect()
}

fn read(row: Row) -> Result<Consent, StoreError> {
    Ok(Consent {
        user_id: UserId::new(row.user_id),
        client_id: ClientId::new(row.client_id),
        scopes: Column("consents", "scopes").json(&row.scopes)?,
        shown: row.shown,
        session_id: SessionId::new(row.session_id),
        granted_at: UnixTime::from_millis(row.granted_at),
    })
}
