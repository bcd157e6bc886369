//! What an administrator does to a registered client. Each act is one transaction with its events; what is too much for
//! one is done in slices, after an epoch has ended all of it at once.

use super::registration::Pepper;
use crate::audit::{Act, emergency};
use crate::db;
use crate::store::{NewSecret, StoreError, Tx};
use vouchsafe_core::model::{
    Client, ClientId, ClientMetadata, ClientSecret, EndReason, EventKind, Plain, UnixTime,
};

/// Replaces a client's metadata, which was checked. `None` when there is no such client.
///
/// # Errors
/// When the store fails.
pub fn update(
    tx: &mut Tx<'_>,
    act: &Act,
    id: &ClientId,
    metadata: &ClientMetadata,
) -> Result<Option<Client>, StoreError> {
    let Some(mut client) = db!(tx, clients::lock(id))? else {
        return Ok(None);
    };
    if client.metadata != *metadata {
        client.metadata = metadata.clone();
        db!(tx, clients::update(&client))?;
        let updated = act.about_client(EventKind::ClientUpdated, id);
        db!(tx, events::append(&updated))?;
    }
    Ok(Some(client))
}

/// Disables a client and ends everything that it was given. `None` when there is no such client.
///
/// # Errors
/// When the store fails.
pub fn disable(tx: &mut Tx<'_>, act: &Act, id: &ClientId) -> Result<Option<Client>, StoreError> {
    let Some(mut client) = db!(tx, clients::lock(id))? else {
        return Ok(None);
    };
    if client.disabled_at.is_none() {
        client.disabled_at = Some(act.now);
        emergency::raise_client_epoch(tx, act, &mut client)?;
        let disabled = act.about_client(EventKind::ClientDisabled, id);
        db!(tx, events::append(&disabled))?;
    }
    Ok(Some(client))
}

/// Enables a client. What was ended stays ended. `None` when there is no such client.
///
/// # Errors
/// When the store fails.
pub fn enable(tx: &mut Tx<'_>, act: &Act, id: &ClientId) -> Result<Option<Client>, StoreError> {
    let Some(mut client) = db!(tx, clients::lock(id))? else {
        return Ok(None);
    };
    if client.disabled_at.take().is_some() {
        db!(tx, clients::update(&client))?;
        let enabled = act.about_client(EventKind::ClientEnabled, id);
        db!(tx, events::append(&enabled))?;
    }
    Ok(Some(client))
}

/// Ends up to `limit` grants of a client that is being deleted, and says how many.
///
/// # Errors
/// When the store fails.
pub fn end_some_grants(tx: &mut Tx<'_>, act: &Act, id: &ClientId, limit: i64) -> Result<usize, StoreError> {
    let reason = EndReason::ClientDeleted;
    let grants = db!(tx, grants::end_some_of_client(id, reason, act.now, limit))?;
    let told: Vec<_> = grants
        .iter()
        .map(|grant| act.grant_ended(grant, reason))
        .collect();
    db!(tx, events::append_all(&told))?;
    Ok(grants.len())
}

/// Removes a disabled client whose grants have ended and whose consents are forgotten. `false` when there is no such
/// client.
///
/// # Errors
/// When the store fails.
pub fn remove(tx: &mut Tx<'_>, act: &Act, id: &ClientId) -> Result<bool, StoreError> {
    if !db!(tx, clients::remove(id))? {
        return Ok(false);
    }
    let deleted = act.about_client(EventKind::ClientDeleted, id);
    db!(tx, events::append(&deleted))?;
    Ok(true)
}

/// Gives a client another secret; the one before counts until `end`.
///
/// # Errors
/// When the store fails.
pub fn rotate_secret(
    tx: &mut Tx<'_>,
    act: &Act,
    (id, end): (&ClientId, UnixTime),
    pepper: Pepper<'_>,
) -> Result<Plain<ClientSecret>, StoreError> {
    let secret: Plain<ClientSecret> = Plain::from_entropy(act.entropy.bytes());
    let row = NewSecret {
        digest: secret.digest_with(pepper.key),
        pepper_version: pepper.version,
        now: act.now,
        expires_at: None,
    };
    db!(tx, clients::retire_secrets(id, act.now, end))?;
    db!(tx, clients::add_secret(id, &row))?;
    let rotated = act.about_client(EventKind::ClientSecretRotated, id);
    db!(tx, events::append(&rotated))?;
    Ok(secret)
}
