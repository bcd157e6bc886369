//! What an administrator does to a registered client. Each act is one transaction with its events; what is too much for
//! one is done in slices, after an epoch has ended all of it at once.

use super::document::ClientDocument;
use super::registration::{self, Pepper};
use super::{apis, own_client};
use crate::audit::{Act, emergency, with, with_changes};
use crate::db;
use crate::store::{NewSecret, SecretFacts, Store, StoreError, Tx};
use serde_json::json;
use vouchsafe_core::model::{
    Client, ClientId, ClientMetadata, ClientSecret, EndReason, Event, EventKind, Plain, Registrar, UnixTime,
};
use vouchsafe_core::spec::client_metadata_document::is_client_id;
use vouchsafe_core::spec::scope;

/// What became of a change of a client.
#[must_use]
#[derive(Clone, Debug, PartialEq)]
pub enum Changed {
    /// It is this now.
    Done(Box<Client>),
    /// It is the server's own, which stays as it is.
    OwnClient,
    /// There is no such client.
    Unknown,
}

/// What is said of the server's own client to whoever would change or delete it.
pub const OWN: &str = "the server's own client stays as it is; it can be disabled and enabled";

/// What is said before a client is deleted that describes itself by a document: to keep it out takes something else.
pub const COMES_BACK: &str = "it describes itself by a document: while metadata documents are read, the next authorization \
                              request that names it registers it again; disable it to keep it out";

/// Whether [`COMES_BACK`] is to be said of a client.
#[must_use]
pub fn comes_back(id: &ClientId) -> bool {
    is_client_id(id.as_str())
}

/// Replaces a client's metadata, which was checked. A client that registered itself and is given trust by this is the
/// administrator's from then on: its registration access token ends, and it is not removed when nobody uses it.
///
/// # Errors
/// When the store fails.
pub fn update(
    tx: &mut Tx<'_>,
    act: &Act,
    id: &ClientId,
    metadata: &ClientMetadata,
) -> Result<Changed, StoreError> {
    let Some(mut client) = db!(tx, clients::lock(id))? else {
        return Ok(Changed::Unknown);
    };
    if own_client::is_own(id) {
        return Ok(Changed::OwnClient);
    }
    if client.metadata != *metadata {
        let is_adopted = client.is_self_registered() && gives_trust(&client.metadata, metadata);
        let before = client.clone();
        client.metadata = metadata.clone();
        let had = &before.metadata.scopes;
        apis::hold(tx, metadata.scopes.iter().filter(|name| !had.contains(name)))?;
        db!(tx, clients::update(&client))?;
        let mut updated = update_event(act, &before, &client);
        if before.has_secret() && !client.has_secret() {
            retire_secrets(tx, act, id)?;
        }
        if is_adopted {
            client.registrar = Registrar::Administrator;
            client.unused_until = None;
            db!(tx, self_registered::adopt(id))?;
            updated = with(
                "registered_by",
                registration::registrar(&client.registrar),
                updated,
            );
        }
        db!(tx, events::append(&updated))?;
    }
    Ok(Changed::Done(Box::new(client)))
}

/// The event of a change of a client's metadata.
pub(super) fn update_event(act: &Act, before: &Client, after: &Client) -> Event {
    let event = act.about_client(EventKind::ClientUpdated, &after.id);
    with_changes(&ClientDocument::from(before), &ClientDocument::from(after), event)
}

/// Whether a client gets what whoever holds its registration access token must not have a say in.
fn gives_trust(before: &ClientMetadata, after: &ClientMetadata) -> bool {
    let is_new = |name: &String| scope::administers(name) && !before.scopes.contains(name);
    (after.first_party && !before.first_party) || after.scopes.iter().any(is_new)
}

/// Ends the secrets of a client that proves itself otherwise from now on: none of them comes back with a later change.
fn retire_secrets(tx: &mut Tx<'_>, act: &Act, id: &ClientId) -> Result<(), StoreError> {
    let live = db!(tx, clients::secret_facts(id, act.now))?;
    db!(tx, clients::retire_secrets(id, act.now, act.now))?;
    let ended: Vec<Event> = live.iter().map(|_| secret_ended(act, id, act.now)).collect();
    db!(tx, events::append_all(&ended))
}

fn secret_ended(act: &Act, id: &ClientId, end: UnixTime) -> Event {
    let ended = act.about_client(EventKind::ClientSecretEnded, id);
    with("expires_at", json!(end.seconds()), ended)
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
        let disabled = act.about_client(EventKind::ClientDisabled, id);
        db!(tx, events::append(&disabled))?;
        emergency::raise_client_epoch(tx, act, &mut client)?;
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
    db!(tx, events::append_all(&act.grants_ended(&grants, reason)))?;
    Ok(grants.len())
}

/// Removes a disabled client whose grants have ended and whose consents are forgotten. `false` when there is no such
/// client, or none that may be removed.
///
/// # Errors
/// When the store fails.
pub fn remove(tx: &mut Tx<'_>, act: &Act, id: &ClientId) -> Result<bool, StoreError> {
    let before = db!(tx, clients::by_id(id))?;
    if own_client::is_own(id) || !db!(tx, clients::remove(id))? {
        return Ok(false);
    }
    let name = before.map(|client| client.metadata.client_name);
    let deleted = act.about_client(EventKind::ClientDeleted, id);
    let deleted = with("client_name", json!(name), deleted);
    db!(tx, events::append(&deleted))?;
    Ok(true)
}

/// What went with a client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deleted {
    /// Grants that ended.
    pub grants: usize,
    /// Consents that were forgotten.
    pub consents: usize,
}

/// What became of the wish to delete a client.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deletion {
    /// It is gone.
    Done(Deleted),
    /// It is the server's own, which stays.
    OwnClient,
    /// There is no such client.
    Unknown,
}

/// Rows that one transaction ends or removes at most.
const SLICE: i64 = 500;

/// Deletes a client with everything that it was given, in several transactions: disabled first, so that nothing new
/// comes while the old is removed, and whoever is interrupted can begin again. Blocks on the store.
///
/// # Errors
/// When the store fails.
pub fn delete(store: &Store, act: &Act, id: &ClientId) -> Result<Deletion, StoreError> {
    if own_client::is_own(id) {
        return Ok(Deletion::OwnClient);
    }
    let all = |name: &'static str, slice: fn(&mut Tx<'_>, &Act, &ClientId) -> Result<usize, StoreError>| {
        let mut count = 0;
        loop {
            let (act, id) = (act.clone(), id.clone());
            match store.write_blocking(name, move |tx| slice(tx, &act, &id))? {
                0 => return Ok::<usize, StoreError>(count),
                done => count += done,
            }
        }
    };
    let (begun, doomed) = (act.clone(), id.clone());
    let found = store.write_blocking("disable-client", move |tx| disable(tx, &begun, &doomed))?;
    if found.is_none() {
        return Ok(Deletion::Unknown);
    }
    let grants = all("end-grants", |tx, act, id| end_some_grants(tx, act, id, SLICE))?;
    let consents = all("forget-consents", |tx, _, id| {
        db!(tx, consents::remove_some_of_client(id, SLICE))
    })?;
    let (last, doomed) = (act.clone(), id.clone());
    let removed = store.write_blocking("delete-client", move |tx| remove(tx, &last, &doomed))?;
    Ok(if removed {
        Deletion::Done(Deleted { grants, consents })
    } else {
        Deletion::Unknown
    })
}

/// Gives a client another secret. Those before that had no end count until `end`; one that had an end was replaced
/// already, and ends now.
///
/// # Errors
/// When the store fails.
pub fn rotate_secret(
    tx: &mut Tx<'_>,
    act: &Act,
    (id, end): (&ClientId, UnixTime),
    pepper: Pepper<'_>,
) -> Result<SecretAdded, StoreError> {
    let Some(client) = db!(tx, clients::lock(id))? else {
        return Ok(SecretAdded::Unknown);
    };
    if !may_have_secret(&client) {
        return Ok(SecretAdded::NotByOne);
    }
    let secret: Plain<ClientSecret> = Plain::from_entropy(act.entropy.bytes());
    replace_secret(tx, act, (id, end), pepper, &secret)?;
    Ok(SecretAdded::Added(secret))
}

fn may_have_secret(client: &Client) -> bool {
    client.has_secret() && !own_client::is_own(&client.id)
}

/// As [`rotate_secret`], to a secret that was made elsewhere.
///
/// # Errors
/// When the store fails; [`StoreError::Conflict`] when the client had this secret before.
pub fn replace_secret(
    tx: &mut Tx<'_>,
    act: &Act,
    (id, end): (&ClientId, UnixTime),
    pepper: Pepper<'_>,
    secret: &Plain<ClientSecret>,
) -> Result<(), StoreError> {
    let row = NewSecret {
        digest: secret.digest_with(pepper.key),
        pepper_version: pepper.version,
        now: act.now,
        expires_at: None,
    };
    db!(tx, clients::retire_secrets(id, act.now, end))?;
    db!(tx, clients::add_secret(id, &row))?;
    let rotated = act.about_client(EventKind::ClientSecretRotated, id);
    db!(tx, events::append(&rotated))
}

/// Secrets of a client that count at once, so that one can be replaced without a moment in between.
pub const LIVE_SECRETS: usize = 2;

/// What became of the wish for a further secret.
pub enum SecretAdded {
    /// Here it is, in clear for this one time.
    Added(Plain<ClientSecret>),
    /// The client has as many as it may have.
    TooMany,
    /// The client does not authenticate by a secret.
    NotByOne,
    /// There is no such client.
    Unknown,
}

/// Gives a client a further secret; those that it has go on counting.
///
/// # Errors
/// When the store fails.
pub fn add_secret(
    tx: &mut Tx<'_>,
    act: &Act,
    (id, expires_at): (&ClientId, Option<UnixTime>),
    pepper: Pepper<'_>,
) -> Result<SecretAdded, StoreError> {
    let Some(client) = db!(tx, clients::lock(id))? else {
        return Ok(SecretAdded::Unknown);
    };
    if !may_have_secret(&client) {
        return Ok(SecretAdded::NotByOne);
    }
    if db!(tx, clients::secret_facts(id, act.now))?.len() >= LIVE_SECRETS {
        return Ok(SecretAdded::TooMany);
    }
    let secret: Plain<ClientSecret> = Plain::from_entropy(act.entropy.bytes());
    let row = NewSecret {
        digest: secret.digest_with(pepper.key),
        pepper_version: pepper.version,
        now: act.now,
        expires_at,
    };
    db!(tx, clients::add_secret(id, &row))?;
    let added = act.about_client(EventKind::ClientSecretAdded, id);
    db!(tx, events::append(&added))?;
    Ok(SecretAdded::Added(secret))
}

/// What became of the wish to end a secret.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretEnded {
    /// It counts until the instant that was named.
    Ended,
    /// No other counts longer: the client could not authenticate any more. Nothing was done.
    Last,
    /// There is no such secret that counts.
    Unknown,
}

/// Sets an end to one of several secrets of a client. One that ends earlier already stays as it is.
///
/// # Errors
/// When the store fails.
pub fn end_secret(
    tx: &mut Tx<'_>,
    act: &Act,
    (id, secret): (&ClientId, &str),
    end: UnixTime,
) -> Result<SecretEnded, StoreError> {
    let Some(client) = db!(tx, clients::lock(id))? else {
        return Ok(SecretEnded::Unknown);
    };
    let live = db!(tx, clients::secret_facts(id, act.now))?;
    let counts_after = |known: &SecretFacts, end| known.expires_at.is_none_or(|own| own > end);
    let Some(named) = live.iter().find(|known| known.id == secret) else {
        return Ok(SecretEnded::Unknown);
    };
    if !counts_after(named, end) {
        return Ok(SecretEnded::Ended);
    }
    let another = live
        .iter()
        .any(|other| other.id != secret && counts_after(other, end));
    if client.has_secret() && !another {
        return Ok(SecretEnded::Last);
    }
    if !db!(tx, clients::end_secret((id, secret), act.now, end))? {
        return Ok(SecretEnded::Unknown);
    }
    db!(tx, events::append(&secret_ended(act, id, end)))?;
    Ok(SecretEnded::Ended)
}
