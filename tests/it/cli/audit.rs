//! The audit log: shown as JSON lines, and checked.

use super::program::{Ended, Place};
use serde_json::Value;

fn lines(ended: &Ended) -> Vec<Value> {
    assert_eq!(ended.status, 0, "{ended:?}");
    let parsed = ended.stdout.lines().map(serde_json::from_str);
    parsed.collect::<Result<_, _>>().unwrap()
}

#[test]
fn every_act_is_a_record_that_names_the_one_before() {
    for place in Place::both() {
        let ada = place.create_user("ada");
        place
            .run(&["user", "set-role", "ada", "support", "--json"])
            .document();
        place.run(&["user", "disable", "ada", "--json"]).document();
        let records = lines(&place.run(&["audit", "tail"]));
        let told: Vec<_> = records
            .iter()
            .map(|record| record["event"].as_str().unwrap())
            .collect();
        assert_eq!(told, ["user.created", "user.roles_changed", "user.disabled"]);
        for (at, record) in records.iter().enumerate() {
            assert_eq!(record["seq"], at + 1);
            assert_eq!(record["actor"], "cli");
            assert_eq!(record["subject"], ada["sub"]);
            assert!(record["at"].as_str().unwrap().ends_with('Z'));
            let before = at
                .checked_sub(1)
                .map_or("", |at| records[at]["hash"].as_str().unwrap());
            assert_eq!(record["previous"], before);
        }
        let last = lines(&place.run(&["audit", "tail", "--lines", "1"]));
        assert_eq!(last, records[2..]);
        let later = lines(&place.run(&["audit", "tail", "--after", "1"]));
        assert_eq!(later, records[1..]);
        let whole = place.run(&["audit", "verify", "--json"]).document();
        assert_eq!(
            (&whole["records"], &whole["last"], &whole["whole"]),
            (&3.into(), &3.into(), &true.into())
        );
        assert_eq!(whole["hash"], records[2]["hash"]);
    }
}

#[test]
fn a_record_that_was_changed_or_taken_out_is_named() {
    for (statement, named) in [
        (
            "UPDATE events SET actor = 'nobody' WHERE seq = 2",
            "record 2: it was changed",
        ),
        (
            "DELETE FROM events WHERE seq = 2",
            "record 3: a record before it is missing",
        ),
        (
            "DELETE FROM events WHERE seq = 1",
            "record 2: a record before it is missing",
        ),
        (
            "UPDATE events SET seq = -1 WHERE seq = 1",
            "record -1: a record before it is missing",
        ),
        (
            "DELETE FROM events WHERE seq = 3",
            "its last record is 2, but 3 were written",
        ),
    ] {
        for place in Place::both() {
            place.create_user("ada");
            place.create_user("bob");
            place.create_user("eve");
            assert_eq!(place.run(&["audit", "verify"]).status, 0);
            place.sql(statement);
            place.run(&["audit", "verify"]).failed(1, named);
        }
    }
}

#[test]
fn a_feed_that_does_not_follow_from_the_records_is_named() {
    for (statement, named) in [
        (
            "UPDATE events SET feed_before = hash WHERE seq = (SELECT MAX(seq) FROM events WHERE feed_before IS NOT NULL)",
            "it was told behind another entry",
        ),
        (
            "UPDATE events SET feed_before = hash WHERE seq = (SELECT MIN(seq) FROM events WHERE feed_before IS NOT NULL)",
            "it was told behind another entry",
        ),
        (
            "UPDATE events SET feed_before = NULL WHERE feed_before IS NOT NULL",
            "it was taken out of the feed",
        ),
        (
            "UPDATE events SET feed_before = hash WHERE seq = 1",
            "record 1: it was put into the feed",
        ),
        (
            "UPDATE events SET feed_before = previous WHERE seq = 1",
            "record 1: it was put into the feed",
        ),
        (
            "UPDATE publisher_lease SET feed_hash = last_hash",
            "its chain does not end where the last entry leads",
        ),
    ] {
        for place in Place::both() {
            for _ in 0..2 {
                let client = place.create_client("web");
                place.run(&["client", "disable", &client.id, "--json"]).document();
            }
            assert_eq!(place.run(&["audit", "verify"]).status, 0);
            place.sql(statement);
            let ended = place.run(&["audit", "verify"]);
            ended.failed(1, named);
            assert!(
                ended.stderr.contains("the revocation feed is broken"),
                "{statement}: {ended:?}"
            );
        }
    }
}

#[test]
fn an_empty_log_is_whole() {
    for place in Place::both() {
        place.run(&["migrate", "--json"]).document();
        assert_eq!(lines(&place.run(&["audit", "tail"])), Vec::<Value>::new());
        assert_eq!(place.run(&["audit", "verify", "--json"]).document()["records"], 0);
    }
}

#[test]
fn what_is_asked_for_is_exported_and_nothing_else() {
    for place in Place::both() {
        let ada = place.create_user("ada");
        let bob = place.create_user("bob");
        place.run(&["user", "ban", "ada"]);
        let client = place.create_client("web");
        place.run(&["user", "delete", "bob"]);
        // As if he had done that himself, in a browser.
        place.sql(&format!(
            "UPDATE events SET actor = '{}', request_id = '01HSREFERENCE' WHERE kind = 'user.deleted'",
            bob["sub"].as_str().unwrap()
        ));
        let export = |filters: &[&str]| {
            let ended = place.run(&[&["audit", "export"], filters].concat());
            let told = lines(&ended)
                .iter()
                .map(|record| record["event"].as_str().unwrap().to_owned())
                .collect::<Vec<_>>();
            told.join(" ")
        };
        let all = "user.created user.created user.banned client.created user.deleted";
        assert_eq!(export(&[]), all);
        assert_eq!(
            lines(&place.run(&["audit", "export"])),
            lines(&place.run(&["audit", "tail"]))
        );
        assert_eq!(export(&["--subject", "ada"]), "user.created user.banned");
        assert_eq!(
            export(&[
                "--subject",
                ada["sub"].as_str().unwrap(),
                "--event",
                "user.banned"
            ]),
            "user.banned"
        );
        assert_eq!(
            export(&["--event", "user.banned", "--event", "user.deleted"]),
            "user.banned user.deleted"
        );
        assert_eq!(export(&["--client", &client.id]), "client.created");
        assert_eq!(export(&["--after", "3"]), "client.created user.deleted");
        assert_eq!(export(&["--since", "1h"]), all);
        assert_eq!(export(&["--until", "1h"]), "");
        assert_eq!(export(&["--since", "2999-01-01T00:00:00Z"]), "");
        assert_eq!(export(&["--actor", "server"]), "");
        assert_eq!(
            export(&["--subject", bob["sub"].as_str().unwrap()]),
            "user.created user.deleted"
        );
        assert_eq!(
            export(&["--actor", "cli", "--subject", "ada"]),
            "user.created user.banned"
        );
        assert_eq!(export(&["--actor", bob["sub"].as_str().unwrap()]), "user.deleted");
        assert_eq!(export(&["--request-id", "01hsreference"]), "user.deleted");
        assert_eq!(export(&["--request-id", "01HSOTHER"]), "");
        for (flag, named) in [
            ("--subject", "bob"),
            ("--subject", "nobody"),
            ("--actor", "nobody"),
        ] {
            place
                .run(&["audit", "export", flag, named])
                .failed(1, &format!("there is no user {named:?}"));
        }
        place
            .run(&["audit", "export", "--event", "user.fed"])
            .failed(2, "user.banned");
    }
}

#[test]
fn a_table_has_a_row_for_each_record_and_no_formulas() {
    for place in Place::both() {
        place.run(&["user", "ban", place.create_user("ada")["sub"].as_str().unwrap()]);
        // What people can write into a record: a spreadsheet must not run it.
        place.sql("UPDATE events SET actor = '=HYPERLINK(\"https://evil.example\")', subject = 'a\",b' WHERE seq IS NULL");
        let ended = place.run(&["audit", "export", "--format", "csv"]);
        assert_eq!(ended.status, 0, "{ended:?}");
        let rows: Vec<_> = ended.stdout.split("\r\n").collect();
        assert_eq!(
            rows[0],
            "seq,at,event,actor,subject,client_id,request_id,target,value,detail,previous,hash"
        );
        assert_eq!((rows.len(), rows[3]), (4, ""));
        assert!(rows[1].starts_with("\"1\",\"2"), "{}", rows[1]);
        assert!(
            rows[2].contains(",\"user.banned\",\"'=HYPERLINK(\"\"https://evil.example\"\")\",\"a\"\",b\","),
            "{}",
            rows[2]
        );
    }
}
