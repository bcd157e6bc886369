//! A PostgreSQL cluster of the test run's own, shared by its tests; `tests/postgres.sh` removes it afterwards.
#![expect(
    clippy::expect_used,
    reason = "a test that has no database has failed, with these words"
)]

use super::fleet::signal_process;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use vouchsafe::config::DatabaseUrl;
use vouchsafe::store::{Store, StoreOptions};

/// A running cluster. Dropping it, or ending the process in any way, stops and deletes it.
pub(crate) struct Cluster {
    address: String,
    postmaster: u32,
    link: Mutex<Link>,
    databases: AtomicUsize,
}

/// A cluster whose processes stand still until this is dropped.
pub(crate) struct Frozen {
    processes: Vec<u32>,
}

struct Link {
    commands: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    script: Child,
}

/// The URL of a new, empty database in the cluster that all tests of this process share.
pub(crate) fn fresh_database() -> String {
    shared().fresh_database()
}

/// The URL of a new database with tables: a copy of one that was migrated once.
pub(crate) fn migrated_database() -> String {
    static MADE: OnceLock<()> = OnceLock::new();
    const TEMPLATE: &str = "template_migrated";
    let cluster = shared();
    MADE.get_or_init(|| {
        cluster.order(&format!("create {TEMPLATE}"));
        let url = DatabaseUrl::parse(&format!("{}/{TEMPLATE}", cluster.address)).expect("a URL");
        // Closed at once: what is being copied may have no other user.
        let store = Store::open(&url, StoreOptions::default()).expect("a store");
        store.migrate().expect("migrations");
    });
    cluster.database_like(TEMPLATE)
}

fn shared() -> &'static Cluster {
    static SHARED: OnceLock<Cluster> = OnceLock::new();
    SHARED.get_or_init(Cluster::start)
}

impl Cluster {
    /// Starts a cluster of one's own, for tests that take the database away.
    ///
    /// # Panics
    /// When PostgreSQL is not installed or does not start.
    pub(crate) fn start() -> Self {
        let mut script = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/postgres.sh"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("tests/postgres.sh runs");
        let commands = script.stdin.take();
        let mut answers = BufReader::new(script.stdout.take().expect("a pipe was asked for"));
        let mut ready = String::new();
        answers
            .read_line(&mut ready)
            .expect("the script's output is text");
        let mut facts = ready.split_whitespace().skip(1);
        let (Some(address), Some(postmaster)) = (facts.next(), facts.next()) else {
            panic!("PostgreSQL did not start; tests/postgres.sh says above why not");
        };
        let postmaster = postmaster.parse().expect("a process has a number");
        let address = address.to_owned();
        let link = Mutex::new(Link {
            commands,
            answers,
            script,
        });
        Self {
            address,
            postmaster,
            link,
            databases: AtomicUsize::new(0),
        }
    }

    /// The URL of a new, empty database.
    pub(crate) fn fresh_database(&self) -> String {
        self.database_like("")
    }

    fn database_like(&self, template: &str) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.order(&format!("create {name} {template}"));
        format!("{}/{name}", self.address)
    }

    /// Takes the cluster away at once, as a lost machine would.
    pub(crate) fn stop(&self) {
        self.order("stop");
    }

    /// Brings it back on the same port.
    pub(crate) fn start_again(&self) {
        self.order("start");
    }

    /// Stops its processes in the middle of whatever they do. Not after [`Self::start_again`].
    pub(crate) fn freeze(&self) -> Frozen {
        let mut frozen = Frozen {
            processes: vec![self.postmaster],
        };
        // Once it stands still it has no more children.
        signal_process(self.postmaster, "STOP");
        for child in children(self.postmaster) {
            frozen.processes.push(child);
            signal_process(child, "STOP");
        }
        frozen
    }

    /// Stops only the process that accepts connections. Not after [`Self::start_again`].
    pub(crate) fn freeze_door(&self) -> Frozen {
        signal_process(self.postmaster, "STOP");
        Frozen {
            processes: vec![self.postmaster],
        }
    }

    fn order(&self, command: &str) {
        let mut link = self.link.lock().unwrap_or_else(PoisonError::into_inner);
        let commands = link.commands.as_mut().expect("the cluster is running");
        writeln!(commands, "{command}").expect("tests/postgres.sh listens");
        let mut answer = String::new();
        link.answers
            .read_line(&mut answer)
            .expect("the script's output is text");
        assert_eq!(answer.trim(), "done", "tests/postgres.sh failed at: {command}");
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let link = self.link.get_mut().unwrap_or_else(PoisonError::into_inner);
        link.commands = None;
        let _ = link.script.wait();
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        for process in &self.processes {
            signal_process(*process, "CONT");
        }
    }
}

/// The processes that a process has started, as `/proc` lists them.
fn children(parent: u32) -> Vec<u32> {
    let list = format!("/proc/{parent}/task/{parent}/children");
    let list = std::fs::read_to_string(list).expect("Linux lists the children of processes");
    let numbers = list.split_whitespace().map(str::parse);
    numbers.collect::<Result<_, _>>().expect("numbers")
}

#[test]
fn a_cluster_that_was_taken_away_comes_back_with_its_databases() {
    let cluster = Cluster::start();
    let before = cluster.fresh_database();
    cluster.stop();
    cluster.start_again();
    assert_ne!(cluster.fresh_database(), before);
}

#[test]
fn every_test_has_a_database_of_its_own() {
    assert_ne!(fresh_database(), fresh_database());
}
