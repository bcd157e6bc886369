//! `ETag` and `If-Match`: no change is lost.

use crate::support::api_caller::{ALL, problem};
use crate::support::on_both_databases;
use crate::support::people::metadata;
use crate::support::world::Answer;
use reqwest::header::HeaderValue;
use serde_json::json;
use vouchsafe_core::model::ClientKind;

on_both_databases! {
    fn a_change_names_the_version_that_it_changes(world: World) {
        let robot = world.service(ALL);
        let ada = world.person("ada");
        let path = format!("/users/{}", ada.id);
        let body = json!({"claims": {"nickname": "Countess"}});
        let change = |version: Option<&str>| {
            let request = robot.request("PATCH", &path).json(&body);
            Answer::to(match version {
                Some(version) => request.header("If-Match", version),
                None => request,
            })
        };
        let version = robot.get(&path).header("etag").to_owned();
        assert_eq!(change(None).problem(), problem(428, "precondition_required"));
        assert_eq!(change(Some("\"other\"")).problem(), problem(412, "precondition_failed"));
        assert_eq!(change(Some(&format!("W/{version}"))).problem(), problem(412, "precondition_failed"), "weak");
        for malformed in ["x", "\"", "", "a, b"] {
            assert_eq!(change(Some(malformed)).problem(), problem(400, "header_invalid"), "{malformed:?}");
        }
        assert_eq!(change(Some(&format!("\"other\", {version}"))).status, 200);
        assert_eq!(change(Some(&version)).problem(), problem(412, "precondition_failed"), "it was changed");
        assert_eq!(change(Some("*")).status, 200);
        let act = |values: &[&[u8]]| {
            let mut request = robot.request("POST", &format!("{path}/disable"));
            for value in values {
                request = request.header("If-Match", HeaderValue::from_bytes(value).unwrap());
            }
            Answer::to(request)
        };
        assert_eq!(act(&[b"\"\xe9\""]).problem(), problem(400, "header_invalid"), "it cannot be read");
        assert_eq!(act(&[b"\"other\"", b"\"another\""]).problem(), problem(412, "precondition_failed"));
        let version = robot.get(&path).header("etag").to_owned();
        assert_eq!(act(&[b"\"other\"", version.as_bytes()]).status, 200, "on the second line");
    }

    fn of_changes_at_once_from_the_same_version_one_is_made(world: World) {
        let robot = world.service(ALL);
        world.orders_api();
        let shop = world.client(metadata(ClientKind::Spa));
        let path = format!("/clients/{}", shop.id);
        let version = robot.get(&path).header("etag").to_owned();
        let change = |number: usize| {
            let body = json!({"client_name": format!("Shop {number}")});
            Answer::to(robot.request("PATCH", &path).header("If-Match", &version).json(&body)).status
        };
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..6).map(|number| scope.spawn(move || change(number))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 412).count(), 5, "{statuses:?}");
    }

    fn an_act_may_name_a_version_too(world: World) {
        let robot = world.service(ALL);
        let ada = world.person("ada");
        let path = format!("/users/{}", ada.id);
        let stale = Answer::to(robot.request("DELETE", &path).header("If-Match", "\"other\""));
        assert_eq!(stale.problem(), problem(412, "precondition_failed"));
        let version = robot.get(&path).header("etag").to_owned();
        let roles = robot.request("PUT", &format!("{path}/roles")).json(&json!({"roles": ["clerk"]}));
        assert_eq!(Answer::to(roles).problem(), problem(428, "precondition_required"));
        let roles = robot.request("PUT", &format!("{path}/roles")).json(&json!({"roles": ["clerk"]}));
        let set = Answer::to(roles.header("If-Match", version));
        assert_eq!(set.json()["roles"], json!(["clerk"]));
        assert_eq!(set.header("etag"), robot.get(&path).header("etag"));
        let version = set.header("etag").to_owned();
        let groups = robot.request("PUT", &format!("{path}/groups")).header("If-Match", version);
        assert_eq!(Answer::to(groups.json(&json!({"groups": ["Board"]}))).json()["groups"], json!(["Board"]));
    }

    fn what_is_known_already_is_not_sent_again(world: World) {
        let robot = world.service(ALL);
        let ada = world.person("ada");
        let path = format!("/users/{}", ada.id);
        let version = robot.get(&path).header("etag").to_owned();
        let read = |condition: &str| Answer::to(robot.request("GET", &path).header("If-None-Match", condition));
        for known in [version.clone(), format!("\"other\", W/{version}"), "*".to_owned()] {
            let answer = read(&known);
            assert_eq!((answer.status, answer.body.as_str()), (304, ""), "{known}");
            assert_eq!(answer.header("etag"), version);
        }
        assert_eq!(read("\"other\"").status, 200);
        assert_eq!(robot.act("POST", &format!("{path}/disable")).status, 200);
        assert_eq!(read(&version).status, 200);
    }

    fn a_change_does_not_pass_over_a_condition(world: World) {
        let robot = world.service(ALL);
        let ada = world.person("ada");
        let path = format!("/users/{}", ada.id);
        let before = robot.read(&path);
        for (method, path) in [("POST", format!("{path}/disable")), ("DELETE", path.clone())] {
            let refused = Answer::to(robot.request(method, &path).header("If-None-Match", "*"));
            assert_eq!(refused.problem(), problem(412, "precondition_failed"), "{path}");
        }
        assert_eq!(robot.read(&path), before);
    }

    fn a_client_has_another_version_when_all_of_it_was_revoked(world: World) {
        let robot = world.service(ALL);
        let shop = json!({"client_name": "Shop", "type": "web", "redirect_uris": ["https://shop.example/cb"]});
        let path = format!("/clients/{}", robot.make("/clients", &shop)["client_id"].as_str().unwrap());
        let version = robot.get(&path).header("etag").to_owned();
        for act in ["disable", "enable"] {
            assert_eq!(robot.act("POST", &format!("{path}/{act}")).status, 200);
        }
        let now = robot.get(&path);
        assert_ne!(now.header("etag"), version, "its epoch is another one");
        let renamed = Answer::to(robot.request("PATCH", &path).header("If-Match", version).json(&json!({"client_name": "Kiosk"})));
        assert_eq!(renamed.problem(), problem(412, "precondition_failed"));
        let renamed = robot.change("PATCH", &path, &json!({"client_name": "Kiosk"}));
        assert_eq!(renamed.header("etag"), robot.get(&path).header("etag"));
    }

    fn a_patch_of_another_media_type_is_told_which_are_taken(world: World) {
        let robot = world.service(ALL);
        let path = format!("/users/{}", world.person("ada").id);
        let xml = robot.request("PATCH", &path).header("If-Match", "*").header("Content-Type", "application/xml");
        let refused = Answer::to(xml.body("<name>Ada</name>"));
        assert_eq!(refused.problem(), problem(415, "media_type_unsupported"));
        assert_eq!(refused.header("accept-patch"), "application/merge-patch+json, application/json");
    }
}
