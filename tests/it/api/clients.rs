//! `/clients`.

use crate::support::api_caller::{ALL, Caller, problem};
use crate::support::on_both_databases;
use crate::support::people::Registered;
use crate::support::world::Answer;
use serde_json::{Value, json};
use vouchsafe::audit::Act;
use vouchsafe::clients::own_client;
use vouchsafe_core::model::EventKind;

fn web(name: &str) -> Value {
    json!({"client_name": name, "type": "web", "redirect_uris": ["https://client.example/cb"]})
}

fn make(robot: &Caller<'_>, body: &Value) -> (String, Value) {
    let made = robot.make("/clients", body);
    (format!("/clients/{}", made["client_id"].as_str().unwrap()), made)
}

on_both_databases! {
    fn a_redirect_uri_has_no_wildcard_and_is_kept_once(world: World) {
        let robot = world.service(ALL);
        let wish = |uris: &[&str]| json!({"client_name": "Shop", "type": "web", "redirect_uris": uris});
        for wild in ["https://shop.example/*", "https://*.shop.example/cb", "https://shop.example/cb?to=*"] {
            let refused = robot.send("POST", "/clients", &wish(&["https://shop.example/cb", wild]));
            assert!(refused.body.contains("a wildcard matches nothing"), "{}", refused.body);
            assert_eq!(refused.problem(), problem(422, "rule_broken"), "{wild}");
        }
        let made = robot.make("/clients", &wish(&["https://shop.example/b", "https://shop.example/a", "https://shop.example/b"]));
        assert_eq!(made["redirect_uris"], json!(["https://shop.example/b", "https://shop.example/a"]));
    }

    fn a_client_is_registered_and_works_with_the_secret_that_is_shown_once(world: World) {
        let robot = world.service(ALL);
        world.person("ada");
        let (path, made) = make(&robot, &web("Shop"));
        let shop = Registered {
            id: made["client_id"].as_str().unwrap().to_owned(),
            secret: made["client_secret"].as_str().map(str::to_owned),
            redirect_uri: "https://client.example/cb".to_owned(),
        };
        assert_eq!(made["client_secret_expires_at"], 0);
        world.follow();
        shop.sign_in(world, "ada", &[]);
        let read = robot.get(&path);
        assert!(!read.body.contains("client_secret\"") && !read.body.contains("vcs_"), "{}", read.body);
        assert_eq!(read.json()["token_endpoint_auth_method"], "client_secret_basic");
        let (_, spa) = make(&robot, &json!({"client_name": "App", "type": "spa", "redirect_uris": ["https://app.example/"]}));
        assert!(spa.get("client_secret").is_none());
        assert_eq!(world.events_of(EventKind::ClientCreated).len(), 2);
    }

    fn a_patch_changes_what_it_names_and_null_gives_the_default(world: World) {
        let robot = world.service(ALL);
        let mut wish = web("Shop");
        wish["scope"] = json!("openid email");
        wish["pkce"] = json!("allowed");
        let (path, made) = make(&robot, &wish);
        let patched = robot.change("PATCH", &path, &json!({"client_name": "Store", "pkce": null}));
        assert_eq!(patched.status, 200, "{}", patched.body);
        let after = patched.json();
        let mut expected = made.clone();
        for (member, value) in [("client_name", "Store"), ("pkce", "required")] {
            expected[member] = json!(value);
        }
        for secret in ["client_secret", "client_secret_expires_at"] {
            expected.as_object_mut().unwrap().remove(secret);
        }
        assert_eq!(after, expected);
        let replaced = robot.change("PUT", &path, &json!({"client_name": "Store", "redirect_uris": ["https://store.example/cb"]})).json();
        assert_eq!((&replaced["scope"], &replaced["redirect_uris"]), (&json!("openid profile email"), &json!(["https://store.example/cb"])));
        assert_eq!(replaced["type"], "web", "the type stays");
        assert_eq!(world.events_of(EventKind::ClientUpdated).len(), 2);
        let null = robot.change("PATCH", &path, &json!({"client_name": null}));
        assert_eq!(null.problem(), problem(400, "body_invalid"));
    }

    fn lists_have_an_end_and_names_hide_nothing(world: World) {
        let robot = world.service(ALL);
        let (path, _) = make(&robot, &web("Shop"));
        let many = |most: usize| -> Vec<String> { (0..most).map(|number| format!("https://client.example/{number}")).collect() };
        let origins = |most: usize| -> Vec<String> { (0..most).map(|number| format!("https://c{number}.example")).collect() };
        for member in ["redirect_uris", "post_logout_redirect_uris"] {
            assert_eq!(robot.change("PATCH", &path, &json!({ member: many(33) })).problem(), problem(422, "rule_broken"), "{member}");
            assert_eq!(robot.change("PATCH", &path, &json!({ member: many(32) })).status, 200, "{member}");
        }
        assert_eq!(robot.change("PATCH", &path, &json!({"web_origins": origins(33)})).problem(), problem(422, "rule_broken"));
        assert_eq!(robot.change("PATCH", &path, &json!({"web_origins": origins(32)})).status, 200);
        assert_eq!(robot.change("PATCH", &path, &json!({"introspects": many(257)})).problem(), problem(422, "rule_broken"));
        assert_eq!(robot.change("PATCH", &path, &json!({"introspects": many(256)})).status, 200);
        for name in ["knaB\u{202e}", "Ba\u{200b}nk", "\u{feff}Bank", "Ba\u{ad}nk", "Bank\u{2066}", "Bank\u{e0041}"] {
            assert_eq!(robot.change("PATCH", &path, &json!({"client_name": name})).problem(), problem(422, "rule_broken"), "{name:?}");
            assert_eq!(robot.send("POST", "/clients", &web(name)).problem(), problem(422, "rule_broken"), "{name:?}");
        }
        for name in ["Büro Grüße", "ร้านค้า", "متجر", "<Shop>"] {
            assert_eq!(robot.change("PATCH", &path, &json!({"client_name": name})).status, 200, "{name}");
        }
    }

    fn a_rule_names_the_member_that_breaks_it(world: World) {
        let robot = world.service(ALL);
        let (path, _) = make(&robot, &web("Shop"));
        for (member, value, of) in [
            ("client_name", json!(" "), "client_name"),
            ("redirect_uris", json!(["http://client.example/cb"]), "redirect_uris"),
            ("redirect_uris", json!([]), "redirect_uris"),
            ("post_logout_redirect_uris", json!(["x"]), "post_logout_redirect_uris"),
            ("scope", json!("openid nobody:owns"), "scope"),
            ("token_endpoint_auth_method", json!("none"), "token_endpoint_auth_method"),
            ("token_endpoint_auth_method", json!("private_key_jwt"), "jwks"),
            ("jwks", json!({"keys": 1}), "jwks"),
            ("web_origins", json!(["https://client.example/x"]), "web_origins"),
            ("introspects", json!(["x"]), "introspects"),
        ] {
            let mut whole = web("Shop");
            whole[member] = value.clone();
            let mut settings = whole.clone();
            settings.as_object_mut().unwrap().remove("type");
            for refused in [
                robot.send("POST", "/clients", &whole),
                robot.change("PUT", &path, &settings),
                robot.change("PATCH", &path, &json!({ member: value })),
            ] {
                assert_eq!(refused.problem(), problem(422, "rule_broken"), "{member}");
                assert_eq!(refused.json()["field"], of, "{}", refused.body);
            }
        }
        for (wish, of) in [
            (json!({"client_name": "App", "type": "spa", "redirect_uris": ["https://app.example/"], "pkce": "allowed"}), "pkce"),
            (json!({"client_name": "Robot", "type": "service", "grant_types": ["authorization_code"]}), "grant_types"),
        ] {
            let refused = robot.send("POST", "/clients", &wish);
            assert_eq!((refused.problem(), &refused.json()["field"]), (problem(422, "rule_broken"), &json!(of)), "{wish}");
        }
    }

    fn rules_of_registration_hold(world: World) {
        let robot = world.service(ALL);
        let mut wrong = web("Shop");
        wrong["redirect_uris"] = json!(["http://client.example/cb"]);
        assert_eq!(robot.send("POST", "/clients", &wrong).problem(), problem(422, "rule_broken"));
        let (path, _) = make(&robot, &web("Shop"));
        for patch in [
            json!({"redirect_uris": []}),
            json!({"scope": "openid nobody:owns"}),
            json!({"client_name": " "}),
            json!({"token_endpoint_auth_method": "private_key_jwt"}),
        ] {
            assert_eq!(robot.change("PATCH", &path, &patch).problem(), problem(422, "rule_broken"), "{patch}");
        }
    }

    fn a_client_is_disabled_enabled_and_deleted(world: World) {
        let robot = world.service(ALL);
        let (path, made) = make(&robot, &web("Shop"));
        assert_eq!(robot.act("POST", &format!("{path}/disable")).json()["disabled"], true);
        assert_eq!(robot.act("POST", &format!("{path}/enable")).json()["disabled"], false);
        assert_eq!(robot.act("DELETE", &path).status, 200);
        assert_eq!(robot.get(&path).problem(), problem(404, "not_found"));
        let deleted = world.events_of(EventKind::ClientDeleted);
        assert_eq!(deleted[0].target.as_deref(), made["client_id"].as_str());
    }

    fn nobody_gives_a_client_what_they_lack_or_touches_one_that_has_it(world: World) {
        let all = world.service(ALL);
        let writer = world.service(&["vouchsafe:write"]);
        let change = |path: &str, patch: &Value| Answer::to(writer.request("PATCH", path).header("If-Match", "*").json(patch));
        let robot = json!({"client_name": "Other robot", "type": "service", "scope": "vouchsafe:read"});
        assert_eq!(writer.send("POST", "/clients", &robot).problem(), problem(403, "not_allowed"));
        let (path, _) = make(&all, &robot);
        for patch in [json!({"client_name": "Mine"}), json!({"scope": "vouchsafe:signal"})] {
            assert_eq!(change(&path, &patch).problem(), problem(403, "not_allowed"), "{patch}");
        }
        for (method, path) in [
            ("POST", format!("{path}/disable")),
            ("DELETE", path.clone()),
        ] {
            assert_eq!(writer.act(method, &path).problem(), problem(403, "not_allowed"), "{method} {path}");
        }
        let secret = writer.send("POST", &format!("{path}/secrets"), &json!({}));
        assert_eq!(secret.problem(), problem(403, "not_allowed"));
        let (plain, _) = make(&writer, &web("Shop"));
        let raised = change(&plain, &json!({"scope": "openid vouchsafe:read"}));
        assert_eq!(raised.problem(), problem(403, "not_allowed"));
        assert_eq!(all.change("PATCH", &path, &json!({"client_name": "Mine"})).status, 200);
    }

    fn a_client_through_which_people_administer_is_shaped_by_administrators_only(world: World) {
        world.administrator("boss");
        let (robot, boss) = (world.service(ALL), world.api_person("boss", ALL));
        let mut panel = web("Panel");
        panel["scope"] = json!("openid vouchsafe:read");
        assert_eq!(robot.send("POST", "/clients", &panel).problem(), problem(403, "not_allowed"));
        let (path, _) = make(&boss, &panel);
        for patch in [json!({"redirect_uris": ["https://thief.example/cb"]}), json!({"scope": "openid"})] {
            assert_eq!(robot.change("PATCH", &path, &patch).problem(), problem(403, "not_allowed"), "{patch}");
        }
        for (method, path) in [
            ("POST", format!("{path}/disable")),
            ("POST", format!("{path}/enable")),
            ("DELETE", path.clone()),
        ] {
            assert_eq!(robot.act(method, &path).problem(), problem(403, "not_allowed"), "{method} {path}");
        }
        let secret = robot.send("POST", &format!("{path}/secrets"), &json!({}));
        assert_eq!(secret.problem(), problem(403, "not_allowed"));
        let (plain, _) = make(&robot, &web("Shop"));
        let raised = robot.change("PATCH", &plain, &json!({"scope": "openid vouchsafe:read"}));
        assert_eq!(raised.problem(), problem(403, "not_allowed"));
        make(&robot, &json!({"client_name": "Other robot", "type": "service", "scope": "vouchsafe:read"}));
        assert_eq!(boss.change("PATCH", &path, &json!({"client_name": "Board"})).status, 200);
    }

    fn the_server_s_own_client_is_disabled_and_enabled_and_nothing_else(world: World) {
        let act = Act::new("server", world.services.ports.clock.now(), &world.services.ports.entropy);
        own_client::register(&world.services.store, &act).unwrap();
        world.administrator("boss");
        let boss = world.api_person("boss", ALL);
        let path = format!("/clients/{}", own_client::ID);
        let settings = json!({"client_name": "Mine", "redirect_uris": ["https://thief.example/cb"]});
        for method in ["PATCH", "PUT"] {
            assert_eq!(boss.change(method, &path, &settings).problem(), problem(403, "not_allowed"), "{method}");
        }
        assert_eq!(boss.act("DELETE", &path).problem(), problem(403, "not_allowed"));
        assert_eq!(boss.act("POST", &format!("{path}/disable")).json()["disabled"], true);
        assert_eq!(boss.act("POST", &format!("{path}/enable")).json()["disabled"], false);
    }
}
