//! Waiting for what other processes do, by the real clock: for a condition, never for a time.
#![expect(
    clippy::disallowed_methods,
    reason = "other processes go by the machine's clock; no test can set theirs"
)]

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Whatever takes longer has gone wrong, also on a busy machine.
const LONGEST: Duration = Duration::from_mins(1);

/// Looks again and again until there is something to see.
///
/// # Panics
/// When nothing comes for a minute.
pub(crate) fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(begun.elapsed() < LONGEST, "waited in vain for {what}");
        pause(Duration::from_millis(20));
    }
}

/// Lets other processes work.
pub(crate) fn pause(time: Duration) {
    std::thread::sleep(time);
}

/// The machine's time in milliseconds since 1970.
pub(crate) fn machine_ms() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(now.as_millis()).unwrap()
}
