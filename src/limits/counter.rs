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

/// What became of an attempt that may fail only so often.
#[must_use]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attempted<T> {
    /// It found this.
    Right(T),
    /// It failed, and counts.
    Wrong,
    /// Too many failed before: it was not made.
    Throttled {
        /// When the next one will be.
        until: UnixTime,
    },
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

    /// Makes an attempt unless too many have failed, and counts it when it finds nothing. It is counted before it is made,
    /// so that many at once cost as much as one after the other.
    ///
    /// # Errors
    /// When the store fails.
    pub fn attempt<T>(
        &self,
        tx: &mut Tx<'_>,
        now: UnixTime,
        make: impl FnOnce(&mut Tx<'_>) -> Result<Option<T>, StoreError>,
    ) -> Result<Attempted<T>, StoreError> {
        let counted = db!(tx, throttles::reserve(&self.key, now, self.limit.per))?;
        let outcome = match exceeded(&counted, self.limit) {
            Some(until) => Attempted::Throttled { until },
            None => match make(tx)? {
                Some(found) => Attempted::Right(found),
                None => return Ok(Attempted::Wrong),
            },
        };
        db!(tx, throttles::refund(&self.key, counted.window_started_at))?;
        Ok(outcome)
    }
}

/// When the next one is admitted, if this one is too many.
pub(super) fn exceeded(reserved: &Reserved, limit: Limit) -> Option<UnixTime> {
    (reserved.count > i64::from(limit.failures)).then(|| reserved.window_started_at.plus(limit.per))
}
