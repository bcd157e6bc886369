//! What a rotation or a revocation means, on the command line.

use crate::cli::exit::Failure;
use crate::cli::open::Workplace;
use crate::db;
use crate::keys::impact;
use vouchsafe_core::model::Span;

/// The longest life of a token that is signed with a key.
pub(super) fn longest_token(place: &Workplace) -> Result<Span, Failure> {
    let apis = place.store.read_blocking("apis", |tx| db!(tx, apis::all()))?;
    Ok(impact::longest_token(&apis, &place.config.tokens))
}
