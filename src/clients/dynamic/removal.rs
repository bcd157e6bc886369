//! The end of clients that registered themselves: by their own wish, or because nobody used them.

use crate::audit::Act;
use crate::clients::standing;
use crate::db;
use crate::store::{Store, StoreError};
use vouchsafe_core::model::ClientId;

/// Rows that one transaction ends or removes at most.
const SLICE: i64 = 500;
/// Clients that are removed in one go at most; the others follow at the next.
const CLIENTS: i64 = 50;

/// Removes a client with everything that it was given. Disabled first, so that nothing new comes while the old is
/// removed. Blocks on the store.
///
/// # Errors
/// When the store fails; whoever is interrupted can begin again.
pub fn remove_all_of(store: &Store, act: &Act, id: &ClientId) -> Result<(), StoreError> {
    let (acting, client) = (act.clone(), id.clone());
    store.write_blocking("disable-client", move |tx| {
        standing::disable(tx, &acting, &client).map(drop)
    })?;
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
/// When the store fails.
pub fn remove_unused(store: &Store, act: &Act) -> Result<(), StoreError> {
    let now = act.now;
    let unused = store.read_blocking("unused-clients", move |tx| {
        db!(tx, self_registered::unused(now, CLIENTS))
    })?;
    unused.iter().try_for_each(|id| remove_all_of(store, act, id))
}
