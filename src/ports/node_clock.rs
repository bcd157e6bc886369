//! The time of a node: its machine's clock, corrected by what it lacks to the database's, and never going back by a
//! little.

use super::Clock;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use vouchsafe_core::decide::clock_offset::{Accuracy, Offset, Reading, TOO_FAR_TO_SIGN, accuracy};
use vouchsafe_core::model::{Span, UnixTime};

/// A clock that learns.
pub struct NodeClock {
    machine: Arc<dyn Clock>,
    offset: AtomicI64,
    latest: AtomicI64,
    learned: Mutex<Learned>,
}

struct Learned {
    offset: Offset,
    accuracy: Accuracy,
}

/// What a reading brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lesson {
    /// What is added to the machine's time from now on.
    pub offset: Span,
    /// How good the machine's clock is.
    pub accuracy: Accuracy,
    /// Set when that is another verdict than before.
    pub is_news: bool,
}

impl NodeClock {
    /// A clock that knows nothing better than its machine yet.
    #[must_use]
    pub fn new(machine: Arc<dyn Clock>) -> Self {
        Self {
            machine,
            offset: AtomicI64::new(0),
            latest: AtomicI64::new(i64::MIN),
            learned: Mutex::new(Learned {
                offset: Offset::default(),
                accuracy: Accuracy::Good,
            }),
        }
    }

    /// The machine's clock, which readings compare with the database's.
    #[must_use]
    pub fn machine(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.machine)
    }

    /// Takes a reading into account.
    pub fn learn(&self, reading: Reading) -> Lesson {
        let mut learned = self.learned.lock().unwrap_or_else(PoisonError::into_inner);
        let offset = learned.offset.learn(reading);
        self.offset.store(offset.millis(), Ordering::Relaxed);
        let accuracy = accuracy(offset);
        let is_news = accuracy != learned.accuracy;
        learned.accuracy = accuracy;
        Lesson {
            offset,
            accuracy,
            is_news,
        }
    }

    fn offset(&self) -> Span {
        Span::from_millis(self.offset.load(Ordering::Relaxed))
    }
}

impl Clock for NodeClock {
    /// Small steps back are waited out, so that `iat` never falls; a large one is a clock that was set right.
    fn now(&self) -> UnixTime {
        let now = self.machine.now().plus(self.offset());
        let latest = UnixTime::from_millis(self.latest.fetch_max(now.millis(), Ordering::Relaxed));
        if latest > now.plus(TOO_FAR_TO_SIGN) {
            self.latest.store(now.millis(), Ordering::Relaxed);
            return now;
        }
        latest.max(now)
    }

    fn too_far_off(&self) -> Option<Span> {
        let offset = self.offset();
        (accuracy(offset) == Accuracy::Unfit).then_some(offset)
    }
}

impl std::fmt::Debug for NodeClock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NodeClock({} ms)", self.offset().millis())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Set(AtomicI64);
    impl Clock for Set {
        fn now(&self) -> UnixTime {
            UnixTime::from_millis(self.0.load(Ordering::Relaxed))
        }
    }

    #[test]
    fn it_waits_out_a_small_step_back_and_follows_a_large_one() {
        let machine = Arc::new(Set(AtomicI64::new(100_000)));
        let clock = NodeClock::new(machine.clone());
        for (machine_says, it_says) in [
            (100_000, 100_000),
            (99_000, 100_000),
            (100_500, 100_500),
            (95_400, 95_400),
            (95_500, 95_500),
        ] {
            machine.0.store(machine_says, Ordering::Relaxed);
            assert_eq!(clock.now().millis(), it_says);
        }
    }

    #[test]
    fn it_tells_of_an_episode_once_and_of_its_end_once() {
        let machine = Arc::new(Set(AtomicI64::new(0)));
        let clock = NodeClock::new(machine);
        let now = UnixTime::from_millis(0);
        let mut learn = |database| {
            clock.learn(Reading {
                asked_at: now,
                database: UnixTime::from_millis(database),
                answered_at: now,
            })
        };
        let told: Vec<_> = [0, 2_000, 2_100, 6_000, 7_000, 10, 0]
            .map(&mut learn)
            .into_iter()
            .filter(|lesson| lesson.is_news)
            .map(|lesson| lesson.accuracy)
            .collect();
        assert_eq!(told, [Accuracy::Poor, Accuracy::Unfit, Accuracy::Good]);
        assert_eq!(clock.too_far_off(), None);
    }
}
