//! OpenID Connect RP-Initiated Logout 1.0 §2, §3 — where sign-out may return to.

use super::registry::{Endpoint, Parameter, Spec};
use crate::model::Client;
use crate::refusal::Reason;

/// What this word brings.
pub const SPEC: Spec = Spec {
    reference: "OpenID Connect RP-Initiated Logout 1.0 section 2",
    parameters: &[
        Parameter::once("post_logout_redirect_uri", &[Endpoint::EndSession]),
        Parameter::once("logout_hint", &[Endpoint::EndSession]),
    ],
};

/// The address that sign-out returns to: one that the client registered, byte for byte. Without a client there is
/// none: an address alone says nothing about who asks.
///
/// # Errors
/// [`Reason::PostLogoutRedirectUriAlone`], [`Reason::PostLogoutRedirectUriNotRegistered`].
pub fn parse(value: Option<&str>, client: Option<&Client>) -> Result<Option<String>, Reason> {
    let Some(uri) = value else { return Ok(None) };
    let client = client.ok_or(Reason::PostLogoutRedirectUriAlone)?;
    let registered = &client.metadata.post_logout_redirect_uris;
    if registered.iter().any(|known| known == uri) {
        Ok(Some(uri.to_owned()))
    } else {
        Err(Reason::PostLogoutRedirectUriNotRegistered)
    }
}
