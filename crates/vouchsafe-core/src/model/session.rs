//! Sign-in sessions.

use super::{ClientId, SessionId, Sid, UnixTime, UserId};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// A person's sign-in session in one browser. The cookie's digest finds it; it is not part of this value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// Its identifier, never shown to clients.
    pub id: SessionId,
    /// Who signed in.
    pub user_id: UserId,
    /// When the person last proved who they are: the claim `auth_time`.
    pub auth_time: UnixTime,
    /// How well: the claim `acr`.
    pub acr: String,
    /// By what: the claim `amr` (RFC 8176).
    pub amr: Vec<String>,
    /// Ends unless used before.
    pub idle_expires_at: UnixTime,
    /// Ends in any case.
    pub expires_at: UnixTime,
    /// Kept after the browser closes.
    pub remember: bool,
    /// Set when the session was ended.
    pub ended_at: Option<UnixTime>,
}

impl Session {
    /// Whether the session stands at `now`.
    #[must_use]
    pub fn is_live(&self, now: UnixTime) -> bool {
        self.ended_at.is_none() && now < self.idle_expires_at && now < self.expires_at
    }

    /// The claim `sid`: the same for one session and client, unlinkable between clients.
    #[must_use]
    pub fn sid(&self, client: &ClientId) -> Sid {
        let mut hash = Sha256::new();
        hash.update(self.id.as_str().as_bytes());
        hash.update([0]);
        hash.update(client.as_str().as_bytes());
        let mut text = URL_SAFE_NO_PAD.encode(hash.finalize());
        text.truncate(22);
        Sid::new(text)
    }
}
