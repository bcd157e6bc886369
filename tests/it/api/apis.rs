//! `/apis`.

use crate::support::api_caller::{ALL, problem};
use crate::support::on_both_databases;
use crate::support::people::metadata;
use crate::support::world::Answer;
use serde_json::json;
use vouchsafe_core::model::{ClientKind, ClientMetadata};

on_both_databases! {
    fn an_api_is_registered_changed_and_deleted(world: World) {
        let robot = world.service(ALL);
        let wish = json!({
            "identifier": "https://api.example/bills", "name": "Bills", "access_token_lifetime": 120,
            "scopes": [{"name": "bills:read", "description": "See your bills"}, {"name": "bills:pay"}],
        });
        let made = robot.make("/apis", &wish);
        let path = format!("/apis/{}", made["id"].as_str().unwrap());
        assert_eq!(robot.read(&path), made);
        assert_eq!(made["scopes"][1]["description"], "bills:pay");
        assert_eq!(robot.send("POST", "/apis", &wish).problem(), problem(409, "taken"));
        let patched = robot.change("PATCH", &path, &json!({"name": "Invoices", "access_token_lifetime": null})).json();
        assert_eq!((&patched["name"], &patched["access_token_lifetime"], &patched["scopes"]), (&json!("Invoices"), &json!(null), &made["scopes"]));
        let replaced = robot.change("PUT", &path, &json!({"name": "Bills", "scopes": [{"name": "bills:read"}], "claims": ["roles", "roles"]})).json();
        assert_eq!((replaced["scopes"].as_array().unwrap().len(), &replaced["claims"]), (1, &json!(["roles"])));
        assert_eq!(robot.change("PATCH", &path, &json!({"name": ""})).problem(), problem(422, "rule_broken"));
        assert_eq!(robot.act("DELETE", &path).status, 200);
        assert_eq!(robot.get(&path).problem(), problem(404, "not_found"));
    }

    fn a_rule_names_the_member_that_breaks_it(world: World) {
        let robot = world.service(ALL);
        let made = robot.make("/apis", &json!({"identifier": "https://api.example/bills", "name": "Bills"}));
        let path = format!("/apis/{}", made["id"].as_str().unwrap());
        for (member, value) in [
            ("name", json!(" ")),
            ("access_token_lifetime", json!(86_401)),
            ("scopes", json!([{"name": "openid"}])),
        ] {
            let mut settings = json!({"name": "Bills"});
            settings[member] = value.clone();
            let mut whole = settings.clone();
            whole["identifier"] = json!("https://api.example/more");
            for refused in [
                robot.send("POST", "/apis", &whole),
                robot.change("PUT", &path, &settings),
                robot.change("PATCH", &path, &json!({ member: value })),
            ] {
                assert_eq!(refused.problem(), problem(422, "rule_broken"), "{member}");
                assert_eq!(refused.json()["field"], member, "{}", refused.body);
            }
        }
        let refused = robot.send("POST", "/apis", &json!({"identifier": "bills", "name": "Bills"}));
        assert_eq!((refused.problem(), &refused.json()["field"]), (problem(422, "rule_broken"), &json!("identifier")));
    }

    fn names_and_sentences_hide_nothing(world: World) {
        let robot = world.service(ALL);
        let wish = |name: &str, sentence: &str| json!({
            "identifier": "https://api.example/bills", "name": name, "scopes": [{"name": "bills:read", "description": sentence}],
        });
        for hidden in ["\u{202e}", "\u{200b}", "\u{2067}", "\u{feff}"] {
            let dark = format!("See{hidden} your bills");
            assert_eq!(robot.send("POST", "/apis", &wish(&dark, "See your bills")).problem(), problem(422, "rule_broken"), "{hidden:?}");
            assert_eq!(robot.send("POST", "/apis", &wish("Bills", &dark)).problem(), problem(422, "rule_broken"), "{hidden:?}");
        }
        robot.make("/apis", &wish("Rechnungen", "Größe < 1 & 'mehr'"));
    }

    fn the_document_names_every_claim_that_tokens_can_carry(world: World) {
        let document = Answer::to(world.get("/api/openapi.json")).json();
        for (schema, member) in [("Api", "claims"), ("NewApi", "claims"), ("ApiSettings", "claims")] {
            let found = &document["components"]["schemas"][schema];
            let told = found["properties"][member]["items"]["enum"].clone();
            assert_eq!(told, json!(["roles", "groups"]), "{schema}: {found}");
        }
    }

    fn what_clients_use_is_taken_from_them_only_when_that_is_said(world: World) {
        let robot = world.service(ALL);
        world.orders_api();
        world.client(ClientMetadata { scopes: vec!["orders:read".to_owned()], ..metadata(ClientKind::Service) });
        let list = robot.read("/apis");
        let orders = list["items"].as_array().unwrap().iter().find(|api| api["name"] == "Orders").unwrap();
        let path = format!("/apis/{}", orders["id"].as_str().unwrap());
        assert_eq!(robot.act("DELETE", &path).problem(), problem(409, "in_use"));
        let version = robot.get(&path).header("etag").to_owned();
        let without = json!({"scopes": []});
        let kept = robot.request("PATCH", &path).header("If-Match", &version).json(&without);
        assert_eq!(Answer::to(kept).problem(), problem(409, "in_use"));
        assert_eq!(robot.act("DELETE", &format!("{path}?force=true")).status, 200);
    }

    fn the_servers_own_api_is_listed_and_stays(world: World) {
        let robot = world.service(ALL);
        let list = robot.read("/apis");
        let own = list["items"].as_array().unwrap().iter().find(|api| api["name"] == "Administration").unwrap();
        assert_eq!(own["identifier"], format!("{}/api", world.issuer));
        let path = format!("/apis/{}", own["id"].as_str().unwrap());
        assert_eq!(robot.act("DELETE", &format!("{path}?force=true")).problem(), problem(409, "conflict"));
        assert_eq!(robot.change("PATCH", &path, &json!({"name": "Mine"})).problem(), problem(409, "conflict"));
        let thief = json!({"identifier": "https://thief.example", "name": "Thief", "scopes": [{"name": "vouchsafe:write"}]});
        assert_eq!(robot.send("POST", "/apis", &thief).problem(), problem(422, "rule_broken"));
        let shadow = json!({"identifier": format!("{}/api", world.issuer), "name": "Shadow"});
        assert_eq!(robot.send("POST", "/apis", &shadow).problem(), problem(422, "rule_broken"));
    }
}
