//! What the row of a grant remembers of an access token that is about to be given.

use crate::store::{PlacesGiven, StoreError, TokenGiven};
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
    ///
    /// # Errors
    /// [`StoreError::Busy`] on a node that has not heard yet of the issuer's epoch that the grant was made in: a place of
    /// the epoch before would be none for its token.
    pub fn given(&self, row: &Grant, now: UnixTime, lifetime: Span) -> Result<TokenGiven, StoreError> {
        let until = now.plus(lifetime);
        let spare = self
            .spare
            .as_ref()
            .filter(|_| status_list::standing(row, now, until).is_none());
        let [epoch, _] = row.ep;
        if spare.is_some_and(|spare| spare.epoch < epoch) {
            return Err(StoreError::Busy);
        }
        Ok(TokenGiven {
            until: token_end::remembered(now, lifetime, self.rotates),
            gver: self.spare.as_ref().map(|_| row.gver),
            status: spare.map(|spare| PlacesGiven {
                before: row.status.clone(),
                after: status_list::with_spare(row, spare, now),
            }),
        })
    }
}

/// Whether a row remembers already what it must of a token that ends then.
#[must_use]
pub fn is_remembered(row: &Grant, given: &TokenGiven, end: UnixTime) -> bool {
    given.status.is_none() && token_end::covers(row, end)
}
