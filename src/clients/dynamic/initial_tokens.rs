//! RFC 7591 §3 — initial access tokens: an administrator lets somebody register so many clients.

use crate::audit::{Act, with};
use crate::db;
use crate::store::{StoreError, Tx};
use serde_json::json;
use vouchsafe_core::model::{Event, EventKind, InitialAccessToken, InitialToken, Plain, Span, TokenId};
use vouchsafe_core::spec::scope;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Wish {
    /// How many clients.
    pub uses: i64,
    /// For how long.
    pub lasts: Span,
    /// Scopes that the clients may have. Empty: those that the configuration says.
    pub scopes: Vec<String>,
}

/// A token that is to be stored, with its secret in clear for this one time.
pub struct Made {
    /// The token.
    pub token: InitialToken,
    /// The secret.
    pub secret: Plain<InitialAccessToken>,
}

/// A scope that no initial access token gives: whoever registers a client could make it an administrator.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("scope {0:?}: only an administrator gives it to a client that is registered already")]
pub struct NotToBeGiven(pub String);

impl Made {
    /// A token with a random secret.
    ///
    /// # Errors
    /// [`NotToBeGiven`].
    pub fn new(wish: Wish, act: &Act) -> Result<Self, NotToBeGiven> {
        if let Some(name) = wish.scopes.iter().find(|name| scope::administers(name)) {
            return Err(NotToBeGiven(name.clone()));
        }
        // Like every id; one that begins with a hyphen would look like a flag on a command line.
        let id = format!("t{}", TokenId::from_entropy(act.entropy.bytes()));
        Ok(Self {
            token: InitialToken {
                id,
                uses_left: wish.uses,
                scopes: wish.scopes,
                created_by: act.actor.clone(),
                created_at: act.now,
                expires_at: act.now.plus(wish.lasts),
            },
            secret: Plain::from_entropy(act.entropy.bytes()),
        })
    }
}

/// Stores a token.
///
/// # Errors
/// When the store fails.
pub fn create(tx: &mut Tx<'_>, act: &Act, made: &Made) -> Result<(), StoreError> {
    db!(tx, initial_tokens::add(&made.token, &made.secret.digest()))?;
    let told = with(
        "uses",
        json!(made.token.uses_left),
        about(act, EventKind::InitialTokenCreated, &made.token.id),
    );
    db!(tx, events::append(&told))
}

/// Revokes a token; the clients that were registered with it stay. `false` when there is none with this id.
///
/// # Errors
/// When the store fails.
pub fn revoke(tx: &mut Tx<'_>, act: &Act, id: &str) -> Result<bool, StoreError> {
    if !db!(tx, initial_tokens::remove(id))? {
        return Ok(false);
    }
    db!(
        tx,
        events::append(&about(act, EventKind::InitialTokenRevoked, id))
    )?;
    Ok(true)
}

fn about(act: &Act, kind: EventKind, id: &str) -> Event {
    Event {
        target: Some(id.to_owned()),
        ..act.event(kind)
    }
}
