//! The log of events, the issuer's state, sealed secrets, keys, and counters of attempts.

use super::samples::{at, event};
use crate::support::databases::{Database, on_both_stores};
use vouchsafe::db;
use vouchsafe::ports::SystemClock;
use vouchsafe::store::{IssuerState, KekCheck, Reserved, ServerSecret};
use vouchsafe_core::model::{Event, EventId, KeyAlgorithm, Kid, SigningKey, Span};

on_both_stores! {
    events_are_kept_as_given_and_listed_in_order,
    many_events_are_appended_at_once,
    the_history_of_a_database_is_named_once,
    of_several_secrets_of_one_version_the_first_stays,
    of_several_checks_of_one_kek_the_first_stays,
    of_several_keys_for_one_place_the_first_stays,
    the_database_tells_its_time_in_milliseconds,
    attempts_are_counted_in_windows,
    an_attempt_is_given_back_to_its_own_window_only,
}

fn list(store: &Database, after: Option<(i64, &'static str)>, limit: i64) -> Vec<Event> {
    let list = store.read_blocking("list", move |tx| {
        let after = after.map(|(second, id)| (at(second), EventId::new(id)));
        db!(tx, events::list(after.as_ref().map(|(at, id)| (*at, id)), limit))
    });
    list.unwrap()
}

fn events_are_kept_as_given_and_listed_in_order(store: &Database) {
    let bare = Event {
        subject: None,
        client_id: None,
        target: None,
        value: None,
        ..event("c", 2)
    };
    let given = [event("a", 1), event("b", 1), bare];
    let [first, second, third] = given.clone();
    store
        .write_blocking("append", move |tx| {
            db!(tx, events::append(&third))?;
            db!(tx, events::append_all(&[second.clone(), first.clone()]))
        })
        .unwrap();
    assert_eq!(list(store, None, 10), given);
    assert_eq!(list(store, Some((1, "a")), 1), given[1..2]);
    assert_eq!(list(store, Some((2, "c")), 10), []);
}

fn many_events_are_appended_at_once(store: &Database) {
    let many: Vec<_> = (0..1201)
        .map(|number| event(&format!("e{number}"), number))
        .collect();
    store
        .write_blocking("append", move |tx| db!(tx, events::append_all(&many)))
        .unwrap();
    assert_eq!(list(store, None, 5000).len(), 1201);
    store
        .write_blocking("append", |tx| db!(tx, events::append_all(&[])))
        .unwrap();
}

fn the_history_of_a_database_is_named_once(store: &Database) {
    let init = |name: &'static str| {
        store
            .write_blocking("init", move |tx| db!(tx, issuer_state::init(name)))
            .unwrap()
    };
    let read = || {
        store
            .read_blocking("read", |tx| db!(tx, issuer_state::read()))
            .unwrap()
    };
    assert_eq!(
        read(),
        IssuerState {
            epoch: 1,
            timeline: String::new(),
            config_version: 1
        }
    );
    assert!(init("first"));
    assert!(!init("second"));
    store
        .write_blocking("bump", |tx| db!(tx, issuer_state::bump_config_version()))
        .unwrap();
    assert_eq!(
        read(),
        IssuerState {
            epoch: 1,
            timeline: "first".to_owned(),
            config_version: 2
        }
    );
}

fn of_several_secrets_of_one_version_the_first_stays(store: &Database) {
    let secret = |version, filling| ServerSecret {
        purpose: "pepper".to_owned(),
        version,
        sealed: vec![filling; 90],
        kek_id: "kek".to_owned(),
    };
    let add = |secret| {
        store
            .write_blocking("add", move |tx| db!(tx, server_secrets::add(&secret)))
            .unwrap()
    };
    assert!(add(secret(2, 2)));
    assert!(add(secret(1, 1)));
    assert!(!add(secret(1, 9)));
    let all = store
        .read_blocking("all", |tx| db!(tx, server_secrets::all()))
        .unwrap();
    assert_eq!(all, [secret(1, 1), secret(2, 2)]);
}

fn of_several_checks_of_one_kek_the_first_stays(store: &Database) {
    let check = |id: &str, filling| KekCheck {
        id: id.to_owned(),
        check: vec![filling],
        created_at: at(0),
    };
    let add = |check| {
        store
            .write_blocking("add", move |tx| db!(tx, keks::add(&check)))
            .unwrap()
    };
    assert!(add(check("a", 1)));
    assert!(!add(check("a", 2)));
    assert!(add(check("b", 3)));
    let all = store.read_blocking("all", |tx| db!(tx, keks::all())).unwrap();
    assert_eq!(all, [check("a", 1), check("b", 3)]);
}

fn of_several_keys_for_one_place_the_first_stays(store: &Database) {
    let key = |kid: &str, seq| SigningKey {
        kid: Kid::new(kid),
        alg: KeyAlgorithm::Rs256,
        seq,
        created_at: at(0),
        activate_at: at(seq),
        revoked_at: (seq == 2).then_some(at(5)),
        public_jwk: serde_json::json!({"kty": "RSA", "n": "…"}),
        sealed: (seq == 1).then_some(vec![7; 1200]),
        kek_id: "kek".to_owned(),
    };
    let add = |key| {
        store
            .write_blocking("add", move |tx| db!(tx, signing_keys::add(&key)))
            .unwrap()
    };
    assert!(add(key("a", 1)));
    assert!(!add(key("b", 1)), "the place is taken");
    assert!(!add(key("a", 2)), "the key is known");
    assert!(add(key("b", 2)));
    let all = store
        .read_blocking("all", |tx| db!(tx, signing_keys::all()))
        .unwrap();
    assert_eq!(all, [key("a", 1), key("b", 2)]);
    let version = store
        .read_blocking("read", |tx| db!(tx, issuer_state::read()))
        .unwrap()
        .config_version;
    assert_eq!(version, 3, "raised by each key that was added");
}

fn the_database_tells_its_time_in_milliseconds(store: &Database) {
    let clock = store.clock();
    let compare = || {
        let clock = clock.clone();
        store
            .write_blocking("time", move |tx| clock.compare(tx, &SystemClock))
            .unwrap()
    };
    let (first, second) = (compare(), compare());
    assert!(first.database <= second.database);
    // The same machine, asked by way of another program: what is measured is a few milliseconds.
    for reading in [first, second] {
        assert!(
            reading.database.plus(Span::from_millis(50)) >= reading.asked_at,
            "{reading:?}"
        );
        assert!(
            reading.database.minus(Span::from_millis(50)) <= reading.answered_at,
            "{reading:?}"
        );
    }
}

fn reserve(store: &Database, key: &'static str, second: i64) -> Reserved {
    let window = Span::from_seconds(10);
    store
        .write_blocking("reserve", move |tx| {
            db!(tx, throttles::reserve(key, at(second), window))
        })
        .unwrap()
}

fn attempts_are_counted_in_windows(store: &Database) {
    let counted = |count, second| Reserved {
        count,
        window_started_at: at(second),
    };
    assert_eq!(reserve(store, "ann", 0), counted(1, 0));
    assert_eq!(reserve(store, "ann", 9), counted(2, 0));
    assert_eq!(reserve(store, "bob", 9), counted(1, 9));
    assert_eq!(reserve(store, "ann", 10), counted(1, 10));
    assert_eq!(reserve(store, "ann", 19), counted(2, 10));
}

fn an_attempt_is_given_back_to_its_own_window_only(store: &Database) {
    let refund = |second| {
        store
            .write_blocking("refund", move |tx| db!(tx, throttles::refund("ann", at(second))))
            .unwrap();
    };
    reserve(store, "ann", 0);
    reserve(store, "ann", 1);
    refund(0);
    assert_eq!(reserve(store, "ann", 2).count, 2);
    reserve(store, "ann", 10);
    refund(0);
    assert_eq!(reserve(store, "ann", 11).count, 2);
    for _ in 0..5 {
        refund(10);
    }
    assert_eq!(reserve(store, "ann", 12).count, 1, "never below nothing");
}
