//! Failures: nothing half-done is ever seen, every queue is bounded, and what was lost comes back without a restart.

use super::samples::{add_grant, digest, grant, user};
use crate::support::databases::{Database, Kind, copy_as_it_is, cut_connections, on_both_stores, open};
use crate::support::postgres::Cluster;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use vouchsafe::config::DatabaseUrl;
use vouchsafe::db;
use vouchsafe::store::{Store, StoreError, StoreObserver, StoreOptions};

on_both_stores! {
    an_error_takes_back_what_was_done_before_it,
    a_panic_takes_back_what_was_done_before_it_and_harms_nobody,
    a_neighbour_in_the_same_commit_is_not_harmed_by_an_error,
    a_full_queue_is_told_at_once,
    a_caller_is_answered_at_the_deadline_and_late_work_is_dropped,
    readers_see_nothing_before_the_commit,
    work_is_told_to_the_observer,
    async_callers_get_the_same_answers,
    a_reader_cannot_write_on_sqlite_and_need_not_on_postgresql,
}

fn count(store: &Store) -> i64 {
    store
        .read_blocking("count", |tx| db!(tx, users::count()))
        .unwrap()
}

fn add(store: &Store, name: &'static str) -> Result<(), StoreError> {
    store.write_blocking("add", move |tx| db!(tx, users::add(&user(name))))
}

fn an_error_takes_back_what_was_done_before_it(store: &Database) {
    let failed: Result<(), _> = store.write_blocking("fail", |tx| {
        db!(tx, users::add(&user("ann")))?;
        Err(StoreError::Refused("on purpose".to_owned()))
    });
    assert_eq!(failed, Err(StoreError::Refused("on purpose".to_owned())));
    assert_eq!(count(store), 0);
    add(store, "ann").unwrap();
}

fn a_panic_takes_back_what_was_done_before_it_and_harms_nobody(store: &Database) {
    for _ in 0..10 {
        let failed: Result<(), _> = store.write_blocking("panic", |tx| {
            db!(tx, users::add(&user("ann")))?;
            panic!("on purpose");
        });
        assert!(matches!(failed, Err(StoreError::Refused(_))), "{failed:?}");
        let failed: Result<(), _> = store.read_blocking("panic", |_| panic!("on purpose"));
        assert!(matches!(failed, Err(StoreError::Refused(_))), "{failed:?}");
    }
    assert_eq!(count(store), 0);
    add(store, "ann").unwrap();
}

fn a_neighbour_in_the_same_commit_is_not_harmed_by_an_error(store: &Database) {
    let (gate, opened) = gate();
    std::thread::scope(|scope| {
        let blocked = scope.spawn(|| store.write_blocking("wait", opened));
        // These wait behind the first, and on SQLite share its commit.
        let good: Vec<_> = ["ann", "bob"]
            .map(|name| scope.spawn(move || add(store, name)))
            .into();
        let bad = scope.spawn(|| {
            store.write_blocking::<(), _>("fail", |tx| {
                db!(tx, users::add(&user("eve")))?;
                Err(StoreError::Refused("on purpose".to_owned()))
            })
        });
        drop(gate);
        assert_eq!(blocked.join().unwrap(), Ok(()));
        assert!(good.into_iter().all(|one| one.join().unwrap().is_ok()));
        assert!(bad.join().unwrap().is_err());
    });
    assert_eq!(count(store), 2);
}

/// Work that runs until the sender is dropped.
fn gate() -> (
    Sender<()>,
    impl FnMut(&mut vouchsafe::store::Tx<'_>) -> Result<(), StoreError> + Send + 'static,
) {
    let (sender, receiver) = channel();
    let receiver: Mutex<Receiver<()>> = Mutex::new(receiver);
    (sender, move |_: &mut vouchsafe::store::Tx<'_>| {
        let _ = receiver.lock().unwrap().recv();
        Ok(())
    })
}

/// A store with one thread, so that one piece of work can block it; it says when that runs.
fn narrow(database: &Database, queue: usize, deadline: Duration) -> Store {
    database.another(StoreOptions {
        queue,
        deadline,
        connections: 1,
        readers: 1,
        ..StoreOptions::default()
    })
}

/// Runs `during` while the one thread of `store` is blocked.
fn while_blocked(store: &Store, during: impl FnOnce()) {
    let (gate, mut opened) = gate();
    let (running, runs) = channel();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            store.write_blocking("block", move |tx| {
                let _ = running.send(());
                opened(tx)
            })
        });
        runs.recv().unwrap();
        during();
        drop(gate);
    });
}

fn a_full_queue_is_told_at_once(database: &Database) {
    let store = narrow(database, 1, Duration::from_secs(30));
    let (answer, answers) = channel();
    while_blocked(&store, || {
        for _ in 0..4 {
            let (store, answer) = (store.clone(), answer.clone());
            std::thread::spawn(move || answer.send(store.write_blocking("x", |_| Ok(()))));
        }
        // One waits in the queue until the gate opens; the others are answered while it is shut.
        for _ in 0..3 {
            assert_eq!(answers.recv().unwrap(), Err(StoreError::Busy));
        }
    });
    assert_eq!(answers.recv().unwrap(), Ok(()));
    assert_eq!(store.write_blocking("x", |_| Ok(1)), Ok(1));
}

fn a_caller_is_answered_at_the_deadline_and_late_work_is_dropped(database: &Database) {
    let store = narrow(database, 10, Duration::from_millis(100));
    while_blocked(&store, || {
        let late = add(&store, "ann");
        assert!(matches!(late, Err(StoreError::Unavailable(_))), "{late:?}");
    });
    add(database, "bob").unwrap();
    assert_eq!(count(database), 1, "what nobody waited for was not done");
}

fn readers_see_nothing_before_the_commit(store: &Database) {
    let (gate, mut opened) = gate();
    let (running, runs) = channel();
    std::thread::scope(|scope| {
        let writer = scope.spawn(move || {
            store.write_blocking("add", move |tx| {
                db!(tx, users::add(&user("ann")))?;
                let _ = running.send(());
                opened(tx)
            })
        });
        runs.recv().unwrap();
        assert_eq!(count(store), 0);
        drop(gate);
        assert_eq!(writer.join().unwrap(), Ok(()));
    });
    assert_eq!(count(store), 1);
}

#[derive(Default)]
struct Seen {
    queued: AtomicUsize,
    ran: Mutex<Vec<(&'static str, bool)>>,
}

impl StoreObserver for Seen {
    fn queued(&self, _: &'static str, _: usize) {
        self.queued.fetch_add(1, Ordering::SeqCst);
    }

    fn ran(&self, name: &'static str, _: u64, _: u64, ok: bool) {
        self.ran.lock().unwrap().push((name, ok));
    }
}

fn work_is_told_to_the_observer(database: &Database) {
    let seen = Arc::new(Seen::default());
    let store = database.another(StoreOptions {
        observer: Some(seen.clone()),
        ..StoreOptions::default()
    });
    add(&store, "ann").unwrap();
    add(&store, "ann").unwrap_err();
    count(&store);
    assert_eq!(seen.queued.load(Ordering::SeqCst), 3);
    assert_eq!(
        *seen.ran.lock().unwrap(),
        [("add", true), ("add", false), ("count", true)]
    );
}

fn async_callers_get_the_same_answers(store: &Database) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    runtime.block_on(async {
        assert_eq!(
            store.write("add", |tx| db!(tx, users::add(&user("ann")))).await,
            Ok(())
        );
        assert_eq!(store.read("count", |tx| db!(tx, users::count())).await, Ok(1));
        let again = store.write("add", |tx| db!(tx, users::add(&user("ann")))).await;
        assert!(matches!(again, Err(StoreError::Conflict(_))), "{again:?}");
        let failed: Result<(), _> = store.write("panic", |_| panic!("on purpose")).await;
        assert!(matches!(failed, Err(StoreError::Refused(_))), "{failed:?}");
    });
}

fn a_reader_cannot_write_on_sqlite_and_need_not_on_postgresql(store: &Database) {
    let written = store.read_blocking("add", |tx| db!(tx, users::add(&user("ann"))));
    assert_eq!(written.is_err(), store.file().is_some(), "{written:?}");
}

#[test]
fn a_failure_of_the_database_itself_spoils_the_batch_and_the_file_is_opened_again() {
    let database = Database::migrated(Kind::Sqlite);
    let (gate, mut opened) = gate();
    let (running, runs) = channel();
    std::thread::scope(|scope| {
        let spoiled = scope.spawn(|| {
            database.write_blocking("spoil", move |tx| {
                db!(tx, users::add(&user("ann")))?;
                let _ = running.send(());
                opened(tx)?;
                Err::<(), _>(StoreError::Unavailable("database or disk is full".to_owned()))
            })
        });
        runs.recv().unwrap();
        drop(gate);
        assert!(matches!(spoiled.join().unwrap(), Err(StoreError::Unavailable(_))));
    });
    assert_eq!(count(&database), 0);
    add(&database, "bob").unwrap();
}

#[test]
fn any_other_failure_of_one_job_fails_no_other_in_the_same_commit() {
    let database = Database::migrated(Kind::Sqlite);
    let (gate, opened) = gate();
    std::thread::scope(|scope| {
        let blocked = scope.spawn(|| database.write_blocking("wait", opened));
        let good: Vec<_> = ["ann", "bob"]
            .map(|name| scope.spawn(|| add(&database, name)))
            .into();
        let bad = scope.spawn(|| {
            database.write_blocking::<(), _>("fail", |tx| {
                db!(tx, users::add(&user("eve")))?;
                Err(StoreError::Unavailable("no such table: eves".to_owned()))
            })
        });
        drop(gate);
        assert_eq!(blocked.join().unwrap(), Ok(()));
        assert!(good.into_iter().all(|one| one.join().unwrap().is_ok()));
        assert!(matches!(bad.join().unwrap(), Err(StoreError::Unavailable(_))));
    });
    assert_eq!(count(&database), 2);
}

#[test]
fn a_foreign_process_may_hold_the_write_lock_until_the_deadline_of_a_job() {
    let database = Database::migrated(Kind::Sqlite);
    let foreign = database.another(StoreOptions {
        deadline: Duration::from_secs(30),
        ..StoreOptions::default()
    });
    let patient = database.another(StoreOptions {
        deadline: Duration::from_secs(20),
        ..StoreOptions::default()
    });
    let (answer, answers) = channel();
    while_blocked(&foreign, || {
        std::thread::spawn(move || answer.send(add(&patient, "ann")));
        // Longer than the second for which SQLite itself waits.
        let early = answers.recv_timeout(Duration::from_millis(1_500));
        assert!(early.is_err(), "answered while the lock was held: {early:?}");
    });
    assert_eq!(answers.recv().unwrap(), Ok(()));
    assert_eq!(count(&database), 1);
}

#[test]
fn a_lock_that_is_never_given_up_is_told_at_the_deadline() {
    let database = Database::migrated(Kind::Sqlite);
    let foreign = database.another(StoreOptions {
        deadline: Duration::from_secs(30),
        ..StoreOptions::default()
    });
    while_blocked(&foreign, || {
        let failed = add(&database, "ann").unwrap_err();
        assert!(failed.retry_after().is_some(), "{failed:?}");
    });
    add(&database, "bob").unwrap();
    assert_eq!(count(&database), 1, "what nobody waited for was not done");
}

#[test]
fn a_loss_of_power_inside_a_transaction_leaves_nothing_of_it() {
    let database = Database::migrated(Kind::Sqlite);
    add(&database, "bob").unwrap();
    let file = database.file().unwrap();
    let copy = file.with_file_name("copy.db");
    let to = copy.clone();
    database
        .write_blocking("add", move |tx| {
            db!(tx, users::add(&user("ann")))?;
            db!(tx, grants::add(&grant("g"), &digest(1)))?;
            copy_as_it_is(&file, &to);
            Ok(())
        })
        .unwrap();
    let survivor = open(&DatabaseUrl::Sqlite(copy), StoreOptions::default());
    assert_eq!((count(&survivor), count(&database)), (1, 2));
}

#[test]
fn an_acknowledged_write_is_in_the_files() {
    let database = Database::migrated(Kind::Sqlite);
    add_grant(&database, &grant("g"), digest(1));
    add(&database, "ann").unwrap();
    let copy = database.file().unwrap().with_file_name("copy.db");
    copy_as_it_is(&database.file().unwrap(), &copy);
    assert_eq!(
        count(&open(&DatabaseUrl::Sqlite(copy), StoreOptions::default())),
        1
    );
}

#[test]
fn the_file_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let database = Database::migrated(Kind::Sqlite);
    add(&database, "ann").unwrap();
    for suffix in ["", "-wal", "-shm"] {
        let path = format!("{}{suffix}", database.file().unwrap().display());
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600,
            "{path}"
        );
    }
}

#[test]
fn a_file_that_is_no_database_stops_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    std::fs::write(
        &path,
        "this is not a database, however long it may be read as one".repeat(20),
    )
    .unwrap();
    let opened = Store::open(&DatabaseUrl::Sqlite(path), StoreOptions::default());
    assert!(matches!(opened, Err(StoreError::Unavailable(_))), "{opened:?}");
}

#[test]
fn a_connection_that_is_cut_between_statements_is_replaced_and_the_work_done_once() {
    let database = Database::migrated(Kind::Postgres);
    let url = database.url().clone();
    let attempts = Arc::new(AtomicUsize::new(0));
    let counted = attempts.clone();
    let added = database.write_blocking("add", move |tx| {
        db!(tx, users::add(&user("ann")))?;
        if counted.fetch_add(1, Ordering::SeqCst) == 0 {
            assert!(cut_connections(&url));
        }
        db!(tx, grants::add(&grant("g"), &digest(1)))
    });
    assert_eq!(added, Ok(()));
    assert_eq!((attempts.load(Ordering::SeqCst), count(&database)), (2, 1));
}

#[test]
fn a_connection_that_is_cut_every_time_leaves_nothing() {
    let database = Database::migrated(Kind::Postgres);
    let url = database.url().clone();
    let added = database.write_blocking("add", move |tx| {
        db!(tx, users::add(&user("ann")))?;
        assert!(cut_connections(&url));
        db!(tx, grants::add(&grant("g"), &digest(1)))
    });
    assert!(matches!(added, Err(StoreError::Unavailable(_))), "{added:?}");
    assert_eq!(count(&database), 0);
}

#[test]
fn idle_connections_that_were_cut_are_not_noticed_by_callers() {
    let database = Database::migrated(Kind::Postgres);
    for round in 0..3 {
        std::thread::scope(|scope| {
            for _ in 0..16 {
                scope.spawn(|| count(&database));
            }
        });
        assert!(cut_connections(database.url()), "round {round}");
        std::thread::scope(|scope| {
            for _ in 0..16 {
                scope.spawn(|| {
                    database
                        .write_blocking("write", |tx| db!(tx, users::count()))
                        .unwrap()
                });
                scope.spawn(|| count(&database));
            }
        });
    }
}

#[test]
fn a_server_that_goes_and_comes_back_needs_no_restart() {
    let cluster = Cluster::start();
    let url = DatabaseUrl::parse(&cluster.fresh_database()).unwrap();
    let store = open(&url, StoreOptions::default());
    store.migrate().unwrap();
    add(&store, "ann").unwrap();
    cluster.stop();
    for _ in 0..20 {
        let answer = store.read_blocking("count", |tx| db!(tx, users::count()));
        assert!(matches!(answer, Err(StoreError::Unavailable(_))), "{answer:?}");
        let answer = add(&store, "bob");
        assert!(
            answer.as_ref().is_err_and(|error| error.retry_after().is_some()),
            "{answer:?}"
        );
    }
    cluster.start_again();
    add(&store, "bob").unwrap();
    assert_eq!(count(&store), 2);
}

#[test]
fn behind_a_pooler_nothing_is_kept_on_a_connection() {
    let database = Database::migrated(Kind::Postgres);
    let store = database.another(StoreOptions {
        transaction_pooler: true,
        connections: 1,
        ..StoreOptions::default()
    });
    add(&store, "ann").unwrap();
    assert_eq!(count(&store), 1);
    add(&store, "ann").unwrap_err();
    add(&store, "bob").unwrap();
    assert_eq!(count(&store), 2);
}
