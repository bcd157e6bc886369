//! What a start makes, keeps, and refuses: keys, secrets, key-encryption keys.

use crate::support::databases::execute;
use crate::support::ports::{FakeClock, ports};
use crate::support::postgres;
use crate::support::world::World;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use vouchsafe::app;
use vouchsafe::audit::Act;
use vouchsafe::config::{Config, DatabaseUrl};
use vouchsafe::db;
use vouchsafe::keys::{Keys, KeysError, OpenError, new_kek, rewrap};
use vouchsafe::metrics::Metrics;
use vouchsafe::ports::Clock as _;
use vouchsafe_core::decide::key_state::KeyState;
use vouchsafe_core::model::{EventKind, KeyAlgorithm, Span};

struct Installation {
    config: Config,
    clock: FakeClock,
    folder: tempfile::TempDir,
    name: &'static str,
}

impl Installation {
    fn new(postgres: Option<String>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::defaults();
        config.keys.dir = folder.path().join("keys");
        config.database.url = match postgres {
            None => DatabaseUrl::Sqlite(folder.path().join("vouchsafe.db")),
            Some(url) => DatabaseUrl::parse(&url).unwrap(),
        };
        Self {
            config,
            clock: FakeClock::new(),
            folder,
            name: "start",
        }
    }

    fn start(&self) -> Result<Keys, OpenError> {
        let ports = ports(&self.clock, self.name, &self.config);
        let store = app::open_store(&self.config, &ports, None).unwrap();
        Keys::open(&self.config, &store, &ports, &Arc::new(Metrics::new()))
    }

    fn keks(&self) -> Vec<std::path::PathBuf> {
        fs::read_dir(&self.config.keys.dir)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect()
    }
}

fn kids(keys: &Keys, clock: &FakeClock) -> Vec<(String, KeyState)> {
    keys.states(clock.now())
        .into_iter()
        .map(|(key, state)| (key.kid.into_string(), state))
        .collect()
}

fn each(test: impl Fn(&Installation)) {
    test(&Installation::new(None));
    test(&Installation::new(Some(postgres::fresh_database())));
}

#[test]
fn the_first_start_makes_one_active_and_one_next_key_and_the_second_keeps_them() {
    each(|installation| {
        let first = kids(&installation.start().unwrap(), &installation.clock);
        assert_eq!(
            first.iter().map(|(_, state)| *state).collect::<Vec<_>>(),
            [KeyState::Active, KeyState::Next]
        );
        assert_eq!(kids(&installation.start().unwrap(), &installation.clock), first);
        let [kek] = installation.keks().try_into().unwrap();
        assert_eq!(fs::metadata(kek).unwrap().permissions().mode() & 0o777, 0o600);
    });
}

#[test]
fn the_next_key_takes_over_by_the_clock_alone_and_another_next_one_is_made() {
    each(|installation| {
        let first = kids(&installation.start().unwrap(), &installation.clock);
        installation.clock.advance(Span::from_days(90));
        let later = kids(&installation.start().unwrap(), &installation.clock);
        assert_eq!(later[0], (first[0].0.clone(), KeyState::Retiring));
        assert_eq!(later[1], (first[1].0.clone(), KeyState::Active));
        assert_eq!(later[2].1, KeyState::Next);
    });
}

#[test]
fn what_a_start_that_was_cut_off_left_behind_is_in_nobodys_way() {
    each(|installation| {
        fs::create_dir_all(&installation.config.keys.dir).unwrap();
        fs::write(installation.config.keys.dir.join("0001.kek.new"), "").unwrap();
        installation.start().unwrap();
    });
}

#[test]
fn of_two_nodes_that_bring_a_key_each_one_starts_and_the_other_says_why_not() {
    each(|installation| {
        // The tables are there; what is raced for is the first key.
        let ports = ports(&installation.clock, "start", &installation.config);
        app::open_store(&installation.config, &ports, None).unwrap();
        let mut other = Installation::new(None);
        other.config.database = installation.config.database.clone();
        other.name = "other";
        let outcomes = std::thread::scope(|scope| {
            [installation, &other]
                .map(|one| scope.spawn(|| one.start()))
                .map(|started| started.join().unwrap())
        });
        let (started, refused): (Vec<_>, Vec<_>) = outcomes.iter().partition(|outcome| outcome.is_ok());
        assert_eq!((started.len(), refused.len()), (1, 1), "{outcomes:?}");
        let refused = refused[0].as_ref().unwrap_err();
        assert!(
            matches!(refused, OpenError::Keys(KeysError::KekMissing { .. })),
            "{refused}"
        );
        let again = [installation, &other].map(|one| one.start().is_ok());
        assert_eq!(
            again,
            [outcomes[0].is_ok(), outcomes[1].is_ok()],
            "nor does it start later"
        );
    });
}

#[test]
fn a_further_key_file_seals_nothing_by_itself() {
    each(|installation| {
        installation.start().unwrap();
        let path = installation.config.keys.dir.join("0002.kek");
        write_kek(&path, 0o600);
        installation.start().unwrap();
        fs::remove_file(&path).unwrap();
        installation.start().unwrap();
    });
}

#[test]
fn a_server_that_runs_goes_on_when_everything_was_wrapped_anew() {
    each(|installation| {
        let keys = installation.start().unwrap();
        let ports = ports(&installation.clock, "operator", &installation.config);
        let store = app::open_store(&installation.config, &ports, None).unwrap();
        let before = kids(&keys, &installation.clock);
        let act = Act::new("cli", installation.clock.now(), &ports.entropy);
        new_kek(&installation.config, &ports).unwrap();
        let done = rewrap(&installation.config, &store, &act).unwrap();
        assert_eq!((done.signing_keys, done.secrets, done.retired.len()), (2, 4, 1));
        fs::remove_file(installation.config.keys.dir.join("0001.kek")).unwrap();
        keys.reload(&store).unwrap();
        assert_eq!(kids(&keys, &installation.clock), before);
        keys.check_can_sign(KeyAlgorithm::Rs256, installation.clock.now())
            .unwrap();
        // It finds the new file by itself when it has something to seal.
        keys.ensure(&store, KeyAlgorithm::EdDsa).unwrap();
        assert_eq!(
            installation
                .start()
                .unwrap()
                .states(installation.clock.now())
                .len(),
            4
        );
        let told = store.read_blocking("list", |tx| db!(tx, events::list(None, 100)));
        let told = told.unwrap();
        let wrapped = told.iter().find(|event| event.kind == EventKind::KeysRewrapped);
        assert_eq!(wrapped.unwrap().target.as_deref(), Some(&*done.kek_id));
    });
}

#[test]
fn a_missing_key_encryption_key_stops_the_start_and_no_new_one_is_made() {
    each(|installation| {
        installation.start().unwrap();
        for kek in installation.keks() {
            fs::remove_file(kek).unwrap();
        }
        let refused = installation.start().unwrap_err();
        assert!(
            matches!(refused, OpenError::Keys(KeysError::KekMissing { .. })),
            "{refused}"
        );
        assert_eq!(installation.keks().len(), 0);
    });
}

#[test]
fn a_foreign_key_encryption_key_stops_the_start() {
    each(|installation| {
        installation.start().unwrap();
        let other = Installation::new(None);
        write_kek(&other.folder.path().join("other.kek"), 0o600);
        let [kek] = installation.keks().try_into().unwrap();
        fs::rename(other.folder.path().join("other.kek"), kek).unwrap();
        let refused = installation.start().unwrap_err();
        assert!(
            matches!(refused, OpenError::Keys(KeysError::KekMissing { .. })),
            "{refused}"
        );
    });
}

#[test]
fn a_sealed_secret_or_key_that_was_changed_is_never_used() {
    each(|installation| {
        installation.start().unwrap();
        let url = &installation.config.database.url;
        let nothing = match url {
            DatabaseUrl::Sqlite(_) => "zeroblob(length(sealed))",
            DatabaseUrl::Postgres(_) => "decode(repeat('00', length(sealed)), 'hex')",
        };
        for table in ["signing_keys", "server_secrets"] {
            execute(url, &format!("CREATE TABLE kept AS SELECT * FROM {table}"));
            execute(url, &format!("UPDATE {table} SET sealed = {nothing}"));
            assert!(installation.start().is_err(), "{table}");
            execute(
                url,
                &format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept; DROP TABLE kept"),
            );
            installation.start().unwrap();
        }
    });
}

#[test]
fn a_key_file_that_others_can_read_or_that_holds_no_key_stops_the_start() {
    each(|installation| {
        fs::create_dir_all(&installation.config.keys.dir).unwrap();
        let path = installation.config.keys.dir.join("0001.kek");
        write_kek(&path, 0o644);
        assert!(matches!(
            installation.start(),
            Err(OpenError::Keys(KeysError::ReadableByOthers(_)))
        ));
        fs::write(&path, "too short").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert!(matches!(
            installation.start(),
            Err(OpenError::Keys(KeysError::NotAKey(_)))
        ));
    });
}

#[test]
fn a_key_file_of_another_user_stops_the_start() {
    each(|installation| {
        fs::create_dir_all(&installation.config.keys.dir).unwrap();
        let path = installation.config.keys.dir.join("0001.kek");
        write_kek(&path, 0o600);
        // Only root can give a file away.
        if std::os::unix::fs::chown(&path, Some(12_345), None).is_err() {
            return;
        }
        let refused = installation.start().err().map(|error| error.to_string());
        let refused = refused.unwrap_or_default();
        assert!(refused.contains("belongs to user 12345"), "{refused}");
    });
}

fn write_kek(path: &Path, mode: u32) {
    fs::write(path, format!("{}\n", "A".repeat(43))).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_server_that_ends_by_itself_ends_the_program() {
    let world = World::sqlite("ends by itself");
    let services = Arc::clone(&world.services);
    let (done, ends) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async {
            let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            let running = app::start(services, listener).unwrap();
            let stop = running.handle.stop(true);
            let (ended, ()) = tokio::join!(running.until_stopped(), stop);
            done.send(ended.is_ok()).unwrap();
        });
    });
    assert_eq!(ends.recv_timeout(std::time::Duration::from_secs(30)), Ok(true));
}
