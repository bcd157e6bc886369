//! What a rotation or a revocation means, on the command line.

use crate::cli::exit::Failure;
use crate::cli::open::Workplace;
use crate::keys::impact;
use vouchsafe_core::model::Span;

/// The longest life of a token that is signed with a key.
pub(super) fn longest_token(place: &Workplace) -> Result<Span, Failure> {
    let (now, tokens) = (place.ports.clock.now(), place.config.tokens.clone());
    let longest = place
        .store
        .read_blocking("longest-token", move |tx| impact::longest_token(tx, now, &tokens))?;
    Ok(longest)
}
