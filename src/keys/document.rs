//! Signing keys as the command line and the admin API show them.

use serde::Serialize;
use utoipa::ToSchema;
use vouchsafe_core::decide::key_state::KeyState;
use vouchsafe_core::model::{SigningKey, UnixTime};

/// A signing key.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Key)]
pub struct KeyDocument {
    /// Its RFC 7638 thumbprint.
    pub kid: String,
    /// Its algorithm.
    pub alg: &'static str,
    /// What it may do now: `next`, `active`, `retiring`, `removed` or `revoked`.
    pub state: &'static str,
    /// Counts the keys of one algorithm.
    pub sequence: i64,
    /// When it was made, in seconds since 1970.
    pub created_at: i64,
    /// When it begins to sign, in seconds since 1970.
    pub activate_at: i64,
    /// When it was revoked, in seconds since 1970.
    pub revoked_at: Option<i64>,
}

impl KeyDocument {
    /// A key and what it may do now.
    #[must_use]
    pub fn of(key: &SigningKey, state: KeyState) -> Self {
        Self {
            kid: key.kid.as_str().to_owned(),
            alg: key.alg.as_str(),
            state: state.as_str(),
            sequence: key.seq,
            created_at: key.created_at.seconds(),
            activate_at: key.activate_at.seconds(),
            revoked_at: key.revoked_at.map(UnixTime::seconds),
        }
    }
}
