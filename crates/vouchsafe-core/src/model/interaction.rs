//! An authorization request that waits for a person.

use super::{AuthorizationRequest, SessionId, UnixTime};

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
    /// Set when a code or an error was sent to the client.
    pub completed_at: Option<UnixTime>,
}
