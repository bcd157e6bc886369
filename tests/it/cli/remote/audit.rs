//! The audit log through a server: every record, in the order of the numbers, as on the database.

use super::*;

#[test]
fn the_log_is_followed_by_numbers_whatever_the_times_are() {
    for both in Both::each() {
        let service = both.service("vouchsafe:read");
        let here = |words: &[&str]| both.here.run(&[&["audit"], words].concat());
        let elsewhere = |words: &[&str]| both.elsewhere.run(&[&["audit"], words, &strs(&service)].concat());
        // One that happened last is numbered first.
        for (id, at) in [("late", 9_000_000_000_000_i64), ("early", 1), ("middle", 2)] {
            both.here.sql(&format!(
                "INSERT INTO events (id, at, kind, actor, subject, detail, expires_at) VALUES ('{id}', {at}, 'user.created', 'cli', '{id}', '{{}}', 0)"
            ));
            assert!(here(&["tail", "--lines", "1"]).stdout.contains(id));
        }
        let last = here(&["tail", "--lines", "1"]).document()["seq"]
            .as_i64()
            .unwrap();
        let after = (last - 2).to_string();
        for words in [
            &["tail"][..],
            &["tail", "--lines", "2"],
            &["tail", "--after", &after],
            &["tail", "--after", "0"],
            &["export"],
            &["export", "--after", &after, "--format", "csv"],
            &["export", "--event", "user.created", "--event", "client.created"],
            &["export", "--subject", "early"],
        ] {
            let (one, other) = (here(words), elsewhere(words));
            assert_eq!(
                (one.status, one.stdout.is_empty()),
                (0, false),
                "{words:?}: {one:?}"
            );
            // Through the server an export is itself an event, numbered a moment later.
            assert!(
                other.stdout.starts_with(&one.stdout),
                "{words:?}: {one:?} {other:?}"
            );
            assert_eq!(other.status, 0, "{words:?}: {other:?}");
        }
        elsewhere(&["export", "--subject", "nobody"]).failed(1, "there is no user \"nobody\"");
        let csv = both.here.run(&["audit", "export", "--event", "audit.exported"]);
        assert!(
            csv.stdout.contains("\"format\":\"csv\""),
            "as what was written: {csv:?}"
        );
    }
}

#[test]
fn a_change_that_is_refused_halfway_says_what_was_done() {
    for both in Both::each() {
        both.administrator("root");
        both.login("root").0.document();
        both.here.create_user("ada");
        let update = |words: &[&str]| {
            let words = [&["user", "update", "ada", "--name", "Ada L"], words].concat();
            both.elsewhere.run_with_input(&words, "short")
        };
        let ended = update(&["--admin=true", "--password-stdin"]);
        ended.failed(1, "the password is too short");
        let done = "changed before that: the profile, the right to administer";
        assert!(ended.stderr.contains(done), "{ended:?}");
        let alone = update(&["--admin=true", "--password-stdin"]);
        assert!(
            !alone.stderr.contains("before that"),
            "nothing was done: {alone:?}"
        );
        let none = update(&[]);
        assert!(none.stderr.contains("ada is as before"), "{none:?}");
    }
}
