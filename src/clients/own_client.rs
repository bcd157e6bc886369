//! RFC 8252 — the client that is the server's own: its command line, through which administrators work from elsewhere.

use super::registration::{self, Made, Wish};
use super::{own_api, standing};
use crate::audit::Act;
use crate::db;
use crate::store::{Store, StoreError, Tx};
use vouchsafe_core::model::{Client, ClientId, ClientKind, ClientMetadata};

/// Its `client_id`.
pub const ID: &str = "vouchsafe-cli";

/// Whether a client is the server's own.
#[must_use]
pub fn is_own(id: &ClientId) -> bool {
    id.as_str() == ID
}

/// Registers the client where it is not, and makes one that differs what it was: done by a server when it starts. One that
/// was disabled stays so, and with it nobody works from elsewhere. Blocks on the store.
///
/// # Errors
/// When the store fails.
pub fn register(store: &Store, act: &Act) -> Result<(), StoreError> {
    let apis = store.read_blocking("apis", |tx| db!(tx, apis::all()))?;
    let metadata = match registration::check(wish(), &apis) {
        Ok(metadata) => metadata,
        Err(rule) => {
            tracing::warn!(%rule, "the command line cannot be registered as a client");
            return Ok(());
        }
    };
    let (made, act) = (Made::named(ClientId::new(ID), metadata, None, act), act.clone());
    let added = store.write_blocking("own-client", move |tx| {
        match db!(tx, clients::lock(&made.client.id))? {
            Some(found) => mend(tx, &act, &found, &made.client.metadata),
            None => db!(tx, clients::add(&made.client)),
        }
    });
    match added {
        // Another node was quicker.
        Ok(()) | Err(StoreError::Conflict(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

/// What somebody changed in the database itself, or an earlier version registered otherwise. A secret would be no use to
/// anybody but a thief.
fn mend(tx: &mut Tx<'_>, act: &Act, found: &Client, wanted: &ClientMetadata) -> Result<(), StoreError> {
    if found.metadata == *wanted {
        return Ok(());
    }
    tracing::warn!("the server's own client was not as the server made it, and is again");
    let mended = Client {
        metadata: wanted.clone(),
        ..found.clone()
    };
    db!(tx, clients::update(&mended))?;
    db!(tx, clients::retire_secrets(&mended.id, act.now, act.now))?;
    db!(tx, events::append(&standing::update_event(act, found, &mended)))
}

fn wish() -> Wish {
    // A native client may come back to any port.
    let redirect_uris = vec!["http://127.0.0.1/callback".to_owned()];
    Wish {
        redirect_uris,
        scopes: Some(vec![format!(
            "openid offline_access {} {}",
            own_api::READ,
            own_api::WRITE
        )]),
        require_consent: true,
        ..Wish::new("vouchsafe command line".to_owned(), ClientKind::Native)
    }
}
