//! RFC 8252 — the client that is the server's own: its command line, through which administrators work from elsewhere.

use super::own_api;
use super::registration::{self, Made, Wish};
use crate::audit::Act;
use crate::db;
use crate::store::{Store, StoreError};
use vouchsafe_core::model::{ClientId, ClientKind};

/// Its `client_id`.
pub const ID: &str = "vouchsafe-cli";

/// Registers the client where it is not: done by a server when it starts. One that was disabled stays so, and with it
/// nobody works from elsewhere. Blocks on the store.
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
    let made = Made::named(ClientId::new(ID), metadata, None, act);
    let added = store.write_blocking("own-client", move |tx| {
        if db!(tx, clients::by_id(&made.client.id))?.is_some() {
            return Ok(());
        }
        db!(tx, clients::add(&made.client))
    });
    match added {
        // Another node was quicker.
        Ok(()) | Err(StoreError::Conflict(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

fn wish() -> Wish {
    // A native client may come back to any port.
    let redirect_uris = vec!["http://127.0.0.1/callback".to_owned()];
    Wish {
        redirect_uris,
        scopes: vec![format!(
            "openid offline_access {} {}",
            own_api::READ,
            own_api::WRITE
        )],
        require_consent: true,
        ..Wish::new("vouchsafe command line".to_owned(), ClientKind::Native)
    }
}
