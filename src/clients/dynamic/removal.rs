//! The end of clients that registered themselves: by their own wish, or because nobody used them.

use crate::audit::Act;
use crate::clients::standing;
use crate::db;
use crate::store::{Store, StoreError, Tx};
use vouchsafe_core::model::{ClientId, Digest, RegistrationAccessToken, Span, UnixTime};

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

/// How old a registration is at least before it counts as never used: its first sign-in may be under way.
const SETTLED: Span = Span::from_hours(1);

/// How many clients registered themselves without an initial access token, an hour ago or earlier, and never got a token.
///
/// # Errors
/// When the store fails.
pub fn count_never_used(store: &Store, now: UnixTime) -> Result<i64, StoreError> {
    let before = now.minus(SETTLED);
    store.read_blocking("count-never-used", move |tx| {
        db!(tx, self_registered::count_never_used(before))
    })
}

/// Removes those, and says how many. Blocks on the store.
///
/// # Errors
/// When the store fails; whoever is interrupted can begin again.
pub fn remove_never_used(store: &Store, act: &Act) -> Result<usize, StoreError> {
    let (mut removed, before) = (0, act.now.minus(SETTLED));
    loop {
        let some = store.read_blocking("never-used-clients", move |tx| {
            db!(tx, self_registered::never_used(before, CLIENTS))
        })?;
        let mut gone = 0;
        for id in &some {
            gone += usize::from(remove_if(store, act, id, move |tx, id| {
                db!(tx, self_registered::is_never_used(id, before))
            })?);
        }
        // Those that were found but are not removed were used meanwhile.
        if gone == 0 {
            return Ok(removed);
        }
        removed += gone;
    }
}

fn remove_if_unused(store: &Store, act: &Act, id: &ClientId) -> Result<(), StoreError> {
    let now = act.now;
    remove_if(store, act, id, move |tx, id| {
        // It may have been used, or trusted by an administrator, since it was found.
        let until = db!(tx, clients::by_id(id))?.and_then(|found| found.unused_until);
        Ok(until.is_some_and(|until| until < now))
    })
    .map(drop)
}

/// Removes a client if that is still so under the lock of its row; says whether it was.
fn remove_if<F>(store: &Store, act: &Act, id: &ClientId, mut is_so: F) -> Result<bool, StoreError>
where
    F: FnMut(&mut Tx<'_>, &ClientId) -> Result<bool, StoreError> + Send + 'static,
{
    let (acting, client) = (act.clone(), id.clone());
    let begun = store.write_blocking("disable-client", move |tx| {
        db!(tx, clients::lock(&client))?;
        let begins = is_so(tx, &client)?;
        if begins {
            standing::disable(tx, &acting, &client)?;
        }
        Ok(begins)
    })?;
    if begun {
        remove_disabled(store, act, id)?;
    }
    Ok(begun)
}
