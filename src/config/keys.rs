//! Signing keys and the key-encryption key.

use super::Config;
use super::key::section;
use std::path::PathBuf;
use vouchsafe_core::decide::issue::LONGEST_TOKEN;
use vouchsafe_core::decide::key_state::{KeyTimes, LEAST_LEAD};
use vouchsafe_core::model::Span;

section! {
    /// Keys at rest.
    Keys in "keys." {
        /// The directory of the key-encryption key. Keep it apart from the database and back it up: without it
        /// the stored keys cannot be opened.
        dir: PathBuf = PathBuf::from("./keys");
        section rotation: Rotation;
    }
}

section! {
    /// Rotation of the signing keys.
    Rotation in "keys.rotation." {
        /// How long a signing key signs. The next key is always published ahead, so the least value is the day
        /// for which validators may hold the key set.
        interval: Span = Span::from_days(90), from LEAST_LEAD => Span::from_days(3650);
        /// How long a key stands in the key set before it signs. Validators may hold the key set for a day, which is
        /// the least value. With a shorter interval, a key is published for one interval.
        publish_ahead: Span = Span::from_days(7), from LEAST_LEAD => Span::from_days(365);
    }
}

impl Config {
    /// The timetable of signing keys. A key stays published for the longest token that could have been signed with
    /// it (an API may have a day) and one hour for clocks and caches.
    #[must_use]
    pub fn key_times(&self) -> KeyTimes {
        let interval = self.keys.rotation.interval;
        KeyTimes {
            interval,
            publish_ahead: self.keys.rotation.publish_ahead.min(interval),
            retire_after: Span::from_millis(
                LONGEST_TOKEN
                    .millis()
                    .saturating_add(Span::from_hours(1).millis()),
            ),
        }
    }
}
