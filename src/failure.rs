//! What stops a request: a refusal, which is normal and answered by its reason, or something of ours that broke.

use crate::keys::{KeysError, OpenError};
use crate::metrics::Outcome;
use crate::store::StoreError;
use vouchsafe_core::refusal::Reason;

/// Why a request has no good answer.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The request was refused; the reason says why.
    #[error("refused: {}", .0.id())]
    Refused(Reason),
    /// A part of the server could not do its work.
    #[error(transparent)]
    Broken(#[from] Broken),
}

/// A part of the server that could not do its work. Never answered as a refusal.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// The database did not answer in time, or not at all.
    #[error("the database: {0}")]
    Store(#[from] StoreError),
    /// A key could not be read or used.
    #[error("the keys: {0}")]
    Keys(#[from] KeysError),
    /// A bounded queue is full.
    #[error("{0} is overloaded")]
    Overloaded(&'static str),
}

impl From<Reason> for Failure {
    fn from(reason: Reason) -> Self {
        Self::Refused(reason)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Broken(error.into())
    }
}

impl From<KeysError> for Failure {
    fn from(error: KeysError) -> Self {
        Self::Broken(error.into())
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Store(error) => error.into(),
            OpenError::Keys(error) => error.into(),
        }
    }
}

impl Outcome for Failure {
    fn outcome(&self) -> &'static str {
        match self {
            Self::Refused(reason) => reason.id(),
            Self::Broken(_) => "fault",
        }
    }
}

impl Broken {
    /// Whether trying again shortly is likely to help: answered 503 with `Retry-After`, otherwise 500.
    #[must_use]
    pub fn passes(&self) -> bool {
        match self {
            Self::Store(error) => error.passes(),
            Self::Keys(KeysError::ClockOff(_) | KeysError::NoSigningKey) | Self::Overloaded(_) => true,
            Self::Keys(_) => false,
        }
    }
}
