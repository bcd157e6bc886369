//! Lists: pages, search, filters, sorts, cursors.

use crate::support::api_caller::{ALL, Caller, problem};
use crate::support::on_both_databases;
use crate::support::people::metadata;
use serde_json::json;
use vouchsafe_core::model::{ClientKind, ClientMetadata, Span};

/// A member of each item over all pages of two.
fn all(robot: &Caller<'_>, path: &str, member: &str) -> Vec<String> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    for _ in 0..50 {
        let sign = if path.contains('?') { '&' } else { '?' };
        let page = robot.read(&format!("{path}{sign}limit=2{cursor}"));
        let items = page["items"].as_array().unwrap();
        found.extend(items.iter().map(|item| item[member].as_str().unwrap().to_owned()));
        let Some(next) = page["next_cursor"].as_str() else {
            return found;
        };
        cursor = format!("&cursor={next}");
    }
    panic!("a list without an end");
}

on_both_databases! {
    fn people_are_listed_searched_filtered_and_sorted(world: World) {
        let robot = world.service(ALL);
        for name in ["carl", "ada", "eve", "bob", "dora"] {
            world.person(name);
        }
        world.ban("eve");
        world.set_roles("bob", &["clerk"]);
        world.set_groups("ada", &["night shift"]);
        world.set_groups("eve", &["night shift"]);
        assert_eq!(all(&robot, "/users", "username"), ["ada", "bob", "carl", "dora", "eve"]);
        assert_eq!(all(&robot, "/users?sort=-email", "username"), ["eve", "dora", "carl", "bob", "ada"]);
        assert_eq!(all(&robot, "/users?q=LOVE", "username").len(), 5);
        assert_eq!(all(&robot, "/users?q=bob@", "username"), ["bob"]);
        assert_eq!(all(&robot, "/users?q=%25", "username"), [] as [&str; 0]);
        assert_eq!(all(&robot, "/users?state=banned", "username"), ["eve"]);
        assert_eq!(all(&robot, "/users?role=clerk", "username"), ["bob"]);
        let mut night = all(&robot, "/users?group=night%20shift", "username");
        night.sort();
        assert_eq!(night, ["ada", "eve"]);
        assert_eq!(all(&robot, "/users?group=night%20shift&state=banned", "username"), ["eve"]);
        assert_eq!(all(&robot, "/users?group=night%20shift&role=clerk", "username"), [] as [&str; 0]);
        assert_eq!(all(&robot, "/users?admin=true", "username"), [] as [&str; 0]);
    }

    fn clients_are_listed_searched_and_filtered(world: World) {
        let robot = world.service(ALL);
        for (name, kind) in [("Shop", ClientKind::Web), ("blog", ClientKind::Spa), ("Wiki", ClientKind::Spa)] {
            world.client(ClientMetadata { client_name: name.to_owned(), ..metadata(kind) });
        }
        assert_eq!(all(&robot, "/clients", "client_name"), ["blog", "Robot", "Shop", "Wiki"]);
        assert_eq!(all(&robot, "/clients?type=spa&sort=-name", "client_name"), ["Wiki", "blog"]);
        assert_eq!(all(&robot, "/clients?q=wik", "client_name"), ["Wiki"]);
        assert_eq!(all(&robot, "/clients?q=client.example", "client_name").len(), 3);
        assert_eq!(all(&robot, "/clients?disabled=true", "client_name"), [] as [&str; 0]);
    }

    fn what_is_empty_is_no_cursor_no_instant_and_no_number(world: World) {
        let robot = world.service(ALL);
        world.person("ada");
        for query in ["/users?cursor=", "/users?limit=", "/users?state=", "/users?admin=", "/users?sort", "/users?other=", "/audit?until=", "/audit?since=", "/audit?event="] {
            assert_eq!(robot.get(query).problem(), problem(400, "parameter_invalid"), "{query}");
        }
        assert_eq!(all(&robot, "/users?q=", "username"), ["ada"], "a text that is empty filters nothing");
    }

    fn a_cursor_that_was_not_given_for_this_list_is_refused(world: World) {
        let robot = world.service(ALL);
        for name in ["ada", "bob"] {
            world.person(name);
        }
        let cursor = robot.read("/users?limit=1")["next_cursor"].as_str().unwrap().to_owned();
        assert_eq!(robot.get(&format!("/users?limit=1&cursor={cursor}")).status, 200);
        let (head, last) = cursor.split_at(cursor.len() - 1);
        let damaged = format!("{head}{}", if last == "A" { "B" } else { "A" });
        let forged = "WyJ1c2VyLW5hbWUiLCInIE9SIDE9MSAtLSIsIiJd";
        for (path, cursor) in [
            ("/users?sort=email", cursor.as_str()),
            ("/users?q=a", &cursor),
            ("/clients?limit=1", &cursor),
            ("/audit?limit=1", &cursor),
            ("/apis?limit=1", &cursor),
            ("/users?limit=1", &damaged),
            ("/users?limit=1", forged),
            ("/users?limit=1", "x"),
        ] {
            let answer = robot.get(&format!("{path}&cursor={cursor}"));
            assert_eq!(answer.problem(), problem(400, "cursor_invalid"), "{path} {cursor}");
        }
        let long = "A".repeat(4_000);
        assert_eq!(robot.get(&format!("/users?cursor={long}")).problem(), problem(400, "parameter_invalid"));
    }

    fn keys_are_listed_rotated_and_revoked(world: World) {
        let robot = world.service(ALL);
        let keys = robot.get("/keys");
        assert!(!keys.body.contains("sealed") && !keys.body.contains("\"d\""), "{}", keys.body);
        let items = keys.json()["items"].as_array().unwrap().clone();
        let active = items.iter().find(|key| key["state"] == "active").unwrap();
        assert_eq!(robot.send("POST", "/keys/rotate", &json!({"alg": "ES256"})).problem(), problem(409, "conflict"));
        let hasty = robot.send("POST", "/keys/rotate", &json!({"now": true}));
        assert_eq!(hasty.problem(), problem(409, "conflict"));
        assert!(hasty.body.contains("would refuse new tokens"), "{}", hasty.body);
        let tried = robot.send("POST", "/keys/rotate", &json!({"now": true, "force": true, "dry_run": true})).json();
        assert_eq!((&tried["dry_run"], &tried["made"]), (&json!(true), &json!([])));
        assert!(tried["meaning"].as_str().unwrap().contains("refuse new tokens"), "{tried}");
        assert_eq!(robot.get("/keys").json(), keys.json(), "nothing was changed");
        let planned = robot.send("POST", "/keys/rotate", &json!({})).json();
        let again = robot.send("POST", "/keys/rotate", &json!({})).json();
        assert_eq!((&again["kid"], &again["activate_at"]), (&planned["kid"], &planned["activate_at"]));
        assert!(again.get("replaces").is_none() && again["made"] == json!([]), "{again}");
        let rotated = robot.send("POST", "/keys/rotate", &json!({"now": true, "force": true}));
        assert_eq!(rotated.status, 200, "{}", rotated.body);
        assert_eq!(rotated.json()["replaces"], active["kid"]);
        let kid = rotated.json()["kid"].as_str().unwrap().to_owned();
        // The caller's token was signed by the key before, which still counts.
        let tried = robot.act("POST", &format!("/keys/{kid}/revoke?dry_run=true")).json();
        assert_eq!((&tried["dry_run"], &tried["revoked_at"]), (&json!(true), &json!(null)));
        let keys = robot.get("/keys").json()["items"].as_array().unwrap().clone();
        let next = keys.iter().find(|key| key["state"] == "next").unwrap();
        assert_eq!(tried["successor"], next["kid"], "the key that would sign is a member, not only told in words");
        let retiring = active["kid"].as_str().unwrap();
        let goes_on = robot.act("POST", &format!("/keys/{retiring}/revoke?dry_run=true")).json();
        assert_eq!(goes_on["successor"], kid.as_str());
        // A key that is revoked at the instant at which it begins has never signed.
        world.wait(Span::from_seconds(1));
        let revoked = robot.act("POST", &format!("/keys/{kid}/revoke"));
        assert_eq!((revoked.status, &revoked.json()["successor"]), (200, &next["kid"]), "{}", revoked.body);
        assert_eq!(robot.act("POST", &format!("/keys/{kid}/revoke")).problem(), problem(409, "conflict"));
        assert_eq!(robot.act("POST", "/keys/nothing/revoke").problem(), problem(404, "not_found"));
    }
}
