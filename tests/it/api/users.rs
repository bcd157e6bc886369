//! `/users`.

use crate::support::api_caller::{ALL, problem};
use crate::support::on_both_databases;
use crate::support::people::{PASSWORD, metadata};
use crate::support::world::Answer;
use serde_json::json;
use vouchsafe_core::model::{ClientKind, ClientMetadata, EventKind};

on_both_databases! {
    fn a_ban_whose_end_has_come_is_told_no_more(world: World) {
        let robot = world.service(ALL);
        let path = format!("/users/{}", world.person("ada").id);
        let until = "2026-01-01T01:00:00Z";
        let ban = json!({"until": until, "reason": "Three payments came back"});
        assert_eq!(robot.send("PUT", &format!("{path}/ban"), &ban).json()["banned"], true);
        world.wait(vouchsafe_core::model::Span::from_hours(2));
        let robot = world.service(ALL);
        let after = robot.read(&path);
        let told = ["banned", "banned_until", "ban_reason"].map(|name| after[name].clone());
        assert_eq!(told, [json!(false), json!(null), json!(null)]);
        assert_eq!(robot.read("/users?state=active&q=ada")["items"], json!([after]));
    }

    fn names_of_groups_and_people_turn_no_line(world: World) {
        let robot = world.service(ALL);
        let path = format!("/users/{}", world.person("ada").id);
        for hidden in ["\u{202e}", "\u{200b}", "\u{2067}"] {
            let groups = json!({"groups": [format!("night{hidden}shift")]});
            let put = Answer::to(robot.request("PUT", &format!("{path}/groups")).header("If-Match", "*").json(&groups));
            assert_eq!(put.problem(), problem(422, "rule_broken"), "{hidden:?}");
        }
        let named = |name: &str| robot.change("PATCH", &path, &json!({"claims": {"name": name}})).status;
        assert_eq!((named("Ada\u{202e}L"), named("Ada\u{2069}L"), named("Ada\u{2028}L")), (422, 422, 422));
        assert_eq!(named("\u{645}\u{6cc}\u{200c}\u{62e}\u{648}"), 200, "a joiner");
    }

    fn a_person_is_added_read_changed_and_deleted(world: World) {
        let robot = world.service(ALL);
        let made = robot.send("POST", "/users", &json!({
            "username": "ada", "email": "ada@example.test", "email_verified": true, "password": PASSWORD,
            "claims": {"name": "Ada Lovelace", "nickname": "Countess"}, "roles": ["clerk"],
        }));
        assert_eq!(made.status, 201, "{}", made.body);
        let user = made.json();
        let path = format!("/users/{}", user["sub"].as_str().unwrap());
        assert_eq!(made.header("location"), format!("/api/v1{path}"));
        let read = robot.get(&path);
        assert_eq!((read.json(), read.header("etag")), (user.clone(), made.header("etag")));
        assert_eq!(user["roles"], json!(["clerk"]));
        assert!(!made.body.contains(PASSWORD) && !made.body.contains("argon2"), "{}", made.body);
        assert_eq!((&user["password_set"], &user["invited_until"]), (&json!(true), &json!(null)));

        let change = json!({"email": "ada@example.org", "claims": {"nickname": null, "family_name": "Lovelace"}});
        let changed = robot.change("PATCH", &path, &change);
        assert_eq!(changed.status, 200, "{}", changed.body);
        let after = changed.json();
        assert_eq!(after["claims"], json!({"name": "Ada Lovelace", "family_name": "Lovelace"}));
        assert_eq!((&after["email"], &after["email_verified"]), (&json!("ada@example.org"), &json!(false)));
        assert_eq!(robot.get(&path).header("etag"), changed.header("etag"));

        assert_eq!(robot.act("DELETE", &path).status, 200);
        assert_eq!(robot.get(&path).problem(), problem(404, "not_found"));
        assert_eq!(robot.act("DELETE", &path).problem(), problem(404, "not_found"));
        let actor = format!("client:{}", robot.client.id);
        for kind in [EventKind::UserCreated, EventKind::UserUpdated, EventKind::UserDeleted] {
            let told = world.events_of(kind);
            assert_eq!(told.len(), 1, "{kind:?}");
            assert_eq!(told[0].actor, actor);
            assert!(told[0].request_id.is_some());
        }
    }

    fn a_patch_merges_inside_the_claims_too(world: World) {
        let robot = world.service(ALL);
        let claims = json!({"name": "Ada", "address": {"locality": "London", "country": "GB"}});
        let user = robot.make("/users", &json!({"username": "ada", "email": "ada@example.test", "claims": claims}));
        let path = format!("/users/{}", user["sub"].as_str().unwrap());
        for (patch, after) in [
            (json!({"address": {"locality": "Paris"}}), json!({"name": "Ada", "address": {"locality": "Paris", "country": "GB"}})),
            (json!({"address": {"locality": null, "region": null}}), json!({"name": "Ada", "address": {"country": "GB"}})),
            (json!({"address": {"country": null}}), json!({"name": "Ada"})),
            (json!({"address": {"country": null}}), json!({"name": "Ada"})),
            (json!({"address": {"region": "Kent", "country": null}, "name": null}), json!({"address": {"region": "Kent"}})),
            (json!({"address": null, "nickname": "Countess"}), json!({"nickname": "Countess"})),
            (json!(null), json!({})),
        ] {
            let changed = robot.change("PATCH", &path, &json!({"claims": patch}));
            assert_eq!(changed.status, 200, "{patch}: {}", changed.body);
            assert_eq!(changed.json()["claims"], after, "{patch}");
        }
        for bad in [json!({"address": {"planet": "Mars"}}), json!({"address": "Mars"}), json!({"address": {"locality": 1}})] {
            let refused = robot.change("PATCH", &path, &json!({"claims": bad}));
            assert_eq!(refused.problem(), problem(422, "rule_broken"), "{bad}");
        }
        for bad in [json!("x"), json!([1])] {
            let refused = robot.change("PATCH", &path, &json!({"claims": bad}));
            assert_eq!(refused.status, 400, "{bad}: {}", refused.body);
        }
    }

    fn a_person_who_was_added_signs_in_with_the_password_that_was_set(world: World) {
        let robot = world.service(ALL);
        let user = robot.make("/users", &json!({"username": "ada", "email": "ada@example.test"}));
        let path = format!("/users/{}/password", user["sub"].as_str().unwrap());
        for (password, code) in [("short", "rule_broken"), ("ada@example.test", "rule_broken")] {
            let answer = robot.send("PUT", &path, &json!({"password": password}));
            assert_eq!(answer.problem(), problem(422, code), "{password}");
            assert_eq!(answer.json()["field"], "password");
        }
        let set = robot.send("PUT", &path, &json!({"password": PASSWORD}));
        assert_eq!(set.status, 200, "{}", set.body);
        let shop = world.client(metadata(ClientKind::Web));
        shop.sign_in(world, "ada", &[]);
        let again = robot.send("PUT", &path, &json!({"password": "silver lantern 43"})).json();
        assert_eq!((&again["grants_ended"], &again["sessions_ended"]), (&json!(1), &json!(1)));
    }

    fn rules_of_accounts_are_named_with_the_member(world: World) {
        let robot = world.service(ALL);
        world.person("ada");
        for (body, expected, field) in [
            (json!({"username": "ada", "email": "x@example.test"}), (409, "taken"), "username"),
            (json!({"username": "eve", "email": "ada@example.test"}), (409, "taken"), "email"),
            (json!({"username": "a b", "email": "x@example.test"}), (422, "rule_broken"), "username"),
            (json!({"username": "eve", "email": "nowhere"}), (422, "rule_broken"), "email"),
            (json!({"username": "eve", "email": "e@example.test", "roles": ["a b"]}), (422, "rule_broken"), "roles"),
            (json!({"username": "eve", "email": "e@example.test", "claims": {"age": 3}}), (422, "rule_broken"), "age"),
        ] {
            let answer = robot.send("POST", "/users", &body);
            assert_eq!(answer.problem(), problem(expected.0, expected.1), "{body}");
            assert_eq!(answer.json()["field"], field, "{body}");
        }
    }

    fn a_ban_ends_everything_and_is_lifted_again(world: World) {
        let robot = world.service(ALL);
        let ada = world.person("ada");
        let shop = world.client(metadata(ClientKind::Web));
        let tokens = shop.sign_in(world, "ada", &[]);
        let path = format!("/users/{}", ada.id);
        let past = robot.send("PUT", &format!("{path}/ban"), &json!({"until": "2001-01-01T00:00:00Z"}));
        assert_eq!(past.problem(), problem(422, "rule_broken"));
        for hidden in ["\u{202e}", "\u{200b}", "\u{2029}"] {
            let dark = json!({"reason": format!("Three{hidden} payments\ncame back")});
            assert_eq!(robot.send("PUT", &format!("{path}/ban"), &dark).problem(), problem(422, "rule_broken"), "{hidden:?}");
        }
        let ban = json!({"until": "2100-01-01T00:00:00Z", "reason": "Three payments came back"});
        let banned = robot.send("PUT", &format!("{path}/ban"), &ban).json();
        assert_eq!((&banned["banned"], &banned["grants_ended"], &banned["sessions_ended"]), (&json!(true), &json!(1), &json!(1)));
        assert_eq!((&banned["banned_until"], &banned["ban_reason"]), (&json!(4_102_444_800_i64), &ban["reason"]));
        let userinfo = world.get("/userinfo").bearer_auth(tokens["access_token"].as_str().unwrap());
        assert_eq!(Answer::to(userinfo).status, 401);
        assert_eq!(robot.act("DELETE", &format!("{path}/ban")).json()["banned"], false);
        assert_eq!(robot.act("POST", &format!("{path}/disable")).json()["disabled"], true);
        assert_eq!(robot.act("POST", &format!("{path}/enable")).json()["disabled"], false);
        shop.sign_in(world, "ada", &[]);
        assert_eq!(robot.act("POST", &format!("{path}/logout")).json()["sessions_ended"], 1);
    }

    fn what_a_person_holds_is_listed_and_ended_one_by_one(world: World) {
        let robot = world.service(ALL);
        let ada = world.person("ada");
        let shop = world.client(ClientMetadata { first_party: false, ..metadata(ClientKind::Web) });
        shop.sign_in(world, "ada", &[("scope", "openid offline_access"), ("prompt", "consent")]);
        shop.sign_in(world, "ada", &[]);
        let path = format!("/users/{}", ada.id);
        let sessions = robot.read(&format!("{path}/sessions"));
        assert_eq!(sessions["items"].as_array().unwrap().len(), 2);
        assert_eq!(sessions["items"][0]["username"], "ada");
        assert_eq!(robot.read(&format!("/sessions?sub={}", ada.id))["items"], sessions["items"]);
        let grants = robot.read(&format!("{path}/grants"));
        assert_eq!(grants["items"].as_array().unwrap().len(), 2);
        assert_eq!(robot.read(&format!("/grants?client_id={}", shop.id))["items"], grants["items"]);
        let consents = robot.read(&format!("{path}/consents"));
        assert_eq!(consents["items"][0]["client_id"], shop.id);

        let gid = grants["items"][0]["gid"].as_str().unwrap();
        assert_eq!(robot.read(&format!("/grants/{gid}")), grants["items"][0]);
        assert_eq!(robot.act("DELETE", &format!("/grants/{gid}")).status, 200);
        assert_eq!(robot.get(&format!("/grants/{gid}")).status, 404);
        let session = sessions["items"][0]["session_id"].as_str().unwrap();
        assert_eq!(robot.read(&format!("/sessions/{session}"))["sub"], ada.id.as_str());
        assert_eq!(robot.act("DELETE", &format!("/sessions/{session}")).status, 200);
        assert_eq!(robot.get(&format!("/sessions/{session}")).status, 404);
        assert_eq!(robot.act("DELETE", &format!("{path}/consents/{}", shop.id)).status, 200);
        assert_eq!(robot.act("DELETE", &format!("{path}/consents/{}", shop.id)).problem(), problem(404, "not_found"));
        assert_eq!(robot.read(&format!("{path}/grants"))["items"], json!([]));
    }

    fn only_administrators_make_or_lend_administrators(world: World) {
        let boss = world.administrator("boss");
        let robot = world.service(ALL);
        let wish = json!({"username": "eve", "email": "eve@example.test", "admin": true});
        assert_eq!(robot.send("POST", "/users", &wish).problem(), problem(403, "not_allowed"));
        let path = format!("/users/{}", boss.id);
        let password = robot.send("PUT", &format!("{path}/password"), &json!({"password": PASSWORD}));
        assert_eq!(password.problem(), problem(403, "not_allowed"));
        let email = robot.change("PATCH", &path, &json!({"email": "eve@example.test"}));
        assert_eq!(email.problem(), problem(403, "not_allowed"));
        for method in ["PUT", "DELETE"] {
            let answer = robot.act(method, &format!("{path}/administrator"));
            assert_eq!(answer.problem(), problem(403, "not_allowed"));
        }
        let person = world.api_person("boss", ALL);
        assert_eq!(person.make("/users", &wish)["admin"], true);
        assert_eq!(world.events_of(EventKind::UserCreated)[0].actor, boss.id.as_str());
    }

    fn the_last_administrator_stays(world: World) {
        let (boss, ada) = (world.administrator("boss"), world.person("ada"));
        let person = world.api_person("boss", ALL);
        let path = format!("/users/{}", boss.id);
        for (method, path) in [
            ("DELETE", format!("{path}/administrator")),
            ("POST", format!("{path}/disable")),
            ("DELETE", path.clone()),
        ] {
            assert_eq!(person.act(method, &path).problem(), problem(409, "last_administrator"), "{method} {path}");
        }
        let ban = person.send("PUT", &format!("{path}/ban"), &json!({}));
        assert_eq!(ban.problem(), problem(409, "last_administrator"));
        let made = person.act("PUT", &format!("/users/{}/administrator", ada.id));
        assert_eq!(made.json()["admin"], true);
        assert_eq!(person.act("DELETE", &format!("{path}/administrator")).json()["admin"], false);
        assert_eq!(person.get(&path).problem(), problem(403, "not_an_administrator"), "the right is gone at once");
    }

    fn a_service_does_nothing_to_an_administrator_but_signing_them_out(world: World) {
        let boss = world.administrator("boss");
        world.administrator("deputy");
        let (robot, deputy) = (world.service(ALL), world.api_person("deputy", ALL));
        let path = format!("/users/{}", boss.id);
        let ban = format!("{path}/ban");
        assert_eq!(robot.send("PUT", &ban, &json!({})).problem(), problem(403, "not_allowed"));
        for (method, path) in [
            ("DELETE", ban.clone()),
            ("POST", format!("{path}/disable")),
            ("POST", format!("{path}/enable")),
            ("DELETE", path.clone()),
        ] {
            assert_eq!(robot.act(method, &path).problem(), problem(403, "not_allowed"), "{method} {path}");
        }
        assert_eq!(robot.act("POST", &format!("{path}/logout")).status, 200);
        assert_eq!(deputy.send("PUT", &ban, &json!({})).json()["banned"], true);
        assert_eq!(robot.act("DELETE", &ban).problem(), problem(403, "not_allowed"), "still an administrator");
        assert_eq!(deputy.act("DELETE", &ban).json()["banned"], false);
    }
}
