//! Each way in which a verb ends has its own status.

use super::program::{Place, set_mode};
use crate::support::patience::pause;
use crate::support::postgres::Cluster;
use std::time::Duration;
use vouchsafe::config::DatabaseUrl;

#[test]
fn wrong_usage_is_2() {
    let place = Place::sqlite();
    for arguments in [
        &[][..],
        &["sevre"],
        &["user"],
        &["user", "creat"],
        &["serve", "--isuer", "https://id.example.com"],
        &["user", "create", "--username", "ada"],
        &[
            "user",
            "create",
            "--username",
            "ada",
            "--email",
            "ada@example.com",
        ],
        &["client", "create", "--name", "Shop", "--type", "desktop"],
        &[
            "api",
            "create",
            "--identifier",
            "https://api.example.com",
            "--name",
            "A",
            "--access-token-lifetime",
            "soon",
        ],
        &["demo", "--port", "65534"],
    ] {
        place.run(arguments).failed(2, "");
    }
}

#[test]
fn help_and_version_are_0() {
    let place = Place::sqlite();
    assert_eq!(place.run(&["--help"]).status, 0);
    assert_eq!(
        place.run(&["--version"]).stdout,
        format!("vouchsafe {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn a_database_that_cannot_be_reached_is_69_and_its_password_is_not_said() {
    let place = Place::sqlite().with("VOUCHSAFE__DATABASE__URL", "postgres://ann:s3cret@127.0.0.1:1/vs");
    for arguments in [&["migrate"][..], &["keys", "list"], &["serve"]] {
        let ended = place.run(arguments);
        ended.failed(69, "");
        assert!(!ended.stderr.contains("s3cret"), "{ended:?}");
    }
}

#[test]
fn a_command_waits_for_a_database_that_is_slow_to_answer() {
    let cluster = Cluster::start();
    let place = Place::sqlite().with("VOUCHSAFE__DATABASE__URL", &cluster.fresh_database());
    place.create_user("ada");
    let frozen = cluster.freeze_door();
    std::thread::scope(|scope| {
        let command = scope.spawn(|| place.run(&["user", "list", "--json"]).document());
        // Longer than a request would wait.
        pause(Duration::from_secs(3));
        assert!(!command.is_finished());
        drop(frozen);
        assert_eq!(command.join().unwrap()[0]["username"], "ada");
    });
}

#[test]
fn what_cannot_be_done_is_1() {
    let place = Place::sqlite();
    place.create_user("ada");
    place
        .run(&["user", "disable", "nobody"])
        .failed(1, "there is no user \"nobody\"");
}

#[test]
fn a_key_encryption_key_that_others_can_read_is_78() {
    let place = Place::sqlite();
    let create = [
        "client", "create", "--name", "Jobs", "--type", "service", "--json",
    ];
    place.run(&create).document();
    set_mode(&place.path("keys/0001.kek"), 0o644);
    place.run(&create).failed(78, "0001.kek");
    place.run(&["serve"]).failed(78, "0001.kek");
}

#[test]
fn a_lost_key_encryption_key_is_78_and_no_new_one_is_made() {
    let place = Place::sqlite();
    let create = [
        "client", "create", "--name", "Jobs", "--type", "service", "--json",
    ];
    place.run(&create).document();
    std::fs::remove_file(place.path("keys/0001.kek")).unwrap();
    place.run(&create).failed(78, "");
    place.run(&["serve"]).failed(78, "");
    assert!(!place.path("keys/0001.kek").exists());
}

#[test]
fn migrations_are_applied_once_and_listed() {
    for place in Place::both() {
        if let DatabaseUrl::Sqlite(file) = place.database() {
            let status = place.run(&["migrate", "status"]);
            status.failed(69, "there is no database of vouchsafe at ");
            std::fs::create_dir(file.parent().unwrap()).unwrap();
            place.file("data/vouchsafe.db", "");
        }
        let before = place.run(&["migrate", "status", "--json"]).document();
        assert!(
            before
                .as_array()
                .unwrap()
                .iter()
                .all(|step| step["applied"] == false),
            "{before}"
        );
        let applied = place.run(&["migrate", "--json"]).document();
        assert_eq!(
            applied["applied"].as_array().unwrap().len(),
            before.as_array().unwrap().len()
        );
        assert_eq!(
            place.run(&["migrate", "--json"]).document()["applied"]
                .as_array()
                .unwrap()
                .len(),
            0
        );
        let after = place.run(&["migrate", "status", "--json"]).document();
        assert!(
            after
                .as_array()
                .unwrap()
                .iter()
                .all(|step| step["applied"] == true),
            "{after}"
        );
    }
}
