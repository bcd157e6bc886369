//! What may happen so often within a window of time, counted in the database for all nodes together.

use crate::config::Limit;
use crate::db;
use crate::store::{Reserved, StoreError, Tx};
use vouchsafe_core::model::{Span, UnixTime};

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
        Ok(self.take(tx, now)?.exceeded())
    }

    /// Counts once more, and says how much is left.
    ///
    /// # Errors
    /// When the store fails.
    pub fn take(&self, tx: &mut Tx<'_>, now: UnixTime) -> Result<Quota, StoreError> {
        Ok(Quota {
            counted: db!(tx, throttles::reserve(&self.key, now, self.limit.per))?,
            limit: self.limit,
            now,
        })
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

/// How a counter stands after somebody was counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quota {
    counted: Reserved,
    limit: Limit,
    now: UnixTime,
}

impl Quota {
    /// When the next one is admitted, if this one was too many.
    #[must_use]
    pub fn exceeded(&self) -> Option<UnixTime> {
        exceeded(&self.counted, self.limit)
    }

    /// What is admitted within a window.
    #[must_use]
    pub const fn limit(&self) -> Limit {
        self.limit
    }

    /// How many more are admitted within this window.
    #[must_use]
    pub fn left(&self) -> i64 {
        i64::from(self.limit.failures)
            .saturating_sub(self.counted.count)
            .max(0)
    }

    /// Whole seconds until the next window may begin: one at least, and no more than a window has, whatever the clocks say.
    #[must_use]
    pub fn resets_in(&self) -> i64 {
        let ends = self.counted.window_started_at.plus(self.limit.per);
        let left = ends
            .since(self.now)
            .min(self.limit.per)
            .max(Span::from_seconds(1));
        left.millis().saturating_add(999) / 1000
    }
}

/// When the next one is admitted, if this one is too many.
pub(super) fn exceeded(reserved: &Reserved, limit: Limit) -> Option<UnixTime> {
    (reserved.count > i64::from(limit.failures)).then(|| reserved.window_started_at.plus(limit.per))
}
