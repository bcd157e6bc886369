//! Initial access tokens (RFC 7591 §3): the right to register so many clients.

use super::UnixTime;

/// An initial access token, without the secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InitialToken {
    /// By what it is listed and revoked.
    pub id: String,
    /// What it is for, in the words of whoever made it. Empty: they said nothing.
    pub name: String,
    /// How many clients can still be registered with it.
    pub uses_left: i64,
    /// Scopes that its clients may have. Empty: those that the configuration says.
    pub scopes: Vec<String>,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: UnixTime,
    /// When it stops to count.
    pub expires_at: UnixTime,
}
