//! A store in a database of its own, on each of the two databases.

use super::patience::until;
use super::postgres::{fresh_database, migrated_database};
use diesel::connection::SimpleConnection as _;
use diesel::dsl::sql;
use diesel::sql_types::BigInt;
use diesel::{Connection as _, PgConnection, RunQueryDsl as _, SqliteConnection};
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;
use vouchsafe::config::DatabaseUrl;
use vouchsafe::store::{Store, StoreOptions};

/// A migrated database that ends with the test.
pub(crate) struct Database {
    store: Store,
    url: DatabaseUrl,
    folder: Option<TempDir>,
}

/// Which database.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
}

/// Runs tests, functions of `&Database`, on both databases: makes `sqlite::name` and `postgres::name` of each.
macro_rules! on_both_stores {
    ($($test:ident,)+) => {
        mod sqlite {
            $(#[test] fn $test() { super::$test(&$crate::support::databases::Database::migrated(
                $crate::support::databases::Kind::Sqlite)); })+
        }
        mod postgres {
            $(#[test] fn $test() { super::$test(&$crate::support::databases::Database::migrated(
                $crate::support::databases::Kind::Postgres)); })+
        }
    };
}
pub(crate) use on_both_stores;

impl Database {
    /// An empty database without tables.
    pub(crate) fn empty(kind: Kind) -> Self {
        let (url, folder) = match kind {
            Kind::Sqlite => {
                let folder = tempfile::tempdir().unwrap();
                (DatabaseUrl::Sqlite(folder.path().join("test.db")), Some(folder))
            }
            Kind::Postgres => (DatabaseUrl::parse(&fresh_database()).unwrap(), None),
        };
        Self {
            store: open(&url, patient()),
            url,
            folder,
        }
    }

    /// An empty database with tables.
    pub(crate) fn migrated(kind: Kind) -> Self {
        match kind {
            Kind::Sqlite => {
                let database = Self::empty(kind);
                database.migrate().unwrap();
                database
            }
            Kind::Postgres => {
                let url = DatabaseUrl::parse(&migrated_database()).unwrap();
                Self {
                    store: open(&url, patient()),
                    url,
                    folder: None,
                }
            }
        }
    }

    /// Where it is.
    pub(crate) fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    /// Another store on the same database, as another process has it.
    pub(crate) fn another(&self, options: StoreOptions) -> Store {
        open(&self.url, options)
    }

    /// The file, on SQLite.
    pub(crate) fn file(&self) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.path().join("test.db"))
    }
}

impl Deref for Database {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}

/// Work waits as long as a busy machine needs: what happens at the deadline is the business of few tests.
pub(crate) fn patient() -> StoreOptions {
    StoreOptions {
        deadline: Duration::from_secs(30),
        ..StoreOptions::default()
    }
}

/// Opens a store.
pub(crate) fn open(url: &DatabaseUrl, options: StoreOptions) -> Store {
    Store::open(url, options).unwrap()
}

/// Cuts every other connection to the database at this URL, as an administrator or a restart does; on SQLite there
/// is none. Returns whether there was one to cut.
pub(crate) fn cut_connections(url: &DatabaseUrl) -> bool {
    let cut = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity \
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    match url {
        DatabaseUrl::Sqlite(_) => false,
        DatabaseUrl::Postgres(url) => !psql(url.expose(), cut).trim().is_empty(),
    }
}

/// Runs a statement behind the server's back.
pub(crate) fn execute(url: &DatabaseUrl, statement: &str) {
    match url {
        DatabaseUrl::Sqlite(path) => {
            let mut conn = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
            // A server that writes at this moment is waited for.
            conn.batch_execute("PRAGMA busy_timeout = 10000").unwrap();
            conn.batch_execute(statement).unwrap();
        }
        DatabaseUrl::Postgres(url) => drop(psql(url.expose(), statement)),
    }
}

/// Runs `during` while another process holds the one write lock of SQLite; on PostgreSQL there is none.
pub(crate) fn while_locked(url: &DatabaseUrl, during: impl FnOnce()) {
    let DatabaseUrl::Sqlite(path) = url else {
        panic!("only SQLite has one lock for everybody");
    };
    let mut conn = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    conn.batch_execute("PRAGMA busy_timeout = 5000; BEGIN IMMEDIATE")
        .unwrap();
    during();
    conn.batch_execute("ROLLBACK").unwrap();
}

/// Does `statement` in a transaction of another process, lets the server `work` until so many of its transactions wait
/// for that one, and commits it. On SQLite writers come one after the other, so that it is committed before.
pub(crate) fn amid<T: Send>(
    url: &DatabaseUrl,
    statement: &str,
    count: i64,
    work: impl FnOnce() -> T + Send,
) -> T {
    let DatabaseUrl::Postgres(address) = url else {
        execute(url, statement);
        return work();
    };
    let mut conn = PgConnection::establish(address.expose()).unwrap();
    conn.batch_execute(&format!("BEGIN; {statement}")).unwrap();
    std::thread::scope(|scope| {
        let working = scope.spawn(work);
        until("the server to wait", || {
            (held_up(url) >= count || working.is_finished()).then_some(())
        });
        conn.batch_execute("COMMIT").unwrap();
        working.join().unwrap()
    })
}

/// How many transactions wait for another, on PostgreSQL.
pub(crate) fn held_up(url: &DatabaseUrl) -> i64 {
    let waiting = "SELECT count(*) FROM pg_stat_activity \
        WHERE datname = current_database() AND wait_event_type = 'Lock'";
    number(url, waiting)
}

/// The number that a query answers.
pub(crate) fn number(url: &DatabaseUrl, query: &str) -> i64 {
    match url {
        DatabaseUrl::Sqlite(path) => {
            let mut conn = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
            sql::<BigInt>(query).get_result(&mut conn).unwrap()
        }
        DatabaseUrl::Postgres(url) => psql(url.expose(), query).trim().parse().unwrap(),
    }
}

/// What a statement answers.
fn psql(url: &str, statement: &str) -> String {
    let told = Command::new("psql")
        .args(["-X", "-A", "-t", "-c", statement, url])
        .output()
        .unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    String::from_utf8(told.stdout).unwrap()
}

/// The files of a SQLite database as they are on the disk now, as after a loss of power.
pub(crate) fn copy_as_it_is(file: &Path, to: &Path) {
    std::fs::copy(file, to).unwrap();
    let wal = |path: &Path| PathBuf::from(format!("{}-wal", path.display()));
    std::fs::copy(wal(file), wal(to)).unwrap();
}
