//! The guarantees of the key timetable, over random lives of a key set with outages and revocations.

use super::samples::{NOW, after, key};
use proptest::prelude::*;
use std::collections::BTreeMap;
use vouchsafe_core::decide::key_state::KeyState::{self, Active, Next, Removed, Retiring, Revoked};
use vouchsafe_core::decide::key_state::{KeyTimes, due, next, promotion, published, signing, state};
use vouchsafe_core::model::{KeyAlgorithm, SigningKey, Span, UnixTime};

const RS: KeyAlgorithm = KeyAlgorithm::Rs256;

const TIMES: KeyTimes = KeyTimes {
    interval: Span::from_days(90),
    publish_ahead: Span::from_days(7),
    retire_after: Span::from_hours(25),
};

fn states(keys: &[SigningKey], now: UnixTime) -> Vec<KeyState> {
    keys.iter().map(|key| state(key, keys, &TIMES, now)).collect()
}

fn days(days: i64) -> UnixTime {
    NOW.plus(Span::from_days(days))
}

fn make_due(keys: &mut Vec<SigningKey>, times: &KeyTimes, now: UnixTime) {
    while let Some(new) = due(keys, RS, times, now) {
        let mut made = key(new.seq, new.activate_at);
        made.created_at = now;
        keys.push(made);
        assert!(keys.len() < 500, "a key is due for ever");
    }
}

#[test]
fn a_first_start_makes_one_active_key_and_one_next() {
    let mut keys = Vec::new();
    make_due(&mut keys, &TIMES, NOW);
    assert_eq!(states(&keys, NOW), [Active, Next]);
    assert_eq!(keys.iter().map(|key| key.seq).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(keys[1].activate_at, days(90));
    assert_eq!(due(&keys, RS, &TIMES, NOW), None);
}

#[test]
fn time_alone_moves_a_key_through_its_states() {
    let keys = [key(1, NOW), key(2, days(90)), key(3, days(180))];
    let retired = days(90).plus(TIMES.retire_after);
    for (now, expected) in [
        (NOW, [Active, Next, Next]),
        (days(90).minus(Span::from_millis(1)), [Active, Next, Next]),
        (days(90), [Retiring, Active, Next]),
        (retired.minus(Span::from_millis(1)), [Retiring, Active, Next]),
        (retired, [Removed, Active, Next]),
        (days(180), [Removed, Retiring, Active]),
        (days(10_000), [Removed, Removed, Active]),
    ] {
        assert_eq!(states(&keys, now), expected);
    }
}

#[test]
fn the_first_key_signs_also_by_a_clock_that_is_behind() {
    let keys = [key(1, NOW), key(2, days(90))];
    assert_eq!(states(&keys, days(-1)), [Active, Next]);
    assert_eq!(
        due(&keys, RS, &TIMES, days(-1)),
        None,
        "and no node that is behind makes another"
    );
    assert_eq!(signing(&[], RS, NOW), None);
}

#[test]
fn without_a_successor_the_old_key_goes_on() {
    let mut keys = vec![key(1, NOW)];
    assert_eq!(states(&keys, days(1000)), [Active]);
    make_due(&mut keys, &TIMES, days(1000));
    assert_eq!(keys[1].activate_at, days(1007), "published ahead, however late");
}

#[test]
fn revoking_the_active_key_promotes_the_next_one_at_once() {
    let mut keys = vec![key(1, days(-90)), key(2, NOW), key(3, days(90))];
    keys[1].revoked_at = Some(days(1));
    assert_eq!(states(&keys, days(1)), [Retiring, Revoked, Active]);
    assert_eq!(due(&keys, RS, &TIMES, days(1)).map(|new| new.seq), Some(4));
    assert_eq!(states(&keys, days(200))[2], Active);
}

#[test]
fn revoking_the_next_key_leaves_the_active_one_alone() {
    let mut keys = vec![key(1, NOW), key(2, days(90))];
    keys[1].revoked_at = Some(days(1));
    for now in [days(1), days(90), days(100)] {
        assert_eq!(states(&keys, now), [Active, Revoked]);
    }
}

#[test]
fn a_next_key_that_was_revoked_hastens_no_other() {
    let mut keys = vec![key(1, NOW), key(2, days(90)), key(3, days(180))];
    keys[1].revoked_at = Some(days(1));
    assert_eq!(states(&keys, days(100)), [Active, Revoked, Next]);
    assert_eq!(states(&keys, days(180)), [Retiring, Revoked, Active]);
}

#[test]
fn when_nothing_can_sign_a_key_is_due_that_signs_at_once() {
    let mut keys = vec![key(1, NOW)];
    keys[0].revoked_at = Some(days(1));
    assert_eq!(signing(&keys, RS, days(1)), None);
    let new = due(&keys, RS, &TIMES, days(1)).map(|new| (new.seq, new.activate_at));
    assert_eq!(new, Some((2, days(1))));
}

#[test]
fn a_key_without_its_private_half_never_signs() {
    let mut keys = vec![key(1, NOW), key(2, days(90))];
    keys[0].sealed = None;
    keys[1].revoked_at = Some(days(91));
    assert_eq!(states(&keys, days(91)), [Removed, Revoked]);
    assert!(published(&keys, &TIMES, days(91)).is_empty());
}

#[test]
fn each_algorithm_has_a_timetable_of_its_own() {
    let mut keys = vec![key(1, NOW), key(2, days(90))];
    let mut other = key(1, days(3));
    other.alg = KeyAlgorithm::Es256;
    keys.push(other);
    assert_eq!(states(&keys, days(90)), [Retiring, Active, Active]);
    assert_eq!(signing(&keys, KeyAlgorithm::Es256, days(1)), Some(&keys[2]));
    assert_eq!(signing(&keys, KeyAlgorithm::EdDsa, days(1)), None);
    let new = due(&keys, KeyAlgorithm::Es256, &TIMES, days(4)).unwrap();
    assert_eq!((new.seq, new.activate_at), (2, days(93)));
}

#[test]
fn a_rotation_lets_the_next_key_sign_as_soon_as_it_was_published_long_enough() {
    let mut keys = vec![key(1, days(-80)), key(2, days(10))];
    keys[1].created_at = days(-4);
    let patient = promotion(&keys, RS, &TIMES, (NOW, false)).unwrap();
    assert_eq!(
        (patient.activate_at, patient.lead),
        (days(3), TIMES.publish_ahead)
    );
    let hasty = promotion(&keys, RS, &TIMES, (NOW, true)).unwrap();
    assert_eq!((hasty.activate_at, hasty.lead), (NOW, Span::from_days(4)));
    keys[1].activate_at = hasty.activate_at;
    assert_eq!(states(&keys, NOW), [Retiring, Active]);
    assert_eq!(
        promotion(&keys, RS, &TIMES, (NOW, true)),
        None,
        "there is no next one"
    );
    keys.push(key(3, days(2)));
    keys[2].created_at = days(-30);
    let never_later = promotion(&keys, RS, &TIMES, (days(1), false)).unwrap();
    assert_eq!(never_later.activate_at, days(1));
}

#[test]
fn an_imported_key_that_signs_sooner_takes_the_place_of_the_one_that_waited() {
    let keys = [key(1, days(-80)), key(2, days(10)), key(3, days(7))];
    assert_eq!(states(&keys, NOW), [Active, Next, Next]);
    assert_eq!(next(&keys, RS, &TIMES, NOW), Some(&keys[2]));
    assert_eq!(states(&keys, days(7)), [Retiring, Retiring, Active]);
    assert_eq!(states(&keys, days(11)), [Removed, Removed, Active]);
}

/// A life: time goes on by steps; at some of them the server is down and makes no key, at some a key is revoked.
#[derive(Clone, Debug)]
struct Tick {
    minutes: i64,
    up: bool,
    revoke: Option<usize>,
}

fn lives(revocations: bool) -> impl Strategy<Value = Vec<Tick>> {
    let minutes = prop_oneof![1_i64..120, 60_i64..3000, 3000_i64..200_000];
    let revoke = if revocations {
        prop_oneof![9 => Just(None), 1 => (0_usize..9).prop_map(Some)].boxed()
    } else {
        Just(None).boxed()
    };
    let tick =
        (minutes, any::<bool>(), revoke).prop_map(|(minutes, up, revoke)| Tick { minutes, up, revoke });
    proptest::collection::vec(tick, 1..40)
}

fn timetables() -> impl Strategy<Value = KeyTimes> {
    (1_i64..100, 1_i64..20, 1_i64..72).prop_map(|(interval, ahead, retire)| KeyTimes {
        interval: Span::from_days(interval),
        publish_ahead: Span::from_days(ahead),
        retire_after: Span::from_hours(retire),
    })
}

/// Whether a token signed at `last` may still be about.
fn token_lives(last: Option<&UnixTime>, times: &KeyTimes, now: UnixTime) -> bool {
    last.is_some_and(|last| now < last.plus(times.retire_after))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn one_key_signs_at_every_instant_and_was_published_before(times in timetables(), life in lives(false)) {
        let (mut keys, mut now) = (Vec::new(), NOW);
        make_due(&mut keys, &times, now);
        for tick in life {
            now = now.plus(Span::from_minutes(tick.minutes));
            let active = keys.iter().filter(|key| state(key, &keys, &times, now) == Active).count();
            prop_assert_eq!(active, 1);
            if tick.up {
                make_due(&mut keys, &times, now);
                prop_assert!(keys.iter().any(|key| state(key, &keys, &times, now) == Next));
            }
            for key in keys.iter().skip(1) {
                prop_assert!(key.activate_at.since(key.created_at) >= times.publish_ahead);
            }
        }
    }

    #[test]
    fn no_token_meets_a_key_that_is_gone_unless_it_was_revoked(times in timetables(), life in lives(true)) {
        let (mut keys, mut now) = (Vec::new(), NOW);
        let mut last_signed: BTreeMap<i64, UnixTime> = BTreeMap::new();
        make_due(&mut keys, &times, now);
        for tick in life {
            // To the millisecond before the next change, and on.
            for step in [Span::from_minutes(tick.minutes).millis() / 2; 2] {
                now = now.plus(Span::from_millis(step));
                last_signed.extend(signing(&keys, RS, now).map(|key| (key.seq, now)));
            }
            if let Some(key) = tick.revoke.and_then(|at| keys.iter_mut().rev().nth(at)) {
                key.revoked_at.get_or_insert(now);
            }
            if tick.up {
                make_due(&mut keys, &times, now);
                let active = keys.iter().filter(|key| state(key, &keys, &times, now) == Active).count();
                prop_assert_eq!(active, 1);
            }
            last_signed.extend(signing(&keys, RS, now).map(|key| (key.seq, now)));
            let set = published(&keys, &times, now);
            for key in &keys {
                let wanted = key.revoked_at.is_none() && token_lives(last_signed.get(&key.seq), &times, now);
                prop_assert!(!wanted || set.contains(&key), "key {} is gone too early", key.seq);
                prop_assert!(key.revoked_at.is_none() || !set.contains(&key));
            }
            // The private halves of removed keys go.
            let gone: Vec<bool> =
                keys.iter().map(|key| state(key, &keys, &times, now) == Removed).collect();
            for (key, _) in keys.iter_mut().zip(gone).filter(|(_, gone)| *gone) {
                key.sealed = None;
            }
        }
    }

    #[test]
    fn states_do_not_depend_on_the_order_of_rows(
        rows in proptest::collection::vec((-500_i64..500, any::<Option<i16>>(), any::<bool>()), 0..8), at in -500_i64..500,
    ) {
        let keys: Vec<SigningKey> = (1..)
            .zip(rows)
            .map(|(seq, (activate, revoked, sealed))| {
                let mut one = key(seq, after(activate * 3600));
                one.revoked_at = revoked.map(|hour| after(i64::from(hour) * 60));
                one.sealed = sealed.then(Vec::new);
                one
            })
            .collect();
        let now = after(at * 3600);
        let mut reversed = keys.clone();
        reversed.reverse();
        for key in &keys {
            prop_assert_eq!(state(key, &keys, &TIMES, now), state(key, &reversed, &TIMES, now));
        }
        prop_assert_eq!(signing(&keys, RS, now), signing(&reversed, RS, now));
        let active = keys.iter().filter(|key| state(key, &keys, &TIMES, now) == Active).count();
        prop_assert_eq!(active, usize::from(signing(&keys, RS, now).is_some()));
        let _ = due(&keys, RS, &TIMES, now);
    }
}
