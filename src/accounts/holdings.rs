//! What a person holds: the sessions, grants and consents that stand, with the names of the applications.

use crate::db;
use crate::store::{GrantsWanted, StoreError, Tx};
use std::collections::BTreeMap;
use vouchsafe_core::decide::grant_is_live::epochs_stand;
use vouchsafe_core::model::{ClientId, Consent, Grant, Session, UnixTime, UserId};

/// Sessions and grants of one person that are read at most.
pub const READ: i64 = 200;

/// What a person holds.
#[derive(Clone, Debug, Default)]
pub struct Holdings {
    /// Sign-in sessions.
    pub sessions: Vec<Session>,
    /// What clients were given.
    pub grants: Vec<Grant>,
    /// What the person allowed.
    pub consents: Vec<Consent>,
    /// The names of the clients of grants and consents.
    pub clients: BTreeMap<ClientId, String>,
    /// Whether there is more than was read.
    pub more: bool,
}

impl Holdings {
    /// The name of a client, or its id when it is no more.
    #[must_use]
    pub fn name<'a>(&'a self, client: &'a ClientId) -> &'a str {
        self.clients.get(client).map_or(client.as_str(), String::as_str)
    }
}

/// What a person holds at `now`.
///
/// # Errors
/// When the store fails.
pub fn of_person(tx: &mut Tx<'_>, id: &UserId, now: UnixTime) -> Result<Holdings, StoreError> {
    let wanted = GrantsWanted {
        after: None,
        user: Some(id.clone()),
        client: None,
        now,
    };
    let mut held = Holdings {
        sessions: db!(tx, sessions::list(None, Some(id), now, READ))?,
        grants: db!(tx, grants::list(&wanted, READ))?,
        consents: db!(tx, consents::of_user(id))?,
        ..Holdings::default()
    };
    let full = |count: usize| i64::try_from(count).is_ok_and(|count| count >= READ);
    held.more = full(held.sessions.len()) || full(held.grants.len());
    let issuer_epoch = db!(tx, issuer_state::read())?.epoch;
    let named = held.grants.iter().map(|grant| &grant.client_id);
    let named: Vec<ClientId> = named
        .chain(held.consents.iter().map(|consent| &consent.client_id))
        .cloned()
        .collect();
    let mut standing = BTreeMap::new();
    for client_id in named {
        if standing.contains_key(&client_id) {
            continue;
        }
        if let Some(client) = db!(tx, clients::by_id(&client_id))? {
            held.clients
                .insert(client_id.clone(), client.metadata.client_name.clone());
            standing.insert(client_id, client);
        }
    }
    held.grants.retain(|grant| {
        let client = standing.get(&grant.client_id);
        client.is_some_and(|client| epochs_stand(grant.ep, [issuer_epoch, client.epoch]).is_ok())
    });
    held.sessions
        .sort_by_key(|session| std::cmp::Reverse(session.auth_time));
    held.grants
        .sort_by(|one, other| (&one.client_id, other.created_at).cmp(&(&other.client_id, one.created_at)));
    Ok(held)
}
