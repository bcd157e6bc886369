//! Revoking at once what cannot be counted: an epoch is raised, and everything made before it is refused everywhere.
//! Nothing is expanded, so the act is as fast for a million grants as for one.

use super::Act;
use crate::db;
use crate::store::{StoreError, Tx};
use vouchsafe_core::model::{Client, ClientId, EndReason, Event, EventKind};

/// Ends all tokens, codes and grants that this issuer ever gave, and returns the new epoch.
///
/// # Errors
/// When the store fails.
pub fn revoke_everything(tx: &mut Tx<'_>, act: &Act) -> Result<i64, StoreError> {
    let epoch = db!(tx, issuer_state::raise_epoch())?;
    let raised = Event {
        value: Some(epoch),
        ..act.event(EventKind::IssuerEpochRaised)
    };
    db!(tx, events::append(&raised))?;
    Ok(epoch)
}

/// Ends up to `limit` sign-in sessions, and says how many. Their grants have ended by the epoch; those that they were
/// given since it was raised to `epoch`, while they still stood, end with them.
///
/// # Errors
/// When the store fails.
pub fn end_some_sessions(tx: &mut Tx<'_>, act: &Act, epoch: i64, limit: i64) -> Result<usize, StoreError> {
    let (sessions, reason) = (
        db!(tx, sessions::end_some(act.now, limit))?,
        EndReason::EverythingRevoked,
    );
    let mut told = Vec::new();
    for session in &sessions {
        told.push(act.session_ended(session, reason));
        let late = db!(
            tx,
            grants::end_of_session_since_epoch(&session.id, epoch, (reason, act.now))
        )?;
        told.extend(late.iter().map(|grant| act.grant_ended(grant, reason)));
    }
    db!(tx, events::append_all(&told))?;
    Ok(sessions.len())
}

/// Ends all tokens, codes and grants of a client, and returns it as it is then. `None` when there is no such client.
///
/// # Errors
/// When the store fails.
pub fn revoke_client(tx: &mut Tx<'_>, act: &Act, id: &ClientId) -> Result<Option<Client>, StoreError> {
    let Some(mut client) = db!(tx, clients::lock(id))? else {
        return Ok(None);
    };
    raise_client_epoch(tx, act, &mut client)?;
    Ok(Some(client))
}

/// Writes a client that the caller has locked, with its epoch raised.
///
/// # Errors
/// When the store fails.
pub fn raise_client_epoch(tx: &mut Tx<'_>, act: &Act, client: &mut Client) -> Result<(), StoreError> {
    client.epoch = client.epoch.saturating_add(1);
    db!(tx, clients::update(client))?;
    let raised = Event {
        value: Some(client.epoch),
        ..act.about_client(EventKind::ClientEpochRaised, &client.id)
    };
    db!(tx, events::append(&raised))
}
