//! RFC 6749 §3.3 — which of the requested scopes a client gets.

use crate::model::{Api, Client};
use crate::refusal::Reason;
use crate::spec::scope;

/// The scopes of an authorization request that count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// In request order.
    pub scopes: Vec<String>,
    /// Whether others were left out, so that the token response must name the granted ones.
    pub dropped: bool,
}

/// At the authorization endpoint: what the client may not have, or nobody registered, is left out.
#[must_use]
pub fn at_authorization(asked: &[String], client: &Client, apis: &[Api]) -> Allowed {
    let scopes: Vec<String> = asked
        .iter()
        .filter(|name| may_have(client, name) && is_known(name, apis))
        .cloned()
        .collect();
    let dropped = scopes.len() != asked.len();
    Allowed { scopes, dropped }
}

/// At a refresh: all that was granted, or fewer (§6). What nobody registered is left out beside others.
///
/// # Errors
/// [`Reason::ScopeExceedsGrant`] for more than was granted, [`Reason::ScopeNotAllowed`] when nothing is left.
pub fn at_refresh(asked: &[String], granted: &[String], apis: &[Api]) -> Result<Vec<String>, Reason> {
    if asked.is_empty() {
        return Ok(granted.to_vec());
    }
    let known: Vec<String> = asked
        .iter()
        .filter(|name| granted.contains(name) || is_known(name, apis))
        .cloned()
        .collect();
    if known.is_empty() {
        return Err(Reason::ScopeNotAllowed);
    }
    if scope::is_subset(&known, granted) {
        Ok(known)
    } else {
        Err(Reason::ScopeExceedsGrant)
    }
}

/// At a client credentials request: of the scopes of APIs, those asked for, or all that the client has. There is no
/// person, so scopes about one mean nothing here.
///
/// # Errors
/// [`Reason::ScopeNotAllowed`] when scopes were asked for and none is one that the client may have.
pub fn at_client_credentials(asked: &[String], client: &Client, apis: &[Api]) -> Result<Vec<String>, Reason> {
    let wanted = if asked.is_empty() {
        &client.metadata.scopes
    } else {
        asked
    };
    let scopes: Vec<String> = wanted
        .iter()
        .filter(|name| !scope::standard(name) && may_have(client, name) && is_known(name, apis))
        .cloned()
        .collect();
    if scopes.is_empty() && !asked.is_empty() {
        Err(Reason::ScopeNotAllowed)
    } else {
        Ok(scopes)
    }
}

fn may_have(client: &Client, name: &str) -> bool {
    client.metadata.scopes.iter().any(|allowed| allowed == name)
}

fn is_known(name: &str, apis: &[Api]) -> bool {
    scope::standard(name)
        || apis
            .iter()
            .any(|api| api.scopes.iter().any(|scope| scope.name == name))
}
