//! Clients and the digests of their secrets.

use super::super::Conn;
use super::issuer_state::bump_config_version;
use crate::store::convert::{Column, instant, json, millis};
use crate::store::schema::{client_secrets, clients};
use crate::store::{NewSecret, StoreError, StoredSecret};
use diesel::prelude::*;
use vouchsafe_core::model::{Client, ClientId, UnixTime};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = clients, treat_none_as_default_value = false)]
struct Row {
    id: String,
    epoch: i64,
    disabled_at: Option<i64>,
    created_at: i64,
    metadata: String,
}

/// Adds a client and raises the configuration version.
pub fn add(c: &mut Conn, client: &Client) -> Result<(), StoreError> {
    let row = Row {
        id: client.id.as_str().to_owned(),
        epoch: client.epoch,
        disabled_at: millis(client.disabled_at),
        created_at: client.created_at.millis(),
        metadata: json(&client.metadata)?,
    };
    diesel::insert_into(clients::table).values(row).execute(c)?;
    bump_config_version(c)
}

/// The client with this `client_id`.
pub fn by_id(c: &mut Conn, id: &ClientId) -> Result<Option<Client>, StoreError> {
    clients::table
        .find(id.as_str())
        .select(Row::as_select())
        .get_result(c)
        .optional()?
        .map(read)
        .transpose()
}

/// All clients, in order of their `client_id`.
pub fn list(c: &mut Conn) -> Result<Vec<Client>, StoreError> {
    let rows: Vec<Row> = clients::table
        .order(clients::id)
        .select(Row::as_select())
        .load(c)?;
    rows.into_iter().map(read).collect()
}

/// Adds a secret of a client and raises the configuration version.
pub fn add_secret(c: &mut Conn, client: &ClientId, secret: &NewSecret) -> Result<(), StoreError> {
    let row = (
        client_secrets::client_id.eq(client.as_str()),
        client_secrets::digest.eq(&secret.digest.as_bytes()[..]),
        client_secrets::pepper_version.eq(secret.pepper_version),
        client_secrets::created_at.eq(secret.now.millis()),
        client_secrets::expires_at.eq(millis(secret.expires_at)),
    );
    diesel::insert_into(client_secrets::table)
        .values(row)
        .execute(c)?;
    bump_config_version(c)
}

/// The secrets of a client that have not expired.
pub fn live_secrets(c: &mut Conn, client: &ClientId, now: UnixTime) -> Result<Vec<StoredSecret>, StoreError> {
    let lasts = client_secrets::expires_at
        .is_null()
        .or(client_secrets::expires_at.gt(now.millis()));
    let rows: Vec<(i64, Vec<u8>, Option<i64>)> = client_secrets::table
        .filter(client_secrets::client_id.eq(client.as_str()))
        .filter(lasts)
        .select((
            client_secrets::pepper_version,
            client_secrets::digest,
            client_secrets::expires_at,
        ))
        .load(c)?;
    let column = Column("client_secrets", "digest");
    rows.into_iter()
        .map(|(pepper_version, digest, expires_at)| {
            Ok(StoredSecret {
                pepper_version,
                digest: column.digest(&digest)?,
                expires_at: instant(expires_at),
            })
        })
        .collect()
}

fn read(row: Row) -> Result<Client, StoreError> {
    Ok(Client {
        id: ClientId::new(row.id),
        epoch: row.epoch,
        disabled_at: instant(row.disabled_at),
        created_at: UnixTime::from_millis(row.created_at),
        metadata: Column("clients", "metadata").json(&row.metadata)?,
    })
}
