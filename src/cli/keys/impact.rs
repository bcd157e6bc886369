//! What a revocation means, on the command line.

use crate::cli::exit::Failure;
use crate::cli::open::Workplace;
use crate::keys::fetchers::Fetchers;
use crate::keys::impact::Reach;
use vouchsafe_core::model::KeyAlgorithm;

/// What depends on keys of an algorithm.
pub(super) fn reach(place: &Workplace, alg: KeyAlgorithm) -> Result<Reach, Failure> {
    let (now, tokens) = (place.ports.clock.now(), place.config.tokens.clone());
    // Nobody fetches the key set from this process: what servers have written down is all that is known.
    let reach = place.store.read_blocking("reach-of-keys", move |tx| {
        Reach::of(tx, alg, (now, &tokens), &Fetchers::default())
    })?;
    Ok(reach)
}
