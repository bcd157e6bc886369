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
fn an_empty_log_is_whole() {
    for place in Place::both() {
        place.run(&["migrate", "--json"]).document();
        assert_eq!(lines(&place.run(&["audit", "tail"])), Vec::<Value>::new());
        assert_eq!(place.run(&["audit", "verify", "--json"]).document()["records"], 0);
    }
}
