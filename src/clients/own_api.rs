//! The API that is the server's own: the administration. It owns the scopes `vouchsafe:*`, which only clients have that
//! an administrator gave them to.

use crate::db;
use crate::store::{Store, StoreError};
use vouchsafe_core::model::{Api, ApiScope, KeyAlgorithm, TokenTyp, UnixTime};
use vouchsafe_core::spec::scope;

/// Reads everything that an administrator sees.
pub const READ: &str = "vouchsafe:read";
/// Changes everything that an administrator changes.
pub const WRITE: &str = "vouchsafe:write";
/// Tells that something about a person has changed, or that their access must end. Nothing else.
pub const SIGNAL: &str = "vouchsafe:signal";

/// The audience of tokens for the administration.
#[must_use]
pub fn identifier(issuer: &str) -> String {
    format!("{}/api", issuer.trim_end_matches('/'))
}

/// Whether an API is the server's own.
#[must_use]
pub fn is_own(api: &Api) -> bool {
    api.scopes.iter().any(|scope| scope::administers(&scope.name))
}

/// Registers the API where it is not, under the name of this issuer: done by a server when it starts. Blocks on the store.
///
/// # Errors
/// When the store fails.
pub fn register(store: &Store, issuer: &str, now: UnixTime) -> Result<(), StoreError> {
    let wanted = identifier(issuer);
    let known = store.read_blocking("own-api", |tx| db!(tx, apis::owner_of(READ)))?;
    if known.is_some_and(|known| known == wanted) {
        return Ok(());
    }
    add(store, wanted, now)
}

/// As [`register`], where there is none at all: the command line may run under another name than the server.
///
/// # Errors
/// When the store fails.
pub fn register_first(store: &Store, issuer: &str, now: UnixTime) -> Result<(), StoreError> {
    if store
        .read_blocking("own-api", |tx| db!(tx, apis::owner_of(READ)))?
        .is_some()
    {
        return Ok(());
    }
    add(store, identifier(issuer), now)
}

fn add(store: &Store, wanted: String, now: UnixTime) -> Result<(), StoreError> {
    let added = store.write_blocking("own-api", move |tx| {
        // The issuer has another name now.
        if let Some(before) = db!(tx, apis::owner_of(READ))? {
            db!(tx, apis::remove(&before))?;
        }
        db!(tx, apis::add(&api(wanted.clone(), now)))
    });
    match added {
        // Another node was quicker.
        Ok(()) | Err(StoreError::Conflict(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

fn api(identifier: String, now: UnixTime) -> Api {
    let scope = |(name, description): (&str, &str)| ApiScope {
        name: name.to_owned(),
        description: description.to_owned(),
    };
    Api {
        identifier,
        name: "Administration".to_owned(),
        token_typ: TokenTyp::AtJwt,
        signing_alg: KeyAlgorithm::default(),
        access_token_lifetime: None,
        claims: Vec::new(),
        created_at: now,
        scopes: [
            (READ, "See users, applications, keys and the audit log"),
            (WRITE, "Change users, applications and keys"),
            (SIGNAL, "Tell that a user has changed, or end their access"),
        ]
        .map(scope)
        .to_vec(),
    }
}
