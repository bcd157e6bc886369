//! Identifiers of client assertions that were used, for as long as the assertion could be used again.

use super::super::Conn;
use crate::store::schema::client_assertions;
use crate::store::{Spent, StoreError};
use diesel::prelude::*;
use vouchsafe_core::model::UnixTime;

/// Uses an identifier up. `digest` is that of client and identifier together.
pub fn spend(c: &mut Conn, digest: &[u8; 32], expires_at: UnixTime) -> Result<Spent<()>, StoreError> {
    let row = (
        client_assertions::digest.eq(&digest[..]),
        client_assertions::expires_at.eq(expires_at.millis()),
    );
    let added = diesel::insert_into(client_assertions::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c)?;
    Ok(if added == 1 {
        Spent::Now(())
    } else {
        Spent::Before(())
    })
}
