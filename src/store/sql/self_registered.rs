//! What the table of clients knows of those that registered themselves: their tokens, their last use, their documents.

use super::super::Conn;
use super::clients::registrar;
use crate::store::StoreError;
use crate::store::convert::{Column, instant, millis};
use crate::store::schema::clients::{dsl, table};
use diesel::prelude::*;
use vouchsafe_core::model::{ClientId, Digest, Registrar, RegistrationAccessToken, UnixTime};

/// Gives a client another registration access token; the one before counts no more.
pub fn set_token(
    c: &mut Conn,
    id: &ClientId,
    digest: &Digest<RegistrationAccessToken>,
) -> Result<(), StoreError> {
    diesel::update(table.find(id.as_str()))
        .set(dsl::registration_token.eq(&digest.as_bytes()[..]))
        .execute(c)?;
    Ok(())
}

/// Makes a client the administrator's: it manages itself no more, and stays.
pub fn adopt(c: &mut Conn, id: &ClientId) -> Result<(), StoreError> {
    diesel::update(table.find(id.as_str()))
        .set((
            dsl::registrar.eq(None::<String>),
            dsl::unused_until.eq(None::<i64>),
            dsl::registration_token.eq(None::<Vec<u8>>),
        ))
        .execute(c)?;
    Ok(())
}

/// The digest of a client's registration access token.
pub fn token(c: &mut Conn, id: &ClientId) -> Result<Option<Digest<RegistrationAccessToken>>, StoreError> {
    let found: Option<Option<Vec<u8>>> = table
        .find(id.as_str())
        .select(dsl::registration_token)
        .first(c)
        .optional()?;
    let digest = found.flatten();
    digest
        .map(|digest| Column("clients", "registration_token").digest(&digest))
        .transpose()
}

/// Notes that a client was used, unless that is noted already or it stays in any case.
pub fn keep(c: &mut Conn, id: &ClientId, until: UnixTime) -> Result<(), StoreError> {
    let shorter = table
        .find(id.as_str())
        .filter(dsl::unused_until.lt(until.millis()));
    diesel::update(shorter)
        .set(dsl::unused_until.eq(until.millis()))
        .execute(c)?;
    Ok(())
}

/// How many clients there are of this registrar that are removed when they are not used.
pub fn count(c: &mut Conn, by: &Registrar) -> Result<i64, StoreError> {
    Ok(table
        .filter(dsl::registrar.eq(registrar(by)))
        .filter(dsl::unused_until.is_not_null())
        .count()
        .get_result(c)?)
}

/// Clients that were not used for so long that they are removed, those first that have waited longest.
pub fn unused(c: &mut Conn, now: UnixTime, limit: i64) -> Result<Vec<ClientId>, StoreError> {
    let ids: Vec<String> = table
        .filter(dsl::unused_until.lt(now.millis()))
        .order(dsl::unused_until)
        .limit(limit)
        .select(dsl::id)
        .load(c)?;
    Ok(ids.into_iter().map(ClientId::new).collect())
}

/// Those that are removed when they are not used, were registered before then, and were never given anything.
macro_rules! never_used {
    ($before:expr) => {
        table
            .filter(dsl::registrar.is_not_null())
            .filter(dsl::unused_until.is_not_null())
            .filter(dsl::last_used_at.is_null())
            .filter(dsl::created_at.lt($before.millis()))
    };
}

/// How many clients of nobody in particular were registered before then and never used.
pub fn count_never_used(c: &mut Conn, before: UnixTime) -> Result<i64, StoreError> {
    Ok(never_used!(before).count().get_result(c)?)
}

/// Some of those.
pub fn never_used(c: &mut Conn, before: UnixTime, limit: i64) -> Result<Vec<ClientId>, StoreError> {
    let ids: Vec<String> = never_used!(before)
        .order((dsl::created_at, dsl::id))
        .limit(limit)
        .select(dsl::id)
        .load(c)?;
    Ok(ids.into_iter().map(ClientId::new).collect())
}

/// Whether a client is one of those.
pub fn is_never_used(c: &mut Conn, id: &ClientId, before: UnixTime) -> Result<bool, StoreError> {
    let found: i64 = never_used!(before)
        .filter(dsl::id.eq(id.as_str()))
        .count()
        .get_result(c)?;
    Ok(found > 0)
}

/// When the metadata document of a client is to be read again; none for a client without, and for one whose document
/// was refused when it was read last.
pub fn read_again_at(c: &mut Conn, id: &ClientId) -> Result<Option<UnixTime>, StoreError> {
    let found: Option<Option<i64>> = table
        .find(id.as_str())
        .select(dsl::read_again_at)
        .first(c)
        .optional()?;
    Ok(instant(found.flatten()))
}

/// Notes when the metadata document of a client is to be read again; none: it is refused, and read at the next request.
pub fn set_read_again(c: &mut Conn, id: &ClientId, at: Option<UnixTime>) -> Result<(), StoreError> {
    diesel::update(table.find(id.as_str()))
        .set(dsl::read_again_at.eq(millis(at)))
        .execute(c)?;
    Ok(())
}
