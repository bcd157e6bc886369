//! RFC 6749 §3.3 — which of the requested scopes a client gets.

use crate::model::{Api, Client, GrantType};
use crate::refusal::Reason;
use crate::spec::scope;

/// The scopes of an authorization request that count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// In request order.
    pub scopes: Vec<String>,
    /// Whether they are not exactly those that were asked for, so that the token response must name them.
    pub dropped: bool,
}

/// At the authorization endpoint: what the client may not have, or nobody registered, is left out. Without the
/// parameter the client gets all that it may have, except offline access, which must be asked for by name (OpenID
/// Connect Core §11).
///
/// # Errors
/// [`Reason::ScopeNotAllowed`] when nothing is left.
pub fn at_authorization(asked: Option<&[String]>, client: &Client, apis: &[Api]) -> Result<Allowed, Reason> {
    let may_have = |name: &String| {
        let usable = name != scope::OFFLINE_ACCESS || client.may_use(GrantType::RefreshToken);
        usable && client.metadata.scopes.contains(name) && is_registered(name, apis)
    };
    let wanted = asked.unwrap_or(&client.metadata.scopes).iter();
    let scopes: Vec<String> = wanted
        .filter(|name| may_have(name) && (asked.is_some() || *name != scope::OFFLINE_ACCESS))
        .cloned()
        .collect();
    if scopes.is_empty() {
        return Err(Reason::ScopeNotAllowed);
    }
    let dropped = asked.is_none_or(|asked| asked.len() != scopes.len());
    Ok(Allowed { scopes, dropped })
}

/// At the token endpoint: the scopes asked for, without those that nobody registered.
///
/// # Errors
/// [`Reason::ScopeNotAllowed`] when nothing is left.
pub fn registered(asked: Vec<String>, apis: &[Api]) -> Result<Vec<String>, Reason> {
    let known: Vec<String> = asked
        .into_iter()
        .filter(|name| is_registered(name, apis))
        .collect();
    if known.is_empty() {
        return Err(Reason::ScopeNotAllowed);
    }
    Ok(known)
}

/// Of the scopes of a grant, those that its client may still have: what was taken from a client since is in no new token.
///
/// # Errors
/// [`Reason::ScopeNotAllowed`] when nothing is left.
pub fn still_allowed(granted: &[String], client: &Client) -> Result<Vec<String>, Reason> {
    let allowed = &client.metadata.scopes;
    let left: Vec<String> = granted
        .iter()
        .filter(|name| allowed.contains(name))
        .cloned()
        .collect();
    if left.is_empty() {
        return Err(Reason::ScopeNotAllowed);
    }
    Ok(left)
}

/// At a client credentials request: of the scopes of APIs, those asked for, or all that the client has. There is no
/// person, so scopes about one mean nothing here.
///
/// # Errors
/// [`Reason::ScopeNotAllowed`] when scopes were asked for and none is one that the client may have.
pub fn at_client_credentials(
    asked: Option<&[String]>,
    client: &Client,
    apis: &[Api],
) -> Result<Vec<String>, Reason> {
    let may_have = |name: &String| {
        !scope::standard(name) && client.metadata.scopes.contains(name) && is_registered(name, apis)
    };
    let wanted = asked.unwrap_or(&client.metadata.scopes).iter();
    let scopes: Vec<String> = wanted.filter(|name| may_have(name)).cloned().collect();
    if scopes.is_empty() && asked.is_some() {
        return Err(Reason::ScopeNotAllowed);
    }
    Ok(scopes)
}

fn is_registered(name: &str, apis: &[Api]) -> bool {
    scope::standard(name)
        || apis
            .iter()
            .any(|api| api.scopes.iter().any(|scope| scope.name == name))
}
