//! `/audit`.

use crate::support::api_caller::{ALL, problem};
use crate::support::on_both_databases;
use crate::support::people::metadata;
use serde_json::{Value, json};
use vouchsafe::audit::emergency::revoke_everything;
use vouchsafe::db;
use vouchsafe_core::model::{ClientKind, ClientMetadata, EventKind};

on_both_databases! {
    fn what_was_done_is_listed_newest_first_and_filtered(world: World) {
        let robot = world.service(ALL);
        let user = robot.make("/users", &json!({"username": "ada", "email": "ada@example.test"}));
        let sub = user["sub"].as_str().unwrap();
        let banned = robot.send("PUT", &format!("/users/{sub}/ban"), &json!({"reason": "=HYPERLINK(1)"}));
        let events = |query: &str| -> Vec<String> {
            let page = robot.read(&format!("/audit?{query}"));
            page["items"].as_array().unwrap().iter().map(|item| item["event"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(events(&format!("subject={sub}")), ["user.banned", "user.created"]);
        assert_eq!(events("event=user.banned"), ["user.banned"]);
        assert_eq!(events(&format!("actor=client:{}&event=user.created", robot.client.id)), ["user.created"]);
        assert_eq!(events(&format!("request_id={}", banned.header("x-request-id"))), ["user.banned"]);
        assert_eq!(events("until=2001-01-01T00:00:00Z"), [] as [&str; 0]);
        assert_eq!(events("actor=%25"), [] as [&str; 0]);
        let newest = &robot.read("/audit?event=user.banned")["items"][0];
        assert_eq!(newest["seq"], Value::Null, "not numbered yet");
        world.publish();
        let newest = &robot.read("/audit?event=user.banned")["items"][0];
        assert!(newest["seq"].is_i64() && newest["hash"].is_string(), "{newest}");
        assert_eq!(newest["detail"]["ip_address"], "127.0.0.1");
    }

    fn what_happens_at_one_instant_is_told_in_its_order(world: World) {
        let robot = world.service(ALL);
        let ada = world.person("ada");
        let app = world.client(ClientMetadata { first_party: false, ..metadata(ClientKind::Web) });
        world.publish();
        let before = robot.read("/audit/records?limit=1")["last"].as_i64().unwrap();
        let (of_ada, of_app) = (format!("/users/{}", ada.id), format!("/clients/{}", app.id));
        let asked = [("scope", "openid"), ("prompt", "consent")];
        let enter = |times| (0..times).for_each(|_| drop(app.sign_in(world, "ada", &asked)));
        let done = |method, path: String| assert_eq!(robot.act(method, &path).status, 200, "{path}");
        // The clock stands still.
        enter(3);
        assert_eq!(robot.send("PUT", &format!("{of_ada}/ban"), &json!({})).status, 200);
        done("DELETE", format!("{of_ada}/ban"));
        enter(2);
        done("POST", format!("{of_ada}/logout"));
        enter(1);
        done("DELETE", format!("{of_ada}/consents/{}", app.id));
        done("DELETE", of_ada);
        done("POST", format!("{of_app}/disable"));
        world.publish();
        let told = robot.read(&format!("/audit/records?after={before}&limit=200"))["items"].clone();
        let told = told.as_array().unwrap();
        assert!(told.iter().all(|record| record["at"] == told[0]["at"]));
        let kind = |record: &Value| record["event"].as_str().unwrap().to_owned();
        let kinds: Vec<_> = told.iter().map(kind).collect();
        let entered = ["session.started", "consent.given"].repeat(3);
        let (ended, over) = (["session.ended"; 3], ["grant.ended"; 3]);
        let story: Vec<&str> = [
            &entered[..], &["user.banned"], &ended, &over, &["user.unbanned"],
            &entered[..4], &["user.signed_out"], &ended[..2], &over[..2],
            &entered[..2], &["consent.withdrawn"], &over[..1],
            &["user.deleted"], &ended[..1], &["client.disabled", "client.epoch_raised"],
        ].concat();
        assert_eq!(kinds, story);
        // The list of them, which begins with the newest, is the same turned round.
        let mut list: Vec<_> = robot.read("/audit?limit=200")["items"].as_array().unwrap().iter().map(kind).collect();
        list.truncate(kinds.len());
        list.reverse();
        assert_eq!(list, kinds);
        // So is what nobody can read by the token of before.
        world.administrator("root");
        world.admin_browser("root");
        let act = world.act();
        world.write(move |tx| revoke_everything(tx, &act));
        let all = world.write(|tx| db!(tx, events::list(None, 1_000)));
        let newest: Vec<_> = all.iter().rev().take(2).map(|event| event.kind).collect();
        assert_eq!(newest, [EventKind::AdminSessionEnded, EventKind::IssuerEpochRaised]);
    }

    fn the_log_is_written_as_a_file_and_verified(world: World) {
        let robot = world.service(ALL);
        for name in ["ada", "bob"] {
            robot.make("/users", &json!({"username": name, "email": format!("{name}@example.test")}));
        }
        world.publish();
        let lines = robot.get("/audit/export?event=user.created");
        assert_eq!(lines.header("content-type"), "application/x-ndjson");
        let records: Vec<Value> = lines.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(records.len(), 2);
        assert!(records[0]["seq"].as_i64() < records[1]["seq"].as_i64());
        let table = robot.get("/audit/export?format=csv");
        assert!(table.header("content-type").starts_with("text/csv"));
        assert!(table.header("content-disposition").contains("audit.csv"));
        assert!(table.body.starts_with("seq,at,event,actor"), "{}", table.body);
        let rows = table.body.lines().count() - 1;
        assert_eq!(table.body.matches("user.created").count(), 2, "{}", table.body);
        let told = world.events_of(EventKind::AuditExported);
        assert_eq!(told.len(), 2);
        assert!(told.iter().all(|event| event.actor == format!("client:{}", robot.client.id)));
        assert!(told.iter().any(|event| event.detail["format"] == "csv"));
        let whole = robot.read("/audit/verification");
        assert_eq!((&whole["whole"], &whole["records"]), (&json!(true), &json!(rows)));
        world.sql("UPDATE events SET actor = 'nobody' WHERE kind = 'user.created'");
        let broken = robot.read("/audit/verification");
        assert_eq!(broken["whole"], false);
        assert!(broken["broken"].as_str().unwrap().contains("it was changed"), "{broken}");
    }

    fn records_are_read_by_their_numbers_whatever_their_times_are(world: World) {
        let robot = world.service(ALL);
        world.publish();
        let happened = |id: &str, at: i64| world.sql(&format!(
            "INSERT INTO events (id, at, kind, actor, detail, expires_at) VALUES ('{id}', {at}, 'user.created', '{id}', '{{}}', 0)"
        ));
        let before = robot.read("/audit/records?limit=1")["last"].as_i64().unwrap();
        // Whoever commits late is numbered late, however early it began.
        happened("late", 9_000_000_000_000);
        world.publish();
        happened("early", 1);
        world.publish();
        let told = |query: &str| robot.read(&format!("/audit/records?{query}"));
        let all = told(&format!("after={before}"));
        let actors: Vec<_> = all["items"].as_array().unwrap().iter().map(|item| item["actor"].as_str().unwrap()).collect();
        assert_eq!(actors, ["late", "early"]);
        assert_eq!((&all["items"][0]["seq"], &all["last"], &all["more_to_number"]), (&json!(before + 1), &json!(before + 2), &json!(false)));
        assert_eq!(all["items"][0]["at"], "2255-03-14T16:00:00.000Z", "to the millisecond");
        let one = told(&format!("after={before}&limit=1"));
        assert_eq!(one["items"], json!([all["items"][0]]));
        assert_eq!(told(&format!("after={}", before + 1))["items"], json!([all["items"][1]]));
        assert_eq!(told(&format!("after={}", before + 2))["items"], json!([]));
        happened("now", 2);
        assert_eq!((&told("limit=1")["last"], &told("limit=1")["more_to_number"]), (&json!(before + 2), &json!(true)));
        for query in ["after=-1", "after=x", "after=99999999999999999999", "limit=0", "cursor=x"] {
            assert_eq!(robot.get(&format!("/audit/records?{query}")).status, 400, "{query}");
        }
    }

    fn an_export_tells_what_was_asked_for_and_a_look_at_its_head_is_none(world: World) {
        let robot = world.service(ALL);
        let head = robot.act("HEAD", "/audit/export?format=csv");
        assert_eq!((head.status, head.body.as_str()), (200, ""));
        assert_eq!(head.header("content-disposition"), "attachment; filename=\"audit.csv\"");
        assert_eq!(world.events_of(EventKind::AuditExported).len(), 0);
        let query = "event=user.created,user.banned&subject=s1&actor=cli&client_id=c1&request_id=r1&after=3&since=2025-01-01T00:00:00Z&until=2026-01-01T00:00:00.5Z";
        assert_eq!(robot.get(&format!("/audit/export?{query}")).status, 200);
        let told = world.events_of(EventKind::AuditExported);
        assert_eq!(json!(told[0].detail), json!({"ip_address": "127.0.0.1", "format": "jsonl", "filters": {
            "event": ["user.created", "user.banned"], "subject": "s1", "actor": "cli", "client_id": "c1", "request_id": "r1",
            "after": 3, "since": "2025-01-01T00:00:00.000Z", "until": "2026-01-01T00:00:00.500Z",
        }}));
        for query in ["event=user.created,", "event=user.fed", "event=user.created&event=user.banned"] {
            assert_eq!(robot.get(&format!("/audit/export?{query}")).problem(), problem(400, "parameter_invalid"), "{query}");
        }
    }

    fn several_kinds_after_a_number_are_exported(world: World) {
        let robot = world.service(ALL);
        for name in ["ada", "bob"] {
            let user = robot.make("/users", &json!({"username": name, "email": format!("{name}@example.test")}));
            assert_eq!(robot.act("POST", &format!("/users/{}/disable", user["sub"].as_str().unwrap())).status, 200);
        }
        world.publish();
        let kinds = |query: &str| -> Vec<String> {
            let file = robot.get(&format!("/audit/export?{query}")).body;
            let records = file.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
            records.map(|record| record["event"].as_str().unwrap().to_owned()).collect()
        };
        let both = "event=user.created,user.disabled";
        assert_eq!(kinds(both), ["user.created", "user.disabled", "user.created", "user.disabled"]);
        let first = robot.read("/audit?event=user.created")["items"][1]["seq"].as_i64().unwrap();
        assert_eq!(kinds(&format!("{both}&after={first}")), ["user.disabled", "user.created", "user.disabled"]);
    }

    fn one_verifies_the_log_at_a_time_and_two_export_it(world: World) {
        let robot = world.service(ALL);
        let turns = &world.services.log_turns;
        let verifying = turns.to_verify();
        let (one, two) = (turns.to_export(), turns.to_export());
        assert!(verifying.is_some() && one.is_some() && two.is_some());
        for path in ["/audit/verification", "/audit/export"] {
            let busy = robot.get(path);
            assert_eq!(busy.problem(), problem(503, "unavailable"), "{path}");
            assert_ne!(busy.header("retry-after"), "", "{path}");
        }
        assert_eq!(world.events_of(EventKind::AuditExported).len(), 0);
        drop((verifying, two));
        for path in ["/audit/verification", "/audit/export", "/audit/export"] {
            assert_eq!(robot.get(path).status, 200, "{path}");
        }
    }

    fn a_cell_of_the_file_is_never_a_formula(world: World) {
        let robot = world.service(ALL);
        world.sql(
            "INSERT INTO events (id, at, kind, actor, detail, expires_at) VALUES ('e1', 1, 'user.created', '=cmd()', '{}', 0)"
        );
        world.publish();
        let table = robot.get("/audit/export?format=csv");
        assert!(table.body.contains("\"'=cmd()\""), "{}", table.body);
    }
}
