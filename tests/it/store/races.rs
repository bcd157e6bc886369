//! Races: of any number at once, one wins. Each test says which change to the store it is there to catch; the changes to
//! the exchange, the step and the shared lock were tried, and were caught.

use super::samples::{add_ann_and_shop, add_grant, at, client, digest, grant, read_grant, user};
use crate::support::databases::{Database, on_both_stores};
use std::sync::Barrier;
use std::sync::mpsc::sync_channel;
use vouchsafe::db;
use vouchsafe::store::{Advance, ExchangeGuard, RefreshStart, Spent, Store, StoreOptions, TokenGiven, Tx};
use vouchsafe_core::model::{ClientId, EndReason, Grant, GrantId, Span, UserId};

on_both_stores! {
    of_48_exchanges_of_one_code_one_gets_the_grant,
    of_48_steps_from_one_generation_one_is_taken,
    of_48_replays_one_ends_the_grant,
    of_48_sign_ins_with_one_name_one_makes_the_account,
    of_48_attempts_each_is_counted,
    two_processes_share_one_winner,
    no_grant_survives_a_disabling_that_happens_at_the_same_time,
    a_refresh_that_waited_for_a_role_change_reads_the_new_role,
}

/// Runs `work` 48 times at once.
fn at_once<T: Send>(work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let gate = Barrier::new(48);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..48)
            .map(|number| {
                let (gate, work) = (&gate, &work);
                scope.spawn(move || {
                    gate.wait();
                    work(number)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

fn exchange(store: &Store) -> Option<Grant> {
    let guard = ExchangeGuard {
        client_id: ClientId::new("shop"),
        redirect_uri: "https://shop.example/cb".to_owned(),
        code_challenge: Some("challenge".to_owned()),
        now: at(1),
        refresh: Some(RefreshStart {
            idle_expires_at: at(5000),
        }),
        token: TokenGiven::default(),
    };
    store
        .write_blocking("exchange", move |tx| {
            db!(tx, grants::exchange(&digest(1), &guard))
        })
        .unwrap()
}

fn step(from: i64) -> Advance {
    Advance {
        to: from + 1,
        parent: Some(from),
        recovered: 0,
        rotated_at: at(2),
        parent_at: Some(at(2)),
        idle_expires_at: at(5000),
        token: TokenGiven::default(),
    }
}

/// Catches: `code_used_at IS NULL` read before the UPDATE instead of in it.
fn of_48_exchanges_of_one_code_one_gets_the_grant(store: &Database) {
    add_grant(store, &grant("g"), digest(1));
    let won = at_once(|_| exchange(store)).into_iter().flatten().count();
    assert_eq!(won, 1);
}

/// Catches: a step without `generation = from` in its WHERE.
fn of_48_steps_from_one_generation_one_is_taken(store: &Database) {
    add_grant(store, &grant("g"), digest(1));
    exchange(store).unwrap();
    for generation in 0..3 {
        let taken = at_once(|_| {
            let take = move |tx: &mut Tx<'_>| {
                db!(
                    tx,
                    grants::advance(&GrantId::new("g"), generation, &step(generation))
                )
            };
            store.write_blocking("advance", take).unwrap()
        });
        assert_eq!(taken.into_iter().flatten().count(), 1);
        assert_eq!(read_grant(store, "g").generation, generation + 1);
    }
}

/// Catches: an end without `ended_at IS NULL`, which would write 48 events.
fn of_48_replays_one_ends_the_grant(store: &Database) {
    add_grant(store, &grant("g"), digest(1));
    let ended = at_once(|number| {
        let now = at(i64::try_from(number).unwrap());
        let end =
            move |tx: &mut Tx<'_>| db!(tx, grants::end(&GrantId::new("g"), EndReason::CodeReplayed, now));
        store.write_blocking("end", end).unwrap()
    });
    assert_eq!(
        ended
            .iter()
            .filter(|spent| matches!(spent, Spent::Now(_)))
            .count(),
        1
    );
    assert_eq!(
        ended
            .iter()
            .filter(|spent| matches!(spent, Spent::Before(_)))
            .count(),
        47
    );
}

/// Catches: a look before the insert instead of a unique key.
fn of_48_sign_ins_with_one_name_one_makes_the_account(store: &Database) {
    let made = at_once(|number| {
        let mut ann = user("ann");
        ann.id = UserId::new(number.to_string());
        store.write_blocking("add", move |tx| db!(tx, users::add(&ann)))
    });
    assert_eq!(made.iter().filter(|made| made.is_ok()).count(), 1);
    assert!(
        made.iter()
            .filter_map(|made| made.as_ref().err())
            .all(|error| !error.passes()),
        "{made:?}"
    );
}

/// Catches: a counter that is read, raised and written.
fn of_48_attempts_each_is_counted(store: &Database) {
    let window = Span::from_minutes(1);
    let mut counts: Vec<_> = at_once(|_| {
        store
            .write_blocking("reserve", move |tx| {
                db!(tx, throttles::reserve("ann", at(0), window))
            })
            .unwrap()
            .count
    });
    counts.sort_unstable();
    assert_eq!(counts, (1..=48).collect::<Vec<_>>());
}

/// Catches: a guard that holds only inside one process.
fn two_processes_share_one_winner(store: &Database) {
    add_grant(store, &grant("g"), digest(1));
    let other = store.another(StoreOptions::default());
    let nodes: [&Store; 2] = [store, &other];
    let won = at_once(|number| exchange(nodes[number % 2]))
        .into_iter()
        .flatten()
        .count();
    assert_eq!(won, 1);
}

/// Catches: `users::by_id` in the place of `users::lock_shared` when a grant is made.
fn no_grant_survives_a_disabling_that_happens_at_the_same_time(store: &Database) {
    store
        .write_blocking("add", |tx| db!(tx, clients::add(&client("shop"))))
        .unwrap();
    for round in 0..40_u8 {
        let name = format!("u{round}");
        let person = user(&name);
        let id = person.id.clone();
        store
            .write_blocking("add", move |tx| db!(tx, users::add(&person)))
            .unwrap();
        let gate = Barrier::new(2);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                gate.wait();
                issue(store, &id, round);
            });
            scope.spawn(|| {
                gate.wait();
                disable(store, &id);
            });
        });
        let code = digest(round);
        let grant = store
            .read_blocking("read", move |tx| db!(tx, grants::by_code(&code)))
            .unwrap();
        assert!(
            grant.is_none_or(|grant| grant.ended.is_some()),
            "round {round}: a grant survived"
        );
    }
}

fn issue(store: &Store, user: &UserId, round: u8) {
    let made = Grant {
        user_id: user.clone(),
        ..grant(&format!("g{round}"))
    };
    let issue = store.write_blocking("issue", move |tx| {
        let person = db!(tx, users::lock_shared(&made.user_id))?;
        // What an issuing transaction does in between: time for the other to slip in, if it can.
        for _ in 0..5 {
            db!(tx, users::count())?;
        }
        if person.is_some_and(|person| person.disabled_at.is_none()) {
            db!(tx, grants::add(&made, &digest(round)))?;
        }
        Ok(())
    });
    issue.unwrap();
}

fn disable(store: &Store, user: &UserId) {
    let user = user.clone();
    let disable = store.write_blocking("disable", move |tx| {
        db!(tx, users::lock(&user))?;
        db!(tx, users::set_standing(&user, Some(at(1))))?;
        db!(
            tx,
            grants::end_of_user(&user, EndReason::UserDisabled, at(1), true)
        )
        .map(drop)
    });
    disable.unwrap();
}

/// Catches: the person read by the UPDATE that takes the step, or before it.
fn a_refresh_that_waited_for_a_role_change_reads_the_new_role(store: &Database) {
    add_ann_and_shop(store);
    add_grant(store, &grant("g"), digest(1));
    exchange(store).unwrap();
    for round in 0..20_i64 {
        let (changed, is_changed) = sync_channel(1);
        std::thread::scope(|scope| {
            scope.spawn(move || change_role(store, round, &changed));
            is_changed.recv().unwrap();
            let (grant, person) = refresh(store, round);
            assert_eq!(
                grant.gver,
                round + 2,
                "the change had its locks before the refresh began"
            );
            assert_eq!(person, [format!("role {round}")], "round {round}");
        });
    }
}

/// Changes Ann's role, says so, and lingers before the commit.
fn change_role(store: &Store, round: i64, changed: &std::sync::mpsc::SyncSender<()>) {
    let changed = changed.clone();
    let change = store.write_blocking("role", move |tx| {
        let ann = UserId::new("sub-ann");
        db!(tx, users::lock(&ann))?;
        db!(tx, users::set_roles(&ann, &[format!("role {round}")], at(round)))?;
        db!(tx, grants::raise_gver_of_user(&ann))?;
        let _ = changed.try_send(());
        for _ in 0..50 {
            db!(tx, users::count())?;
        }
        Ok(())
    });
    change.unwrap();
}

fn refresh(store: &Store, from: i64) -> (Grant, Vec<String>) {
    let refreshed = store.write_blocking("refresh", move |tx| {
        let grant = db!(tx, grants::advance(&GrantId::new("g"), from, &step(from)))?;
        let person = db!(tx, users::by_id(&UserId::new("sub-ann")))?;
        Ok((grant.unwrap(), person.unwrap().roles))
    });
    refreshed.unwrap()
}
