//! The numbering of events, by one at a time.

use crate::support::databases::{Database, on_both_stores, patient};
use std::sync::Arc;
use vouchsafe::audit::verification::verify;
use vouchsafe::audit::{Act, Publisher};
use vouchsafe::db;
use vouchsafe::ports::{Entropy, SystemEntropy};
use vouchsafe::store::Store;
use vouchsafe_core::model::{Event, EventKind, UnixTime};

on_both_stores! {
    of_many_publishers_and_writers_every_event_gets_one_number,
    many_events_are_numbered_in_parts,
}

/// Writers and publishers race; then the chain has every event once, without a gap.
fn of_many_publishers_and_writers_every_event_gets_one_number(database: &Database) {
    const WRITERS: usize = 4;
    const EVENTS: usize = 60;
    database
        .write_blocking("init", |tx| db!(tx, publisher::init()))
        .unwrap();
    std::thread::scope(|scope| {
        for _ in 0..WRITERS {
            let store = database.another(patient());
            scope.spawn(move || (0..EVENTS).for_each(|_| happen(&store)));
        }
        for name in ["one", "two"] {
            let store = database.another(patient());
            scope.spawn(move || {
                let publisher = Publisher::new(name.to_owned());
                for _ in 0..20 {
                    publisher.publish(&store, UnixTime::from_seconds(0)).unwrap();
                    publisher.resign(&store).unwrap();
                }
            });
        }
    });
    let last = Publisher::new("last".to_owned());
    assert!(
        last.publish(database, UnixTime::from_millis(i64::MAX / 2))
            .unwrap()
            .mine
    );
    let records = database
        .read_blocking("records", |tx| db!(tx, events::records(0, 1_000)))
        .unwrap();
    assert_eq!(records.len(), WRITERS * EVENTS);
    let mut before = None;
    for record in &records {
        record.check(before).unwrap();
        before = Some(record);
    }
}

/// What has much to number can tell verifiers in between.
fn many_events_are_numbered_in_parts(database: &Database) {
    let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
    let act = Act::new("cli", UnixTime::from_seconds(1_800_000_000), &entropy);
    // Those for verifiers too, and those of the same token, of which the database keeps one.
    let kinds = [
        EventKind::IssuerEpochRaised,
        EventKind::SignedIn,
        EventKind::TokenEnded,
    ];
    let events: Vec<_> = (0..501)
        .map(|number| Event {
            target: Some(format!("t{number}")),
            value: Some(number),
            ..act.event(kinds[usize::try_from(number).unwrap() % 3])
        })
        .collect();
    database
        .write_blocking("append", move |tx| {
            db!(tx, publisher::init())?;
            db!(tx, events::append_all(&events))
        })
        .unwrap();
    let publisher = Publisher::new("one".to_owned());
    let publish = || publisher.publish(database, UnixTime::from_seconds(0)).unwrap();
    let (first, second) = (publish(), publish());
    assert_eq!((first.kinds.len(), first.more), (500, true));
    assert_eq!((second.kinds.len(), second.more), (1, false));
    assert_eq!(verify(database, u64::MAX).unwrap().unwrap().records, 501);
    let records = database
        .read_blocking("records", |tx| db!(tx, events::records(0, 1_000)))
        .unwrap();
    let order = records.iter().map(|record| record.event.value.unwrap());
    assert!(
        order.eq(0..501),
        "what was told at one instant stays in its order"
    );
}

fn happen(store: &Store) {
    let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
    let act = Act::new("cli", UnixTime::from_seconds(1_800_000_000), &entropy);
    let event = act.event(EventKind::IssuerEpochRaised);
    store
        .write_blocking("happen", move |tx| db!(tx, events::append(&event)))
        .unwrap();
}
