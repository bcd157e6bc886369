//! RFC 6749 §10.2, OpenID Connect Core §3.1.2.4 — whether a remembered consent covers a request.

use crate::model::{AuthorizationRequest, Client, Consent, Session};
use crate::spec::redirect_uri;

/// What of a client the consent page showed, as the store remembers it: when it changes, the page comes again.
#[must_use]
pub fn shown(client: &Client, redirect_uri: &str) -> String {
    format!(
        "{} · {}",
        client.metadata.client_name,
        redirect_uri::host(redirect_uri)
    )
}

/// Scopes to ask for, and scopes that were allowed before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopesToAsk {
    /// Not allowed yet.
    pub new: Vec<String>,
    /// Allowed before.
    pub already: Vec<String>,
}

/// Divides the requested scopes by what the remembered consent covers. A consent that the person gave to something
/// that looked different covers nothing.
#[must_use]
pub fn scopes_to_ask(request: &AuthorizationRequest, consent: Option<&Consent>, shown: &str) -> ScopesToAsk {
    let covered = consent
        .filter(|consent| consent.shown == shown)
        .map_or(&[][..], |consent| consent.scopes.as_slice());
    let (already, new) = request
        .scopes
        .iter()
        .cloned()
        .partition(|scope| covered.contains(scope));
    ScopesToAsk { new, already }
}

/// Whether the remembered consent covers the request without asking. Fewer scopes than before are covered. Anybody
/// can use a public client's `client_id`, so its consent is good for the session it was given in only.
#[must_use]
pub fn covers(
    consent: &Consent,
    request: &AuthorizationRequest,
    client: &Client,
    session: &Session,
    shown: &str,
) -> bool {
    consent.user_id == session.user_id
        && consent.client_id == client.id
        && consent.shown == shown
        && (!client.is_public() || consent.session_id == session.id)
        && request.scopes.iter().all(|scope| consent.scopes.contains(scope))
}
