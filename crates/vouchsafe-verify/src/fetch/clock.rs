//! Where the time comes from: the only place of this library that asks the system.

use std::fmt::Debug;
use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A source of time. Tests give their own.
pub trait Clock: Debug + Send + Sync {
    /// The time of day, in seconds since 1970: what tokens are judged by.
    fn unix_seconds(&self) -> i64;
    /// A time that never jumps: what the age of the keys is measured by.
    fn monotonic(&self) -> Duration;
}

/// The clocks of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock of the library")]
    fn unix_seconds(&self) -> i64 {
        // A clock before 1970 makes every token one of the future: refused, as it should be.
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since_epoch.as_secs()).unwrap_or(i64::MAX)
    }

    #[expect(clippy::disallowed_methods, reason = "this is the clock of the library")]
    fn monotonic(&self) -> Duration {
        static START: OnceLock<Instant> = OnceLock::new();
        START.get_or_init(Instant::now).elapsed()
    }
}
