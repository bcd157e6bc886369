//! A checked authorization request, as it is stored while a person is asked.

use super::{ClientId, UserId};
use serde::{Deserialize, Serialize};

/// What an authorization request asks for, after every check that does not need a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationRequest {
    /// Who asks.
    pub client_id: ClientId,
    /// Where the answer goes: exactly as presented, and registered.
    pub redirect_uri: String,
    /// Returned byte for byte (RFC 6749 §4.1.2).
    pub state: Option<String>,
    /// Put into the ID token unchanged (OpenID Connect Core §3.1.2.1).
    pub nonce: Option<String>,
    /// The scopes that the client may have, in request order.
    pub scopes: Vec<String>,
    /// Whether scopes were dropped, so that the token response must name the granted ones.
    pub scopes_dropped: bool,
    /// `resource` (RFC 8707), as presented and registered.
    pub resources: Vec<String>,
    /// The S256 challenge (RFC 7636).
    pub code_challenge: Option<String>,
    /// `prompt` values.
    pub prompt: Vec<Prompt>,
    /// `max_age` in seconds.
    pub max_age: Option<i64>,
    /// `login_hint`, shown in the sign-in form.
    pub login_hint: Option<String>,
    /// The `sub` of a verified `id_token_hint`.
    pub hinted_user: Option<UserId>,
    /// `ui_locales`, most wanted first.
    pub ui_locales: Vec<String>,
    /// `acr_values`, most wanted first.
    pub acr_values: Vec<String>,
}

/// A value of `prompt` (OpenID Connect Core §3.1.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prompt {
    /// Show no page.
    None,
    /// Ask for the password again.
    Login,
    /// Ask for consent again.
    Consent,
    /// Let the person choose the account.
    SelectAccount,
}

impl AuthorizationRequest {
    /// Whether `prompt` has this value.
    #[must_use]
    pub fn prompts(&self, prompt: Prompt) -> bool {
        self.prompt.contains(&prompt)
    }

    /// Whether this scope is asked for.
    #[must_use]
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes.iter().any(|asked| asked == scope)
    }
}
