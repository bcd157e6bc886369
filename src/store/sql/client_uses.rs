//! When clients and their secrets were last used. Caches hold nothing of it, so the configuration version stays.

use super::super::Conn;
use crate::store::StoreError;
use crate::store::schema::{client_secrets, clients, consents, grants};
use diesel::prelude::*;
use vouchsafe_core::model::{ClientId, ClientSecret, Digest, UnixTime};

/// Notes that a client was given something, unless it was noted after `before`.
pub fn of_client(c: &mut Conn, client: &ClientId, now: UnixTime, before: UnixTime) -> Result<(), StoreError> {
    let long_ago = clients::last_used_at
        .is_null()
        .or(clients::last_used_at.le(before.millis()));
    diesel::update(clients::table.find(client.as_str()).filter(long_ago))
        .set(clients::last_used_at.eq(now.millis()))
        .execute(c)?;
    Ok(())
}

/// Notes that a secret proved right, unless it was noted after `before`.
pub fn of_secret(
    c: &mut Conn,
    (client, digest): (&ClientId, &Digest<ClientSecret>),
    now: UnixTime,
    before: UnixTime,
) -> Result<(), StoreError> {
    let long_ago = client_secrets::last_used_at
        .is_null()
        .or(client_secrets::last_used_at.le(before.millis()));
    let of_secret = client_secrets::table.find((client.as_str(), &digest.as_bytes()[..]));
    diesel::update(of_secret.filter(long_ago))
        .set(client_secrets::last_used_at.eq(now.millis()))
        .execute(c)?;
    Ok(())
}

/// When each of these clients was last given something.
pub fn last_of(c: &mut Conn, ids: &[ClientId]) -> Result<Vec<(ClientId, UnixTime)>, StoreError> {
    let ids: Vec<&str> = ids.iter().map(ClientId::as_str).collect();
    let rows: Vec<(String, Option<i64>)> = clients::table
        .filter(clients::id.eq_any(ids))
        .filter(clients::last_used_at.is_not_null())
        .select((clients::id, clients::last_used_at))
        .load(c)?;
    Ok(rows
        .into_iter()
        .filter_map(|(id, used)| Some((ClientId::new(id), UnixTime::from_millis(used?))))
        .collect())
}

/// How many live grants and how many consents a client has, each counted up to `most`.
pub fn held(c: &mut Conn, client: &ClientId, now: UnixTime, most: i64) -> Result<(usize, usize), StoreError> {
    let live: Vec<String> = grants::table
        .filter(grants::client_id.eq(client.as_str()))
        .filter(grants::ended_at.is_null())
        .filter(grants::expires_at.gt(now.millis()))
        .filter(grants::code_used_at.is_not_null())
        .limit(most)
        .select(grants::id)
        .load(c)?;
    let allowed: Vec<String> = consents::table
        .filter(consents::client_id.eq(client.as_str()))
        .limit(most)
        .select(consents::user_id)
        .load(c)?;
    Ok((live.len(), allowed.len()))
}
