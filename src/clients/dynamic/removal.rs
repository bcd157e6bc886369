//! The end of clients that registered themselves: by their own wish, or because nobody used them.

use crate::audit::Act;
use crate::clients::standing;
use crate::db;
use crate::store::{Store, StoreError};
use vouchsafe_core::model::{ClientId, Digest, RegistrationAccessToken};

/// Rows that one transaction ends or removes at most.
const SLICE: i64 = 500;
/// Clients that are removed in one go at most; the others follow at the next.
const CLIENTS: i64 = 50;

/// Removes a client by its own wish, with everything that it was given; `false` when the token that it presented does
/// not count any more. Disabled first, so that nothing new comes while the old is removed. Blocks on the store.
///
/// # Errors
/// When the store fails.
pub fn remove_itself(
    store: &Store,
    act: &Act,
    (id, presented): (&ClientId, &Digest<RegistrationAccessToken>),
) -> Result<bool, StoreError> {
    let (acting, client, presented) = (act.clone(), id.clone(), presented.clone());
    let begun = store.write_blocking("disable-client", move |tx| {
        // Checked again under the lock: a change in between gave the client another token.
        let is_its_own = super::authenticated(tx, &client, &presented)?.is_some();
        if is_its_own {
            standing::disable(tx, &acting, &client)?;
        }
        Ok(is_its_own)
    })?;
    if begun {
        remove_disabled(store, act, id)?;
    }
    Ok(begun)
}

/// Removes a disabled client with everything that it was given. Blocks on the store.
fn remove_disabled(store: &Store, act: &Act, id: &ClientId) -> Result<(), StoreError> {
    loop {
        let (acting, client) = (act.clone(), id.clone());
        let done = store.write_blocking("end-grants", move |tx| {
            let grants = standing::end_some_grants(tx, &acting, &client, SLICE)?;
            Ok(grants + db!(tx, consents::remove_some_of_client(&client, SLICE))?)
        })?;
        if done == 0 {
            break;
        }
    }
    let (acting, client) = (act.clone(), id.clone());
    store.write_blocking("delete-client", move |tx| {
        standing::remove(tx, &acting, &client).map(drop)
    })
}

/// Removes clients that were not used for too long. Blocks on the store.
///
/// # Errors
/// When the store fails; whoever is interrupted can begin again.
pub fn remove_unused(store: &Store, act: &Act) -> Result<(), StoreError> {
    let now = act.now;
    let unused = store.read_blocking("unused-clients", move |tx| {
        db!(tx, self_registered::unused(now, CLIENTS))
    })?;
    unused.iter().try_for_each(|id| remove_if_unused(store, act, id))
}

fn remove_if_unused(store: &Store, act: &Act, id: &ClientId) -> Result<(), StoreError> {
    let (acting, client) = (act.clone(), id.clone());
    let begun = store.write_blocking("disable-client", move |tx| {
        // Checked again under the lock: it may have been used, or trusted by an administrator, since it was found.
        let until = db!(tx, clients::lock(&client))?.and_then(|found| found.unused_until);
        let is_unused = until.is_some_and(|until| until < acting.now);
        if is_unused {
            standing::disable(tx, &acting, &client)?;
        }
        Ok(is_unused)
    })?;
    if begun {
        remove_disabled(store, act, id)?;
    }
    Ok(())
}
