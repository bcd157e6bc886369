//! RFC 7591 §3 — initial access tokens: an administrator lets somebody register so many clients.

use crate::audit::{Act, with};
use crate::db;
use crate::store::{StoreError, Tx};
use serde_json::json;
use vouchsafe_core::model::{Api, Event, EventKind, InitialAccessToken, InitialToken, Plain, Span, TokenId};
use vouchsafe_core::spec::human_readable::{composed, hides_nothing, shortened};
use vouchsafe_core::spec::scope;

/// Clients that can be registered with one token, at most.
pub const MOST_USES: i64 = 10_000;
/// How long a token counts at most.
pub const LONGEST: Span = Span::from_days(400);
/// Characters of a name at most.
pub const LONGEST_NAME: usize = 100;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Wish {
    /// What it is for. Empty: nobody says.
    pub name: String,
    /// How many clients.
    pub uses: i64,
    /// For how long.
    pub lasts: Span,
    /// Scopes that the clients may have. Empty: those that the configuration says.
    pub scopes: Vec<String>,
}

/// Why no such token is made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WishProblem {
    /// The name.
    #[error("a name has at most 100 characters, none of them invisible")]
    Name,
    /// How many clients.
    #[error("it is for 1 to 10000 clients")]
    Uses,
    /// For how long.
    #[error("it counts for a second at least and 400 days at most")]
    Lasts,
    /// A scope that the clients could not have.
    #[error("scope {:?}: no API owns it; register it first with `vouchsafe api create`", shortened(.0))]
    Unowned(String),
    /// A scope of the administration.
    #[error("scope {:?} opens the administration: only an administrator registers clients that may have it", shortened(.0))]
    Administers(String),
}

impl Wish {
    /// The wish, when such a token can be made.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn checked(self, apis: &[Api]) -> Result<Self, WishProblem> {
        let name = composed(&self.name);
        if name.chars().count() > LONGEST_NAME || !hides_nothing(&name) {
            return Err(WishProblem::Name);
        }
        if !(1..=MOST_USES).contains(&self.uses) {
            return Err(WishProblem::Uses);
        }
        if self.lasts < Span::from_seconds(1) || self.lasts > LONGEST {
            return Err(WishProblem::Lasts);
        }
        // Nobody looks at a client before it is registered: none of them comes to the administration this way.
        if let Some(name) = self.scopes.iter().find(|name| scope::administers(name)) {
            return Err(WishProblem::Administers(name.clone()));
        }
        let owned = |name: &String| {
            let mut all = apis.iter().flat_map(|api| &api.scopes);
            all.any(|scope| scope.name == *name)
        };
        let unowned = |name: &&String| !scope::standard(name) && !owned(name);
        if let Some(name) = self.scopes.iter().find(unowned) {
            return Err(WishProblem::Unowned(name.clone()));
        }
        Ok(Self { name, ..self })
    }
}

/// A token that is to be stored, with its secret in clear for this one time.
pub struct Made {
    /// The token.
    pub token: InitialToken,
    /// The secret.
    pub secret: Plain<InitialAccessToken>,
}

impl Made {
    /// A token with a random secret.
    #[must_use]
    pub fn new(wish: Wish, act: &Act) -> Self {
        // Like every id; one that begins with a hyphen would look like a flag on a command line.
        let id = format!("t{}", TokenId::from_entropy(act.entropy.bytes()));
        Self {
            token: InitialToken {
                id,
                name: wish.name,
                uses_left: wish.uses,
                scopes: wish.scopes,
                created_by: act.actor.clone(),
                created_at: act.now,
                expires_at: act.now.plus(wish.lasts),
            },
            secret: Plain::from_entropy(act.entropy.bytes()),
        }
    }
}

/// Stores a token.
///
/// # Errors
/// When the store fails.
pub fn create(tx: &mut Tx<'_>, act: &Act, made: &Made) -> Result<(), StoreError> {
    db!(tx, initial_tokens::add(&made.token, &made.secret.digest()))?;
    let mut told = with(
        "uses",
        json!(made.token.uses_left),
        about(act, EventKind::InitialTokenCreated, &made.token.id),
    );
    if !made.token.name.is_empty() {
        told = with("name", json!(made.token.name), told);
    }
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
