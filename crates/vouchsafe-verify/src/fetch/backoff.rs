//! How long to wait after a failure: twice as long each time, and never exactly as long as everybody else.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::time::Duration;

/// Doubles from `first` with each failure, up to `longest`, give or take a fifth.
pub(super) fn backoff(failures: u32, first: Duration, longest: Duration) -> Duration {
    jitter(first.saturating_mul(1 << failures.min(20)).min(longest))
}

/// Give or take a fifth, so that many services do not return as one.
pub(super) fn jitter(wait: Duration) -> Duration {
    // A new state is seeded differently each time; nobody needs to be unable to guess it.
    let random = RandomState::new().build_hasher().finish() % 401;
    wait.saturating_mul(800 + random as u32) / 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_answered_with_growing_patience() {
        for (failures, seconds) in [(0, 1.0), (1, 2.0), (3, 8.0), (6, 60.0), (4_000_000, 60.0)] {
            let wait = backoff(failures, Duration::from_secs(1), Duration::from_mins(1)).as_secs_f64();
            assert!(
                (seconds * 0.8..=seconds * 1.2).contains(&wait),
                "{failures}: {wait}"
            );
        }
    }
}
