//! A limit on questions to the revocation feed, per network address: in the memory of this node, whose time it is that they
//! take up.

use super::address::network;
use crate::config::Limit;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use vouchsafe_core::decide::throttle::Turn;
use vouchsafe_core::model::UnixTime;

/// Addresses that are counted at once. Those beyond are a crowd, which a limit for each of them does not stop.
const MOST: usize = 65_536;

/// How often who asked, in a window that is the same for all.
#[derive(Debug, Default)]
pub struct Questions(Mutex<Window>);

#[derive(Debug, Default)]
struct Window {
    began_at: UnixTime,
    asked: HashMap<String, i64>,
}

impl Questions {
    /// Counts a question of this address. When there were too many: until when.
    #[must_use]
    pub fn count(&self, peer: IpAddr, limit: Limit, now: UnixTime) -> Option<UnixTime> {
        let network = network(peer);
        let mut window = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if window.began_at.plus(limit.per) <= now || now < window.began_at {
            // Nobody is remembered longer than the limit needs.
            *window = Window {
                began_at: now,
                asked: HashMap::new(),
            };
        }
        let began_at = window.began_at;
        if window.asked.len() >= MOST && !window.asked.contains_key(&network) {
            return None;
        }
        let count = window.asked.entry(network).or_default();
        *count = count.saturating_add(1);
        match limit.judge(*count, began_at, now) {
            Turn::Admitted => None,
            Turn::Wait { retry_after } => Some(now.plus(retry_after)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vouchsafe_core::model::Span;

    const LIMIT: Limit = Limit {
        failures: 2,
        per: Span::from_minutes(1),
    };

    fn at(seconds: i64) -> UnixTime {
        UnixTime::from_seconds(1_000 + seconds)
    }

    fn peer(n: u32) -> IpAddr {
        IpAddr::V4(n.into())
    }

    #[test]
    fn an_address_asks_so_often_in_a_window_and_others_are_not_its_business() {
        let questions = Questions::default();
        let asked = |n, seconds| questions.count(peer(n), LIMIT, at(seconds));
        assert_eq!([asked(1, 0), asked(1, 20), asked(2, 20)], [None; 3]);
        assert_eq!(asked(1, 30), Some(at(60)));
        assert_eq!(asked(2, 59), None);
        assert_eq!(asked(1, 60), None, "the next window");
    }

    #[test]
    fn a_clock_that_is_set_back_keeps_nobody_waiting() {
        let questions = Questions::default();
        let asked = |seconds| questions.count(peer(1), LIMIT, at(seconds));
        assert!((0..3).map(|_| asked(600)).any(|until| until.is_some()));
        assert_eq!(asked(0), None);
    }

    #[test]
    fn a_crowd_takes_up_no_more_room_than_there_is() {
        let questions = Questions::default();
        for n in 0..70_000 {
            assert_eq!(questions.count(peer(n), LIMIT, at(0)), None);
        }
        assert_eq!(questions.0.lock().unwrap().asked.len(), MOST);
        assert!(
            (0..3).any(|_| questions.count(peer(1), LIMIT, at(0)).is_some()),
            "known ones count on"
        );
    }
}
