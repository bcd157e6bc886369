//! What an act has ended, where it gives back nothing else.

use super::answer::Answer;
use super::operation::{Gives, Operation, PLAIN};
use super::schemas::one;
use crate::audit::Ended;
use serde::Serialize;
use utoipa::ToSchema;

/// What was ended. Nothing when all of it had ended before.
#[derive(Serialize, ToSchema)]
#[schema(as = Ended)]
pub(super) struct EndedDocument {
    /// Grants.
    grants_ended: usize,
    /// Sign-in sessions.
    sessions_ended: usize,
}

/// An operation that tells what it ended.
pub(super) const ENDING: Operation = Operation {
    gives: Gives::Document(one::<EndedDocument>),
    ..PLAIN
};

/// The answer of such an operation.
pub(super) fn ended(ended: Ended) -> Answer {
    Answer::document(&EndedDocument {
        grants_ended: ended.grants,
        sessions_ended: ended.sessions,
    })
}
