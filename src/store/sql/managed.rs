//! Which APIs, clients and people a set of documents made (`vouchsafe apply`): only those may it delete again.

use super::super::Conn;
use crate::store::StoreError;
use crate::store::schema::{apis, clients, users};
use diesel::prelude::*;
use vouchsafe_core::model::{ClientId, UserId};

/// Remembers that an API was made by this set.
pub fn mark_api(c: &mut Conn, identifier: &str, set: &str) -> Result<(), StoreError> {
    diesel::update(apis::table.find(identifier))
        .set(apis::managed_by.eq(set))
        .execute(c)?;
    Ok(())
}

/// Remembers that a client was made by this set.
pub fn mark_client(c: &mut Conn, id: &ClientId, set: &str) -> Result<(), StoreError> {
    diesel::update(clients::table.find(id.as_str()))
        .set(clients::managed_by.eq(set))
        .execute(c)?;
    Ok(())
}

/// Remembers that a person's account was made by this set.
pub fn mark_user(c: &mut Conn, id: &UserId, set: &str) -> Result<(), StoreError> {
    diesel::update(users::table.find(id.as_str()))
        .set(users::managed_by.eq(set))
        .execute(c)?;
    Ok(())
}

/// The identifiers of the APIs that this set made.
pub fn apis(c: &mut Conn, set: &str) -> Result<Vec<String>, StoreError> {
    Ok(apis::table
        .filter(apis::managed_by.eq(set))
        .order(apis::identifier)
        .select(apis::identifier)
        .load(c)?)
}

/// The clients that this set made.
pub fn clients(c: &mut Conn, set: &str) -> Result<Vec<ClientId>, StoreError> {
    let ids: Vec<String> = clients::table
        .filter(clients::managed_by.eq(set))
        .order(clients::id)
        .select(clients::id)
        .load(c)?;
    Ok(ids.into_iter().map(ClientId::new).collect())
}

/// The people whose accounts this set made.
pub fn users(c: &mut Conn, set: &str) -> Result<Vec<UserId>, StoreError> {
    let ids: Vec<String> = users::table
        .filter(users::managed_by.eq(set))
        .order(users::id)
        .select(users::id)
        .load(c)?;
    Ok(ids.into_iter().map(UserId::new).collect())
}
