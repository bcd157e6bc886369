//! What is refused leaves nothing behind: no keys that were made for it, no scopes that were taken.

use crate::support::api_caller::{ALL, Caller, problem};
use crate::support::on_both_databases;
use crate::support::people::metadata;
use crate::support::world::{Answer, World};
use serde_json::{Value, json};
use vouchsafe_core::model::{ClientKind, ClientMetadata};

fn has_keys_of(robot: &Caller<'_>, alg: &str) -> bool {
    let keys = robot.read("/keys")["items"].clone();
    keys.as_array().unwrap().iter().any(|key| key["alg"] == alg)
}

fn path_of(robot: &Caller<'_>, identifier: &str) -> String {
    let list = robot.read("/apis")["items"].clone();
    let found = list
        .as_array()
        .unwrap()
        .iter()
        .find(|api| api["identifier"] == identifier)
        .cloned();
    format!("/apis/{}", found.unwrap()["id"].as_str().unwrap())
}

fn patch(robot: &Caller<'_>, path: &str, version: &str, body: &Value) -> Answer {
    Answer::to(
        robot
            .request("PATCH", path)
            .header("If-Match", version)
            .json(body),
    )
}

/// A client through which people administer, and which has a scope of the orders' API.
fn panel(world: &World) -> String {
    let scopes = ["openid", "vouchsafe:read", "orders:read"]
        .map(str::to_owned)
        .to_vec();
    let introspects = vec!["https://api.example/orders".to_owned()];
    world
        .client(ClientMetadata {
            scopes,
            introspects,
            ..metadata(ClientKind::Web)
        })
        .id
}

on_both_databases! {
    fn no_keys_are_made_for_a_client_that_is_not_changed_or_made(world: World) {
        let robot = world.service(ALL);
        world.orders_api();
        let shop = world.client(metadata(ClientKind::Web));
        let wish = json!({"id_token_signed_response_alg": "EdDSA"});
        let path = format!("/clients/{}", shop.id);
        assert_eq!(patch(&robot, &path, "\"other\"", &wish).problem(), problem(412, "precondition_failed"));
        let limited = world.service(&["vouchsafe:write"]);
        let people = format!("/clients/{}", panel(world));
        assert_eq!(patch(&limited, &people, "*", &wish).problem(), problem(403, "not_allowed"));
        let broken = json!({"id_token_signed_response_alg": "EdDSA", "scope": "unowned"});
        assert_eq!(patch(&robot, &path, "*", &broken).problem(), problem(422, "rule_broken"));
        let post = |body: &Value| Answer::to(robot.request("POST", "/clients").header("Idempotency-Key", "k").json(body));
        let new = |alg: &str| json!({"client_name": "New", "type": "web", "redirect_uris": ["https://new.example/cb"], "id_token_signed_response_alg": alg});
        assert_eq!(post(&new("RS256")).status, 201);
        assert_eq!(post(&new("EdDSA")).problem(), problem(422, "idempotency_key_reused"));
        assert!(!has_keys_of(&robot, "EdDSA"));
        assert_eq!(patch(&robot, &path, "*", &wish).status, 200);
        assert!(has_keys_of(&robot, "EdDSA"));
    }

    fn no_keys_are_made_for_an_api_that_is_not_changed_or_made(world: World) {
        let robot = world.service(ALL);
        let orders = world.orders_api();
        world.client(metadata(ClientKind::Web));
        let new = |identifier: &str, scope: &str| json!({
            "identifier": identifier, "name": "New", "signing_alg": "EdDSA", "scopes": [{"name": scope}],
        });
        assert_eq!(robot.send("POST", "/apis", &new(&orders, "new")).problem(), problem(409, "taken"));
        assert_eq!(robot.send("POST", "/apis", &new("https://new.example", "orders:read")).problem(), problem(409, "taken"));
        let path = path_of(&robot, &orders);
        let wish = json!({"signing_alg": "EdDSA"});
        assert_eq!(patch(&robot, &path, "\"other\"", &wish).problem(), problem(412, "precondition_failed"));
        let less = json!({"signing_alg": "EdDSA", "scopes": []});
        assert_eq!(patch(&robot, &path, "*", &less).problem(), problem(409, "in_use"));
        assert!(!has_keys_of(&robot, "EdDSA"));
        assert_eq!(patch(&robot, &path, "*", &wish).status, 200);
        assert!(has_keys_of(&robot, "EdDSA"));
    }

    fn a_service_takes_nothing_from_a_client_through_which_people_administer(world: World) {
        let orders = world.orders_api();
        let robot = world.service(ALL);
        let client = format!("/clients/{}", panel(world));
        let before = robot.read(&client);
        let path = path_of(&robot, &orders);
        let forced = format!("{path}?force=true");
        assert_eq!(robot.act("DELETE", &forced).problem(), problem(403, "not_allowed"));
        assert_eq!(patch(&robot, &forced, "*", &json!({"scopes": []})).problem(), problem(403, "not_allowed"));
        assert_eq!(robot.act("DELETE", &path).problem(), problem(409, "in_use"));
        assert_eq!(robot.read(&client), before);
        // What the client does not lose is changed, and a person takes it all.
        assert_eq!(patch(&robot, &path, "*", &json!({"name": "Sales"})).status, 200);
        world.administrator("ada");
        assert_eq!(world.api_person("ada", ALL).act("DELETE", &forced).status, 200);
        let after = robot.read(&client);
        assert_eq!((&after["scope"], &after["introspects"]), (&json!("openid vouchsafe:read"), &json!([])));
    }
}
