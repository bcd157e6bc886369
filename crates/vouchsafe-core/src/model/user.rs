//! People.

use super::{UnixTime, UserId};

/// A person who can sign in.
#[derive(Clone, Debug, PartialEq)]
pub struct User {
    /// `sub`.
    pub id: UserId,
    /// Name to sign in with, as the person wrote it.
    pub username: String,
    /// E-mail address, as the person wrote it.
    pub email: String,
    /// Whether the address was verified.
    pub email_verified: bool,
    /// Further standard claims (OpenID Connect Core §5.1), validated when they were set.
    pub claims: serde_json::Map<String, serde_json::Value>,
    /// Argon2id in PHC string format; none when the person has no password.
    pub password_hash: Option<PasswordHash>,
    /// Until when the link works by which the person sets their first password; none when there is no such link.
    pub invited_until: Option<UnixTime>,
    /// Whether the person administers this server.
    pub is_admin: bool,
    /// Roles, in the order they were given.
    pub roles: Vec<String>,
    /// Groups, in the order they were given.
    pub groups: Vec<String>,
    /// Set while the account is disabled.
    pub disabled_at: Option<UnixTime>,
    /// Set while the account is banned.
    pub banned_at: Option<UnixTime>,
    /// When the ban ends by itself.
    pub banned_until: Option<UnixTime>,
    /// What the person is told about the ban.
    pub ban_reason: Option<String>,
    /// When the account was made.
    pub created_at: UnixTime,
    /// When a claim last changed: `updated_at`.
    pub updated_at: UnixTime,
}

/// A stored password hash. Has no `Debug` text of its own.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// A hash in PHC string format.
    #[must_use]
    pub fn new(phc: impl Into<String>) -> Self {
        Self(phc.into())
    }

    /// The PHC string, for the store and the hasher.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash(..)")
    }
}

/// Whether a person may sign in and hold tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// May.
    Good,
    /// An administrator disabled the account.
    Disabled,
    /// Banned, until the given instant if any.
    Banned {
        /// End of the ban.
        until: Option<UnixTime>,
    },
}

impl User {
    /// The person's standing at `now`: a ban whose end has come no longer counts.
    #[must_use]
    pub fn standing(&self, now: UnixTime) -> Standing {
        if self.disabled_at.is_some() {
            return Standing::Disabled;
        }
        if self.is_banned(now) {
            Standing::Banned {
                until: self.banned_until,
            }
        } else {
            Standing::Good
        }
    }

    /// Whether a ban counts at `now`, be the account disabled or not.
    #[must_use]
    pub fn is_banned(&self, now: UnixTime) -> bool {
        self.banned_at.is_some() && self.banned_until.is_none_or(|until| until > now)
    }
}
