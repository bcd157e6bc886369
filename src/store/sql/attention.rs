//! What administrators should look at among clients. Bounded: who sees many is told of the first.

use super::super::Conn;
use crate::store::StoreError;
use crate::store::schema::{client_secrets, clients};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use vouchsafe_core::model::{ClientId, UnixTime};

/// Enabled clients whose last secret ends before `end`, with when it does; the soonest first.
pub fn ending_secrets(
    c: &mut Conn,
    (now, end): (UnixTime, UnixTime),
    limit: i64,
) -> Result<Vec<(ClientId, UnixTime)>, StoreError> {
    use client_secrets::dsl;
    let ending: Vec<(String, Option<i64>)> = client_secrets::table
        .inner_join(clients::table.on(clients::id.eq(dsl::client_id)))
        .filter(clients::disabled_at.is_null())
        .filter(dsl::expires_at.gt(now.millis()))
        .filter(dsl::expires_at.le(end.millis()))
        .order((dsl::expires_at, dsl::client_id))
        .limit(limit)
        .select((dsl::client_id, dsl::expires_at))
        .load(c)?;
    let ids: Vec<&String> = ending.iter().map(|(id, _)| id).collect();
    let lasting: Vec<String> = client_secrets::table
        .filter(dsl::client_id.eq_any(ids))
        .filter(dsl::expires_at.is_null().or(dsl::expires_at.gt(end.millis())))
        .select(dsl::client_id)
        .load(c)?;
    let mut last: Vec<(ClientId, UnixTime)> = Vec::new();
    for (id, at) in ending.into_iter().rev() {
        let known = lasting.contains(&id) || last.iter().any(|(seen, _)| seen.as_str() == id);
        if let Some(at) = at.filter(|_| !known) {
            last.push((ClientId::new(id), UnixTime::from_millis(at)));
        }
    }
    last.reverse();
    Ok(last)
}

/// Enabled clients but `own`, older than `before`, that were given nothing since.
pub fn unused_clients(
    c: &mut Conn,
    own: &str,
    before: UnixTime,
    limit: i64,
) -> Result<Vec<ClientId>, StoreError> {
    use clients::dsl;
    let ids: Vec<String> = clients::table
        .filter(dsl::id.ne(own))
        .filter(dsl::disabled_at.is_null())
        .filter(dsl::created_at.lt(before.millis()))
        .filter(
            dsl::last_used_at
                .is_null()
                .or(dsl::last_used_at.lt(before.millis())),
        )
        .order(dsl::id)
        .limit(limit)
        .select(dsl::id)
        .load(c)?;
    Ok(ids.into_iter().map(ClientId::new).collect())
}

/// Enabled clients whose metadata has an address that begins with `http://`, with their metadata as text.
pub fn clients_with_http(c: &mut Conn, limit: i64) -> Result<Vec<(ClientId, String)>, StoreError> {
    use clients::dsl;
    let rows: Vec<(String, String)> = clients::table
        .filter(dsl::disabled_at.is_null())
        // Written out, not bound: only then is it plain that the partial index serves.
        .filter(sql::<Bool>("metadata LIKE '%\"http://%'"))
        .order(dsl::id)
        .limit(limit)
        .select((dsl::id, dsl::metadata))
        .load(c)?;
    Ok(rows
        .into_iter()
        .map(|(id, metadata)| (ClientId::new(id), metadata))
        .collect())
}

/// Whether there is any client but `own`.
pub fn has_client(c: &mut Conn, own: &str) -> Result<bool, StoreError> {
    let client: Option<String> = clients::table
        .filter(clients::id.ne(own))
        .select(clients::id)
        .limit(1)
        .get_result(c)
        .optional()?;
    Ok(client.is_some())
}
