//! The server's own secrets, sealed.

use super::super::Conn;
use crate::store::schema::server_secrets::{self, dsl};
use crate::store::{ServerSecret, StoreError};
use diesel::prelude::*;

/// Adds a secret unless this version exists; `true` for the one of several nodes that added it.
pub fn add(c: &mut Conn, secret: &ServerSecret) -> Result<bool, StoreError> {
    let row = (
        dsl::purpose.eq(&secret.purpose),
        dsl::version.eq(secret.version),
        dsl::sealed.eq(&secret.sealed),
        dsl::kek_id.eq(&secret.kek_id),
    );
    Ok(diesel::insert_into(server_secrets::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c)?
        == 1)
}

/// Writes down how a secret is sealed now.
pub fn reseal(c: &mut Conn, secret: &ServerSecret) -> Result<(), StoreError> {
    diesel::update(server_secrets::table.find((&secret.purpose, secret.version)))
        .set((dsl::sealed.eq(&secret.sealed), dsl::kek_id.eq(&secret.kek_id)))
        .execute(c)?;
    Ok(())
}

/// All secrets, by purpose and version.
pub fn all(c: &mut Conn) -> Result<Vec<ServerSecret>, StoreError> {
    let rows: Vec<(String, i64, Vec<u8>, String)> = server_secrets::table
        .order((dsl::purpose, dsl::version))
        .select((dsl::purpose, dsl::version, dsl::sealed, dsl::kek_id))
        .load(c)?;
    let secret = |(purpose, version, sealed, kek_id)| ServerSecret {
        purpose,
        version,
        sealed,
        kek_id,
    };
    Ok(rows.into_iter().map(secret).collect())
}
