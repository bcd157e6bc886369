//! The sweep: what is over goes, slice by slice, and nothing else.

use super::samples::{add_ann_and_shop, add_grant, at, digest, event, grant, interaction, session, user};
use crate::support::databases::{Database, Kind, amid, number, on_both_stores};
use std::sync::Arc;
use vouchsafe::audit::verification::verify;
use vouchsafe::audit::{Act, Publisher};
use vouchsafe::db;
use vouchsafe::ports::{Entropy, SystemEntropy};
use vouchsafe::store::{Counted, IdempotencyKey, NewSecret, StatusListRow, Swept};
use vouchsafe_core::model::{
    AdminSession, ClientId, EndReason, Event, EventKind, Grant, GrantId, InitialToken, Session, Span,
    StatusListId, UnixTime, User,
};

on_both_stores! {
    what_is_over_goes_and_the_rest_stays,
    the_audit_log_loses_its_beginning_and_gets_no_hole,
    a_slice_is_no_larger_than_asked,
    the_oldest_interactions_beyond_a_number_go,
}

fn sweep(store: &Database, now: UnixTime, limit: i64) -> Swept {
    store
        .write_blocking("sweep", move |tx| db!(tx, sweep::expired(now, limit)))
        .unwrap()
}

fn what_is_over_goes_and_the_rest_stays(store: &Database) {
    let now = at(40_000_000);
    let (before, after) = (now.minus(Span::from_millis(1)), now.plus(Span::from_millis(1)));
    add_ann_and_shop(store);
    for (name, expires_at, filling) in [("over", before, 1), ("live", after, 2)] {
        let session = Session {
            expires_at,
            ..session(name)
        };
        let admin_session = AdminSession {
            expires_at,
            ..AdminSession::begin(session.id.clone(), session.user_id.clone(), at(0))
        };
        let counted = Counted {
            hour: expires_at.minus(Span::from_days(90)),
            measure: "sign_ins".to_owned(),
            label: "signed_in".to_owned(),
            amount: 1,
        };
        let mut waiting = interaction(0);
        waiting.expires_at = expires_at;
        let secret = NewSecret {
            digest: digest(filling),
            pepper_version: 1,
            now: at(0),
            expires_at: Some(expires_at),
        };
        let assertion = [filling; 32];
        let token = InitialToken {
            id: name.to_owned(),
            name: String::new(),
            uses_left: 1,
            scopes: Vec::new(),
            created_by: "cli".to_owned(),
            created_at: at(0),
            expires_at,
        };
        store
            .write_blocking("add", move |tx| {
                db!(tx, client_assertions::spend(&assertion, expires_at)).map(drop)
            })
            .unwrap();
        let list = StatusListRow {
            id: StatusListId::new(name),
            seed: [filling; 32],
            epoch: 1,
            closes_at: at(0),
            expires_at,
        };
        store
            .write_blocking("add", move |tx| db!(tx, status_lists::add(&list)).map(drop))
            .unwrap();
        let log = Event {
            expires_at,
            at: expires_at.minus(Span::from_days(400)),
            ..event(name, 0)
        };
        let key = IdempotencyKey {
            caller: "client:robot".to_owned(),
            key: name.to_owned(),
            digest: Vec::new(),
            made: String::new(),
            expires_at,
        };
        let guest = User {
            password_hash: None,
            ..user(&format!("guest-{name}"))
        };
        store
            .write_blocking("add", move |tx| {
                db!(tx, users::add(&guest))?;
                db!(tx, invitations::set(&guest.id, &digest(filling), expires_at))?;
                db!(tx, sessions::add(&session, &digest(filling)))?;
                db!(
                    tx,
                    administrators::add_link(&digest(filling), true, (at(0), expires_at), 16)
                )?;
                db!(tx, statistics::add(&counted))?;
                db!(tx, admin_sessions::add(&admin_session, &digest(filling)))?;
                db!(tx, interactions::add(&waiting, &digest(filling), &digest(0)))?;
                db!(tx, initial_tokens::add(&token, &digest(filling)))?;
                db!(tx, clients::add_secret(&ClientId::new("shop"), &secret))?;
                db!(tx, throttles::reserve(name, at(0), expires_at.since(at(0))))?;
                db!(tx, idempotency_keys::reserve(&key, at(0)))?;
                db!(tx, events::append(&log))
            })
            .unwrap();
    }
    let used = |id| Grant {
        code_used_at: Some(at(1)),
        expires_at: after,
        ..grant(id)
    };
    let grants = [
        Grant {
            expires_at: now.minus(Span::from_hours(26)),
            ..used("expired")
        },
        Grant {
            expires_at: before,
            ..used("just expired")
        },
        Grant {
            code_used_at: None,
            ..used("unredeemed")
        },
        Grant {
            code_used_at: None,
            code_expires_at: before,
            ..used("young code")
        },
        Grant {
            ended: Some((now.minus(Span::from_hours(26)), EndReason::Revoked)),
            ..used("ended")
        },
        Grant {
            ended: Some((before, EndReason::Revoked)),
            ..used("just ended")
        },
        used("live"),
    ];
    for (filling, grant) in (1..).zip(&grants) {
        add_grant(store, grant, digest(filling));
    }
    let swept = sweep(store, now, 100);
    let expected = Swept {
        sessions: 1,
        admin_sessions: 1,
        setup_links: 1,
        invitations: 1,
        statistics: 1,
        interactions: 1,
        grants: 3,
        throttles: 1,
        client_secrets: 1,
        client_assertions: 1,
        idempotency_keys: 1,
        key_set_fetches: 0,
        client_refusals: 0,
        initial_tokens: 1,
        events: 0,
        status_lists: 1,
    };
    assert_eq!(swept, expected, "an event is kept for long after it expired");
    assert_eq!(sweep(store, now, 100).total(), 0);
    let invited = |name: &str| {
        let id = user(&format!("guest-{name}")).id;
        let found = store.read_blocking("read", move |tx| db!(tx, users::by_id(&id)));
        found.unwrap().unwrap().invited_until
    };
    assert_eq!((invited("over"), invited("live")), (None, Some(after)));
    let left = |id: &'static str| {
        store
            .read_blocking("read", move |tx| db!(tx, grants::by_id(&GrantId::new(id))))
            .unwrap()
            .is_some()
    };
    assert_eq!([left("expired"), left("unredeemed"), left("ended")], [false; 3]);
    // An access token may outlive its grant by a day: until then a ban must find the grant.
    assert_eq!(
        [
            left("young code"),
            left("just ended"),
            left("just expired"),
            left("live")
        ],
        [true; 4]
    );
    assert_eq!(
        sweep(store, now.plus(Span::from_days(401)), 100).events,
        0,
        "what has no number yet was told to nobody"
    );
}

/// Kinds that verifiers need to know for a day stand between others, and clocks of nodes differ: what stays is still
/// one chain.
fn the_audit_log_loses_its_beginning_and_gets_no_hole(store: &Database) {
    let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
    store
        .write_blocking("init", |tx| db!(tx, publisher::init()))
        .unwrap();
    let kinds = [EventKind::GrantEnded, EventKind::SignedIn, EventKind::KeyRevoked];
    for number in 0..12 {
        let back = if number % 4 == 3 { 7_200 } else { 0 };
        let act = Act::new("cli", at(1_800_000_000 + number * 3_600 - back), &entropy);
        let event = act.event(kinds[usize::try_from(number).unwrap() % 3]);
        store
            .write_blocking("append", move |tx| db!(tx, events::append(&event)))
            .unwrap();
        let published = Publisher::new("one".to_owned()).publish(store, at(0)).unwrap();
        assert!(published.mine);
    }
    let mut swept = 0;
    for hours in 0..=13 {
        let now = at(1_800_000_000 + hours * 3_600).plus(Span::from_days(400));
        swept += sweep(store, now, 2).events;
        let records = store
            .read_blocking("records", |tx| db!(tx, events::records(0, 100)))
            .unwrap();
        assert_eq!(records.len() + swept, 12);
        let mut before = None;
        for record in &records {
            record.check(before).unwrap();
            before = Some(record);
        }
        let whole = verify(store, u64::MAX).unwrap().unwrap();
        assert_eq!(whole.records, u64::try_from(records.len()).unwrap());
    }
    assert_eq!(swept, 12);
}

fn a_slice_is_no_larger_than_asked(store: &Database) {
    for number in 0..5_u8 {
        add_grant(
            store,
            &Grant {
                expires_at: at(1),
                ..grant(&format!("g{number}"))
            },
            digest(number),
        );
    }
    let late = at(2).plus(Span::from_hours(26));
    let slices: Vec<_> = (0..4).map(|_| sweep(store, late, 2).grants).collect();
    assert_eq!(slices, [2, 2, 1, 0]);
}

fn the_oldest_interactions_beyond_a_number_go(store: &Database) {
    for second in 1..=9 {
        let waiting = interaction(i64::from(second));
        store
            .write_blocking("add", move |tx| {
                db!(tx, interactions::add(&waiting, &digest(second), &digest(1)))
            })
            .unwrap();
    }
    let surplus = |most, limit| {
        store
            .write_blocking("surplus", move |tx| {
                db!(tx, sweep::surplus_interactions(most, limit))
            })
            .unwrap()
    };
    assert_eq!(surplus(9, 100), 0);
    assert_eq!(surplus(4, 3), 3);
    assert_eq!(surplus(4, 3), 2);
    assert_eq!(surplus(4, 3), 0);
    for second in 1..=9 {
        let found = store
            .read_blocking("read", move |tx| {
                db!(tx, interactions::by_handle(&digest(second), &digest(1)))
            })
            .unwrap();
        assert_eq!(found.is_some(), second > 5, "{second}");
    }
}

/// What somebody uses again between the look of the sweep and its removal stays: the removal looks a second time. On
/// SQLite nobody comes in between.
#[test]
fn what_was_prolonged_meanwhile_stays() {
    let store = Database::migrated(Kind::Postgres);
    add_ann_and_shop(&store);
    let add = |table: &str| match table {
        "sessions" => store.write_blocking("add", |tx| {
            let over = Session {
                expires_at: at(10),
                ..session("used")
            };
            db!(tx, sessions::add(&over, &digest(1)))
        }),
        _ => store.write_blocking("add", |tx| {
            let over = IdempotencyKey {
                caller: "client:robot".to_owned(),
                key: "used".to_owned(),
                digest: Vec::new(),
                made: String::new(),
                expires_at: at(10),
            };
            db!(tx, idempotency_keys::reserve(&over, at(0))).map(drop)
        }),
    };
    for table in ["sessions", "idempotency_keys"] {
        add(table).unwrap();
        let prolonged = format!("UPDATE {table} SET expires_at = {}", at(1000).millis());
        amid(store.url(), &prolonged, 1, || {
            sweep(&store, at(20), 100);
        });
        let left = format!("SELECT count(*) FROM {table}");
        assert_eq!(number(store.url(), &left), 1, "{table}");
    }
}
