//! Logos of clients as we drew them again, by the digest of the picture.

use super::super::Conn;
use crate::store::StoreError;
use crate::store::schema::client_logos::{self, dsl};
use diesel::prelude::*;
use diesel::upsert::excluded;
use vouchsafe_core::model::ClientId;

/// Keeps the logo of a client in the place of the one before.
pub fn save(c: &mut Conn, client: &ClientId, digest: &str, png: &[u8]) -> Result<(), StoreError> {
    let row = (
        dsl::client_id.eq(client.as_str()),
        dsl::digest.eq(digest),
        dsl::png.eq(png),
    );
    diesel::insert_into(client_logos::table)
        .values(row)
        .on_conflict(dsl::client_id)
        .do_update()
        .set((
            dsl::digest.eq(excluded(dsl::digest)),
            dsl::png.eq(excluded(dsl::png)),
        ))
        .execute(c)?;
    Ok(())
}

/// Forgets the logo of a client, if it has one.
pub fn remove(c: &mut Conn, client: &ClientId) -> Result<(), StoreError> {
    diesel::delete(client_logos::table.find(client.as_str())).execute(c)?;
    Ok(())
}

/// The picture with this digest.
pub fn by_digest(c: &mut Conn, digest: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let found = client_logos::table
        .filter(dsl::digest.eq(digest))
        .select(dsl::png)
        .first(c);
    Ok(found.optional()?)
}
