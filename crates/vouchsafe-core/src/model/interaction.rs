//! An authorization request that waits for a person.

use super::{AuthorizationRequest, SessionId, UnixTime};
use serde::{Deserialize, Serialize};

/// How the person ended an interaction without a code. The client hears `access_denied`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Declined {
    /// Pressed "cancel" on the sign-in page.
    SignIn,
    /// Pressed "deny" on the consent page.
    Consent,
    /// Went back from the page that says that the account is suspended.
    Suspended,
}

/// An interaction: the stored request and what the person has done so far. Its handle and the browser's cookie
/// find it by their digests.
#[derive(Clone, Debug, PartialEq)]
pub struct Interaction {
    /// The checked authorization request.
    pub request: AuthorizationRequest,
    /// When it began.
    pub created_at: UnixTime,
    /// When it can no longer be finished.
    pub expires_at: UnixTime,
    /// The session that the person signed in with during this interaction.
    pub signed_in: Option<SessionId>,
    /// Whether the person chose to go on as the one already signed in (`prompt=select_account`).
    pub account_chosen: bool,
    /// The session in which the person pressed "allow" during this interaction.
    pub consented: Option<SessionId>,
    /// Set when the person wants no code; the next step is then the answer to the client.
    pub declined: Option<Declined>,
    /// Set when a code or an error was sent to the client.
    pub completed_at: Option<UnixTime>,
}
