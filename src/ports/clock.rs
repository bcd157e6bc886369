//! Time.

use std::time::{SystemTime, UNIX_EPOCH};
use vouchsafe_core::model::{Span, UnixTime};

/// Tells the time. Read once per request and once per tick of a job; all else is told.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> UnixTime;

    /// How far it was from the time that counts, when that is too far for anything to be signed by it.
    fn too_far_off(&self) -> Option<Span> {
        None
    }
}

/// The clock of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the machine's clock"
    )]
    fn now(&self) -> UnixTime {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        UnixTime::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}
