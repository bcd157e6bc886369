//! What a rotation or a revocation means, in the words of the command line.

use super::instant;
use crate::cli::exit::Failure;
use crate::cli::open::Workplace;
use crate::keys::impact::{self, FEED, KEY_SET, LIBRARIES, RevocationPlan, RotationPlan, SERVER, Successor};
use vouchsafe_core::decide::key_state::LEAST_LEAD;
use vouchsafe_core::model::Span;

/// The longest life of a token that is signed with a key.
pub(super) fn longest_token(place: &Workplace) -> Result<Span, Failure> {
    let (now, tokens) = (place.ports.clock.now(), place.config.tokens.clone());
    let longest = place
        .store
        .read_blocking("longest-token", move |tx| impact::longest_token(tx, now, &tokens))?;
    Ok(longest)
}

pub(super) fn of_rotation(plan: &RotationPlan) -> String {
    let promised = &plan.promised;
    let mut lines = vec![
        format!("{} signs from {}", promised.kid, instant(promised.activate_at)),
        format!(
            "  It will have been in the key set for {}.",
            promised.lead.in_words()
        ),
        format!(
            "  {} stays in the key set until every token that it signed has expired: nothing that is out is refused.",
            plan.replaces
        ),
    ];
    if plan.is_hasty() {
        lines.push(format!(
            "  That is less than {}: libraries that hold an older key set and do not fetch it for an unknown key \
             refuse new tokens, by their defaults for up to {}.",
            LEAST_LEAD.in_words(),
            LIBRARIES.in_words()
        ));
    }
    lines.join("\n")
}

/// Why a rotation at once is refused unless somebody insists.
pub(super) fn too_hasty(plan: &RotationPlan) -> String {
    format!(
        "{} would have been in the key set for {}, and verifiers may keep an older key set for up to {}: they would \
         refuse new tokens. `keys rotate` without --now waits until it is long enough; --force does it now",
        plan.promised.kid,
        plan.promised.lead.in_words(),
        LEAST_LEAD.in_words()
    )
}

pub(super) fn of_revocation(plan: &RevocationPlan) -> String {
    let successor = match &plan.successor {
        Successor::Made => {
            "A new key is made and signs at once; libraries learn of it when they fetch the key set."
                .to_owned()
        }
        Successor::GoesOn(kid) => format!("{kid} goes on signing."),
        Successor::Next { kid, published_for } => format!(
            "{kid} signs from now on; it has been in the key set for {}. A new next key is made.",
            published_for.in_words()
        ),
    };
    format!(
        "{} leaves the key set at once\n  {successor}\n  \
         Every token that it signed is refused; the last of them would have expired in {}.\n  \
         This server refuses them within {}, verifiers with the revocation feed within {},\n  \
         libraries that keep the key set when they fetch it again: {} by its Cache-Control, up to {} by the defaults\n  \
         of common libraries, and those that never fetch it by the clock when they see a token of another key.\n  \
         Sessions, codes and refresh tokens do not depend on it: clients refresh, nobody signs in again.",
        plan.kid,
        plan.longest_token.in_words(),
        SERVER.in_words(),
        FEED.in_words(),
        KEY_SET.in_words(),
        LIBRARIES.in_words()
    )
}
