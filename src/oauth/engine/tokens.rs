//! What the row of a grant remembers of an access token that is about to be given.

use crate::store::{PlacesGiven, TokenGiven};
use vouchsafe_core::decide::{status_list, token_end};
use vouchsafe_core::model::{Grant, Span, StatusPlace, UnixTime};

/// What decides it, beside the grant.
#[derive(Clone)]
pub struct Tokens {
    /// Whether the client's refresh tokens rotate: then each refresh writes the row anyway.
    pub rotates: bool,
    /// A place in a status list that belongs to nobody yet; none when there are no status lists.
    pub spare: Option<StatusPlace>,
}

impl Tokens {
    /// What the row must remember, whether or not it does already.
    #[must_use]
    pub fn given(&self, row: &Grant, now: UnixTime, lifetime: Span) -> TokenGiven {
        let until = now.plus(lifetime);
        let spare = self
            .spare
            .as_ref()
            .filter(|_| status_list::standing(row, now, until).is_none());
        TokenGiven {
            until: token_end::remembered(now, lifetime, self.rotates),
            status: spare.map(|spare| PlacesGiven {
                gver: row.gver,
                before: row.status.clone(),
                after: status_list::with_spare(row, spare, now),
            }),
        }
    }
}

/// Whether a row remembers already what it must of a token that ends then.
#[must_use]
pub fn is_remembered(row: &Grant, given: &TokenGiven, end: UnixTime) -> bool {
    given.status.is_none() && token_end::covers(row, end)
}
