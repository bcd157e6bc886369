//! What may happen so often within a window of time, counted in the database for all nodes together.

use crate::config::Limit;
use crate::db;
use crate::store::{Reserved, StoreError, Tx};
use vouchsafe_core::model::UnixTime;

/// A counter and its limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counter {
    key: String,
    limit: Limit,
}

impl Counter {
    /// The counter of this name.
    pub(super) const fn new(key: String, limit: Limit) -> Self {
        Self { key, limit }
    }

    /// Counts once more. When that is too many: until when.
    ///
    /// # Errors
    /// When the store fails.
    pub fn count(&self, tx: &mut Tx<'_>, now: UnixTime) -> Result<Option<UnixTime>, StoreError> {
        let counted = db!(tx, throttles::reserve(&self.key, now, self.limit.per))?;
        Ok(exceeded(&counted, self.limit))
    }
}

/// When the next one is admitted, if this one is too many.
pub(super) fn exceeded(reserved: &Reserved, limit: Limit) -> Option<UnixTime> {
    (reserved.count > i64::from(limit.failures)).then(|| reserved.window_started_at.plus(limit.per))
}
