//! A limit on what one client revokes: each revocation is told to every resource server, and a client that asks for
//! tokens only to revoke them would fill their memories.

use crate::config::Limit;
use crate::db;
use crate::store::{StoreError, Tx};
use vouchsafe_core::model::{ClientId, UnixTime};

/// The counter of a client.
#[derive(Clone, Debug)]
pub struct Revocations {
    key: String,
    limit: Limit,
}

impl Revocations {
    /// The counter of `client`. Only tokens that are its own count, so that nobody can use it up in its name.
    #[must_use]
    pub fn of(client: &ClientId, limit: Limit) -> Self {
        Self {
            key: format!("revoke|client|{client}"),
            limit,
        }
    }

    /// Counts a revocation. When there were too many: until when.
    ///
    /// # Errors
    /// When the store fails.
    pub fn count(&self, tx: &mut Tx<'_>, now: UnixTime) -> Result<Option<UnixTime>, StoreError> {
        let counted = db!(tx, throttles::reserve(&self.key, now, self.limit.per))?;
        let too_many = counted.count > i64::from(self.limit.failures);
        Ok(too_many.then(|| counted.window_started_at.plus(self.limit.per)))
    }
}
