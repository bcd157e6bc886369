//! The numbering of events, by one at a time.

use crate::support::databases::{Database, on_both_stores, patient};
use std::sync::Arc;
use vouchsafe::audit::{Act, Publisher};
use vouchsafe::db;
use vouchsafe::ports::{Entropy, SystemEntropy};
use vouchsafe::store::Store;
use vouchsafe_core::model::{EventKind, UnixTime};

on_both_stores! {
    of_many_publishers_and_writers_every_event_gets_one_number,
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

fn happen(store: &Store) {
    let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
    let act = Act::new("cli", UnixTime::from_seconds(1_800_000_000), &entropy);
    let event = act.event(EventKind::IssuerEpochRaised);
    store
        .write_blocking("happen", move |tx| db!(tx, events::append(&event)))
        .unwrap();
}
