//! `/initial-tokens` (RFC 7591 §3).

use crate::support::api_caller::{ALL, problem};
use crate::support::newcomer::{by_token, ordinary, with_registration};
use crate::support::world::Answer;
use serde_json::{Value, json};
use vouchsafe_core::model::EventKind;

const PATH: &str = "/initial-tokens";

fn ids(list: &Value) -> Vec<&str> {
    let items = list["items"].as_array().unwrap();
    items.iter().map(|item| item["id"].as_str().unwrap()).collect()
}

with_registration! { by_token;
    fn a_token_is_made_shown_once_read_used_and_revoked(world: World, _site: TlsSite) {
        let robot = world.service(ALL);
        world.orders_api();
        let wish = json!({"name": "Partner portal", "uses": 2, "expires_in": 3600, "scope": "openid orders:read"});
        let answer = robot.send("POST", PATH, &wish);
        let mut made = answer.json();
        assert_eq!(answer.status, 201, "{made}");
        let token = made.as_object_mut().unwrap().remove("initial_access_token").unwrap();
        let token = token.as_str().unwrap();
        let path = format!("{PATH}/{}", made["id"].as_str().unwrap());
        assert_eq!(answer.header("location"), format!("/api/v1{path}"));
        assert_eq!(made["created_by"], format!("client:{}", robot.client.id));
        assert_eq!((&made["name"], &made["uses_left"], &made["scope"]), (&wish["name"], &wish["uses"], &wish["scope"]));
        let lasts = made["expires_at"].as_i64().unwrap() - made["created_at"].as_i64().unwrap();
        assert_eq!(lasts, 3600);
        assert_eq!(robot.read(&path), made);
        assert_eq!(robot.get(&path).header("etag"), answer.header("etag"));
        assert_eq!(robot.read(PATH)["items"], json!([made]));

        let register = || Answer::to(world.post("/register").bearer_auth(token).json(&ordinary(json!({"scope": "orders:read"}))));
        assert_eq!(register().status, 201);
        assert_eq!(robot.read(&path)["uses_left"], 1);
        // It was used meanwhile.
        let revoke = |version: &str| Answer::to(robot.request("DELETE", &path).header("If-Match", version));
        assert_eq!(revoke(answer.header("etag")).problem(), problem(412, "precondition_failed"));
        assert_eq!(revoke(robot.get(&path).header("etag")).status, 204);
        assert_eq!(register().status, 401);
        for method in ["GET", "DELETE"] {
            assert_eq!(robot.act(method, &path).problem(), problem(404, "not_found"), "{method}");
        }
        let events = [world.events_of(EventKind::InitialTokenCreated), world.events_of(EventKind::InitialTokenRevoked)].concat();
        assert_eq!(events.len(), 2);
        assert!(events.iter().all(|event| event.target.as_deref() == made["id"].as_str()));
        assert!(events.iter().all(|event| event.actor == format!("client:{}", robot.client.id)));
    }
}

mod while_registration_is_off {
    use super::{PATH, ids};
    use crate::support::api_caller::{ALL, problem};
    use crate::support::on_both_databases;
    use crate::support::world::Answer;
    use serde_json::{Value, json};
    use vouchsafe_core::model::{EventKind, Span};

    on_both_databases! {
        fn what_is_left_out_is_one_client_for_a_day(world: World) {
            let made = world.service(ALL).make(PATH, &json!({}));
            let lasts = made["expires_at"].as_i64().unwrap() - made["created_at"].as_i64().unwrap();
            assert_eq!((&made["name"], &made["uses_left"], &made["scope"], lasts), (&json!(""), &json!(1), &json!(""), 86_400));
        }

        fn what_breaks_a_rule_is_named_by_its_member(world: World) {
            let robot = world.service(ALL);
            for (member, value) in [
                ("name", json!("x".repeat(101))),
                ("name", json!("Ba\u{202e}nk")),
                ("name", json!("Ba\u{200b}nk")),
                ("uses", json!(0)),
                ("uses", json!(10_001)),
                ("expires_in", json!(0)),
                ("expires_in", json!(-1)),
                ("expires_in", json!(i64::MAX)),
                ("scope", json!("nobody:owns")),
                ("scope", json!("openid vouchsafe:read")),
                ("scope", json!("a\"b")),
            ] {
                let answer = robot.send("POST", PATH, &json!({member: value}));
                assert_eq!(answer.problem(), problem(422, "rule_broken"), "{member}: {value}");
                assert_eq!(answer.json()["field"], member, "{value}");
            }
            let person = world.administrator("ada");
            assert!(person.is_admin);
            let ada = world.api_person("ada", ALL);
            let answer = ada.send("POST", PATH, &json!({"scope": "vouchsafe:write"}));
            assert_eq!(answer.problem(), problem(422, "rule_broken"), "nor does an administrator give the administration away");
            assert!(world.events_of(EventKind::InitialTokenCreated).is_empty());
        }

        fn a_repeated_request_makes_one_and_does_not_show_it_again(world: World) {
            let robot = world.service(ALL);
            let send = |body: &Value| Answer::to(robot.request("POST", PATH).header("Idempotency-Key", "7d1c").json(body));
            let mut first = send(&json!({"uses": 3})).json();
            let second = send(&json!({"uses": 3}));
            assert_eq!(second.status, 201, "{}", second.body);
            assert!(first.as_object_mut().unwrap().remove("initial_access_token").is_some());
            assert_eq!(second.json(), first);
            assert_eq!(send(&json!({"uses": 4})).problem(), problem(422, "idempotency_key_reused"));
            assert_eq!(world.events_of(EventKind::InitialTokenCreated).len(), 1);
        }

        fn lists_go_page_by_page_the_newest_first_without_what_has_expired(world: World) {
            let robot = world.service(ALL);
            let mut made: Vec<String> = Vec::new();
            robot.make(PATH, &json!({"expires_in": 2}));
            for _ in 0..3 {
                world.wait(Span::from_seconds(1));
                made.insert(0, robot.make(PATH, &json!({}))["id"].as_str().unwrap().to_owned());
            }
            let mut found: Vec<String> = Vec::new();
            let mut path = format!("{PATH}?limit=2");
            loop {
                let page = robot.read(&path);
                found.extend(ids(&page).into_iter().map(str::to_owned));
                match page["next_cursor"].as_str() {
                    Some(next) => path = format!("{PATH}?limit=2&cursor={next}"),
                    None => break,
                }
            }
            assert_eq!(found, made);
            assert_eq!(robot.get(&format!("{PATH}?cursor=x")).problem(), problem(400, "cursor_invalid"));
        }
    }
}
