//! The life of a signing key on the calendar: when it is published, when it signs, when it leaves the key set. For people
//! who look at the timetable; what a key may do is decided by [`key_state`](super::key_state) alone.

use super::key_state::{self, KeyState, KeyTimes};
use crate::model::{SigningKey, UnixTime};

/// The dates of a key. Those to come are what the timetable says now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyPhases {
    /// What it may do now.
    pub state: KeyState,
    /// Since when it stands in the key set.
    pub published_from: UnixTime,
    /// From when on it signs; none when it was revoked before it did.
    pub signs_from: Option<UnixTime>,
    /// Until when it signs.
    pub signs_until: UnixTime,
    /// Until when it stands in the key set.
    pub published_until: UnixTime,
}

/// The dates of `key` among `all` keys, at `now`.
#[must_use]
pub fn phases(key: &SigningKey, all: &[SigningKey], times: &KeyTimes, now: UnixTime) -> KeyPhases {
    let state = key_state::state(key, all, times, now);
    let successors = all
        .iter()
        .filter(|other| other.alg == key.alg && other.seq > key.seq && other.revoked_at.is_none());
    let succeeded = successors.map(|other| other.activate_at).min();
    let planned = succeeded.unwrap_or_else(|| key.activate_at.plus(times.interval));
    // A key that had to stand in for a revoked one began before its time.
    let begins = if state == KeyState::Active {
        key.activate_at.min(now)
    } else {
        key.activate_at
    };
    if let Some(revoked_at) = key.revoked_at {
        return KeyPhases {
            state,
            published_from: key.created_at,
            signs_from: (key.activate_at < revoked_at).then_some(key.activate_at),
            signs_until: planned.min(revoked_at),
            published_until: revoked_at.min(planned.plus(times.retire_after)),
        };
    }
    let until = match state {
        // As long as nothing else signs, it does.
        KeyState::Active => planned.max(now),
        KeyState::Next | KeyState::Retiring | KeyState::Removed | KeyState::Revoked => planned,
    };
    KeyPhases {
        state,
        published_from: key.created_at,
        signs_from: Some(begins),
        signs_until: until.max(begins),
        published_until: until.max(begins).plus(times.retire_after),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{KeyAlgorithm, Kid, Span};

    const TIMES: KeyTimes = KeyTimes {
        interval: Span::from_days(90),
        publish_ahead: Span::from_days(7),
        retire_after: Span::from_days(1),
    };

    fn day(n: i64) -> UnixTime {
        UnixTime::from_seconds(n * 86_400)
    }

    fn key(seq: i64, created: i64, activates: i64, revoked: Option<i64>) -> SigningKey {
        SigningKey {
            kid: Kid::new(format!("k{seq}")),
            alg: KeyAlgorithm::Rs256,
            seq,
            created_at: day(created),
            activate_at: day(activates),
            revoked_at: revoked.map(day),
            public_jwk: serde_json::Value::Null,
            sealed: Some(Vec::new()),
            kek_id: String::new(),
        }
    }

    #[test]
    fn a_key_signs_until_its_successor_and_is_published_a_while_longer() {
        let keys = [key(1, 0, 0, None), key(2, 83, 90, None), key(3, 173, 180, None)];
        let of = |n: usize, now| phases(&keys[n], &keys, &TIMES, day(now));
        let first = of(0, 100);
        assert_eq!(
            (
                first.state,
                first.signs_from,
                first.signs_until,
                first.published_until
            ),
            (KeyState::Removed, Some(day(0)), day(90), day(91))
        );
        let active = of(1, 100);
        assert_eq!(
            (active.state, active.published_from, active.signs_until),
            (KeyState::Active, day(83), day(180))
        );
        let next = of(2, 175);
        assert_eq!(
            (
                next.state,
                next.signs_from,
                next.signs_until,
                next.published_until
            ),
            (KeyState::Next, Some(day(180)), day(270), day(271))
        );
    }

    #[test]
    fn a_revoked_key_ends_when_it_was_revoked_and_its_stand_in_began_early() {
        let keys = [
            key(1, 0, 0, Some(10)),
            key(2, 5, 90, None),
            key(3, 5, 180, Some(6)),
        ];
        let of = |n: usize, now| phases(&keys[n], &keys, &TIMES, day(now));
        let revoked = of(0, 20);
        assert_eq!(
            (
                revoked.state,
                revoked.signs_from,
                revoked.signs_until,
                revoked.published_until
            ),
            (KeyState::Revoked, Some(day(0)), day(10), day(10))
        );
        let stands_in = of(1, 20);
        assert_eq!(
            (stands_in.state, stands_in.signs_from),
            (KeyState::Active, Some(day(20)))
        );
        assert_eq!(of(2, 20).signs_from, None, "it was revoked before it signed");
    }

    #[test]
    fn a_key_without_successor_goes_on_signing() {
        let keys = [key(1, 0, 0, None)];
        let late = phases(&keys[0], &keys, &TIMES, day(200));
        assert_eq!((late.state, late.signs_until), (KeyState::Active, day(200)));
    }
}
