//! Revoking at once what cannot be counted: an epoch is raised, and everything made before it is refused everywhere.
//! Nothing is expanded, so the act is as fast for a million grants as for one.

use super::Act;
use crate::accounts::admin_sessions;
use crate::clients::lifetimes;
use crate::db;
use crate::store::{GrantsWanted, StoreError, Tx};
use vouchsafe_core::model::{Client, ClientId, EndReason, Event, EventKind, SessionId, Span, UnixTime};

/// Sessions that one transaction ends at most.
pub const SLICE: i64 = 500;
/// The most grants that are counted beforehand.
const COUNTED: i64 = 100_000;

/// What an emergency would end, and how long others may still take it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preview {
    /// Grants that stand, counted to a hundred thousand.
    pub grants: usize,
    /// Sign-in sessions that stand and would end.
    pub sessions: i64,
    /// How long a resource server that does not follow the feed may take an access token that is out.
    pub longest: Span,
}

impl Preview {
    /// The same in minutes, rounded up.
    #[must_use]
    pub const fn minutes(&self) -> i64 {
        let seconds = self.longest.seconds();
        seconds / 60 + if seconds % 60 > 0 { 1 } else { 0 }
    }
}

/// What would end if everything, or all of one client, were revoked at `now`, where access tokens live as long as `usual`
/// unless an API says otherwise, or said so while those that are out were made. `None` when there is no such client.
///
/// # Errors
/// When the store fails.
pub fn preview(
    tx: &mut Tx<'_>,
    client: Option<&ClientId>,
    (now, usual): (UnixTime, Span),
) -> Result<Option<Preview>, StoreError> {
    if let Some(id) = client
        && db!(tx, clients::by_id(id))?.is_none()
    {
        return Ok(None);
    }
    let wanted = GrantsWanted {
        after: None,
        user: None,
        client: client.cloned(),
        now,
    };
    Ok(Some(Preview {
        grants: db!(tx, grants::count(&wanted, COUNTED))?,
        sessions: if client.is_none() {
            db!(tx, sessions::count_standing(now))?
        } else {
            0
        },
        longest: lifetimes::longest(tx, (now, usual))?,
    }))
}

/// Ends all tokens, codes and grants that this issuer ever gave, and the sessions of all administrators. Returns the new
/// epoch.
///
/// # Errors
/// When the store fails.
pub fn revoke_everything(tx: &mut Tx<'_>, act: &Act) -> Result<i64, StoreError> {
    revoke_everything_but(tx, act, None)
}

/// As [`revoke_everything`], but for the session of the administrator who does it.
///
/// # Errors
/// When the store fails.
pub fn revoke_everything_but(
    tx: &mut Tx<'_>,
    act: &Act,
    kept: Option<&SessionId>,
) -> Result<i64, StoreError> {
    let epoch = db!(tx, issuer_state::raise_epoch())?;
    let raised = Event {
        value: Some(epoch),
        ..act.event(EventKind::IssuerEpochRaised)
    };
    db!(tx, events::append(&raised))?;
    admin_sessions::end_all_but(tx, act, kept, EndReason::EverythingRevoked)?;
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
        told.extend(act.grants_ended(&late, reason));
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
