//! RFC 6749 §4.4 — a client's own grant, sequenced by oxide-auth's client-credentials machine.

use super::bridge::{Effective, scope};
use oxide_auth::code_grant::client_credentials::{ClientCredentials, Input, Output};
use oxide_auth::primitives::grant::Extensions;
use oxide_auth::primitives::registrar::{BoundClient, ExactUrl, PreGrant, RegisteredUrl};
use std::borrow::Cow;
use vouchsafe_core::model::ClientId;
use vouchsafe_core::refusal::Reason;

/// The machine binds every grant to a redirect URI; this one has none.
const NO_REDIRECT: &str = "https://none.invalid/";

/// Walks an authenticated client with the scopes it may have through the machine.
///
/// # Errors
/// [`Reason::ScopeNotAllowed`] when the machine reads the scopes otherwise than we do.
pub fn negotiate(client_id: &ClientId, scopes: &[String]) -> Result<Vec<String>, Reason> {
    let asked = vouchsafe_core::spec::scope::join(scopes);
    let effective = Effective {
        grant_type: "client_credentials",
        client_id: client_id.as_str(),
        scope: Some(&asked),
        ..Effective::default()
    };
    let redirect_uri =
        RegisteredUrl::Exact(ExactUrl::new(NO_REDIRECT.to_owned()).map_err(|_| Reason::ScopeNotAllowed)?);
    let ours = scope(scopes).ok_or(Reason::ScopeNotAllowed)?;
    let mut machine = ClientCredentials::new(&effective);
    let mut input = Input::None;
    loop {
        input = match machine.advance(input) {
            Output::Authenticate { .. } => Input::Authenticated,
            Output::Binding { client_id } => Input::Bound {
                bound_client: BoundClient {
                    client_id: Cow::Owned(client_id.to_owned()),
                    redirect_uri: Cow::Owned(redirect_uri.clone()),
                },
            },
            Output::Extend => Input::Extended {
                extensions: Extensions::new(),
            },
            Output::Negotiate { bound_client, .. } => Input::Negotiated {
                pre_grant: PreGrant {
                    client_id: bound_client.client_id.clone().into_owned(),
                    redirect_uri: bound_client.redirect_uri.clone().into_owned(),
                    scope: ours.clone(),
                },
            },
            Output::Ok { pre_grant, .. }
                if pre_grant.client_id == client_id.as_str() && pre_grant.scope == ours =>
            {
                return Ok(scopes.to_vec());
            }
            Output::Ok { .. } | Output::Err(_) => return Err(Reason::ScopeNotAllowed),
        };
    }
}
