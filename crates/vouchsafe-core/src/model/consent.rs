//! What a person allowed a client.

use super::{ClientId, SessionId, UnixTime, UserId};

/// A remembered consent: one per person and client.
#[derive(Clone, Debug, PartialEq)]
pub struct Consent {
    /// Who allowed.
    pub user_id: UserId,
    /// Whom.
    pub client_id: ClientId,
    /// Which scopes, sorted.
    pub scopes: Vec<String>,
    /// The client's name and redirect host as the page showed them; when they change, the page comes again.
    pub shown: String,
    /// The session in which it was given: public clients are asked again in a new one (RFC 6749 §10.2).
    pub session_id: SessionId,
    /// When.
    pub granted_at: UnixTime,
}
