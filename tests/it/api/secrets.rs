//! `/clients/{client_id}/secrets`.

use crate::support::api_caller::{ALL, problem};
use crate::support::on_both_databases;
use crate::support::people::{Registered, metadata};
use crate::support::world::Answer;
use serde_json::{Value, json};
use vouchsafe_core::model::{ClientKind, ClientMetadata, EventKind, Span};

on_both_databases! {
    fn two_secrets_count_and_each_is_shown_once(world: World) {
        let robot = world.service(ALL);
        world.orders_api();
        let shop = world.client(metadata(ClientKind::Service));
        let path = format!("/clients/{}/secrets", shop.id);
        let first = robot.read(&path)["items"][0]["id"].as_str().unwrap().to_owned();
        assert_eq!(robot.act("DELETE", &format!("{path}/{first}")).problem(), problem(409, "conflict"), "the only one");
        let added = robot.make(&path, &json!({}));
        let second = Registered {
            id: shop.id.clone(),
            secret: added["client_secret"].as_str().map(str::to_owned),
            redirect_uri: String::new(),
        };
        world.follow();
        let works = |client: &Registered| client.token(world, &[("grant_type", "client_credentials")]).status;
        assert_eq!((works(&shop), works(&second)), (200, 200));
        assert_eq!(robot.send("POST", &path, &json!({})).problem(), problem(409, "conflict"), "a third");
        let list = robot.get(&path);
        assert_eq!(list.json()["items"].as_array().unwrap().len(), 2);
        assert!(!list.body.contains("vcs_"), "{}", list.body);
        let stale = robot.request("DELETE", &format!("{path}/{first}")).header("If-Match", "\"other\"");
        assert_eq!(Answer::to(stale).problem(), problem(412, "precondition_failed"));
        assert_eq!(robot.act("DELETE", &format!("{path}/{first}")).status, 204);
        world.follow();
        assert_eq!((works(&shop), works(&second)), (401, 200));
        assert_eq!(robot.act("DELETE", &format!("{path}/{first}")).problem(), problem(404, "not_found"));
        let public = world.client(metadata(ClientKind::Spa));
        let none = robot.send("POST", &format!("/clients/{}/secrets", public.id), &json!({}));
        assert_eq!(none.problem(), problem(409, "conflict"));
        let past = robot.send("POST", &path, &json!({"until": "2001-01-01T00:00:00Z"}));
        assert_eq!(past.problem(), problem(422, "rule_broken"));
    }

    fn a_secret_is_replaced_and_those_before_count_for_a_while(world: World) {
        let robot = world.service(ALL);
        world.orders_api();
        let shop = world.client(metadata(ClientKind::Service));
        let path = format!("/clients/{}/secrets", shop.id);
        let with = |document: &Value| Registered {
            id: shop.id.clone(),
            secret: document["client_secret"].as_str().map(str::to_owned),
            redirect_uri: String::new(),
        };
        let works = |client: &Registered| {
            world.follow();
            client.token(world, &[("grant_type", "client_credentials")]).status
        };
        let second = with(&robot.make(&path, &json!({})));
        let rotate = format!("{path}/rotate");
        let send = || {
            let request = robot.request("POST", &rotate).header("Idempotency-Key", "one").json(&json!({}));
            Answer::to(request)
        };
        let rotated = send();
        assert_eq!(rotated.status, 201, "{}", rotated.body);
        let third = with(&rotated.json());
        assert_eq!((works(&shop), works(&second), works(&third)), (200, 200, 200), "both that lasted");
        assert_eq!(rotated.json()["old_secrets_expire_at"], json!(world.clock_seconds() + 86_400));
        let again = send();
        assert_eq!((again.status, &again.json()["id"]), (201, &rotated.json()["id"]));
        assert!(again.json().get("client_secret").is_none(), "{}", again.body);
        assert_eq!(world.events_of(EventKind::ClientSecretRotated).len(), 1);
        world.wait(Span::from_hours(24));
        assert_eq!((works(&shop), works(&second), works(&third)), (401, 401, 200));

        let tomorrow = json!({"until": "2100-01-01T00:00:00Z"});
        let fourth = with(&world.service(ALL).make(&rotate, &tomorrow));
        let fifth = with(&world.service(ALL).make(&rotate, &json!({"until": "2001-01-01T00:00:00Z"})));
        assert_eq!((works(&third), works(&fourth), works(&fifth)), (401, 401, 200), "one that had an end ends, and so does the other at once");
        let public = world.client(metadata(ClientKind::Spa));
        let none = world.service(ALL).send("POST", &format!("/clients/{}/secrets/rotate", public.id), &json!({}));
        assert_eq!(none.problem(), problem(409, "conflict"));
        let unknown = world.service(ALL).send("POST", "/clients/nobody/secrets/rotate", &json!({}));
        assert_eq!(unknown.problem(), problem(404, "not_found"));
        let reader = world.service(&["vouchsafe:read"]);
        assert_eq!(reader.send("POST", &rotate, &json!({})).problem(), problem(403, "scope_insufficient"));
        let limited = world.service(&["vouchsafe:write"]);
        let more = world.service(ALL);
        let lent = limited.send("POST", &format!("/clients/{}/secrets/rotate", more.client.id), &json!({}));
        assert_eq!(lent.problem(), problem(403, "not_allowed"), "nobody comes by what they lack");
    }

    fn ending_a_secret_never_makes_it_count_longer(world: World) {
        let robot = world.service(ALL);
        let shop = world.client(metadata(ClientKind::Service));
        let path = format!("/clients/{}/secrets", shop.id);
        let added = robot.make(&path, &json!({"until": "2100-01-01T00:00:00Z"}));
        let second = format!("{path}/{}", added["id"].as_str().unwrap());
        let ended = robot.act("DELETE", &format!("{second}?until=2101-01-01T00:00:00Z"));
        assert_eq!(ended.status, 204, "{}", ended.body);
        let ends = |id: &str| {
            let list = robot.read(&path);
            let found = list["items"].as_array().unwrap().iter().find(|secret| secret["id"] == id).cloned();
            found.unwrap()["expires_at"].clone()
        };
        assert_eq!(ends(added["id"].as_str().unwrap()), json!(4_102_444_800_i64));
        assert!(world.events_of(EventKind::ClientSecretEnded).is_empty(), "nothing was changed");
    }

    fn a_secret_is_ended_only_where_another_counts_on(world: World) {
        let robot = world.service(ALL);
        let shop = world.client(metadata(ClientKind::Service));
        let path = format!("/clients/{}/secrets", shop.id);
        let first = robot.read(&path)["items"][0]["id"].as_str().unwrap().to_owned();
        let second = robot.make(&path, &json!({}))["id"].as_str().unwrap().to_owned();
        let end = |id: &str, year: u16| robot.act("DELETE", &format!("{path}/{id}?until={year}-01-01T00:00:00Z"));
        assert_eq!(end(&first, 2100).status, 204);
        assert_eq!(end(&second, 2101).problem(), problem(409, "conflict"), "the first counts no more then");
        assert_eq!(robot.act("DELETE", &format!("{path}/{first}")).status, 204);
    }

    fn a_client_that_proves_itself_by_a_key_has_no_secrets_any_more(world: World) {
        let robot = world.service(ALL);
        world.orders_api();
        let shop = world.client(ClientMetadata {
            scopes: vec!["orders:read".to_owned()],
            redirect_uris: Vec::new(),
            ..metadata(ClientKind::Service)
        });
        let path = format!("/clients/{}", shop.id);
        let keys = json!({
            "token_endpoint_auth_method": "private_key_jwt",
            "jwks": {"keys": [{"kty": "EC", "crv": "P-256", "alg": "ES256", "kid": "k",
                "x": "WKn-ZIGevcwGIyyrzFoZNBdaq9_TsqzGl96oc0CWuis", "y": "y77t-RvAHRKTsSGdIYUfweuOvwrvDD-Q3Hv5J0fSKbE"}]},
        });
        let changed = robot.change("PATCH", &path, &keys);
        assert_eq!(changed.status, 200, "{}", changed.body);
        assert_eq!(robot.read(&format!("{path}/secrets"))["items"], json!([]));
        assert_eq!(world.events_of(EventKind::ClientSecretEnded).len(), 1);
        let back = json!({"token_endpoint_auth_method": null, "jwks": null});
        let back = robot.change("PATCH", &path, &back);
        assert_eq!(back.status, 200, "{}", back.body);
        world.follow();
        assert_eq!(shop.token(world, &[("grant_type", "client_credentials")]).status, 401, "the old secret stays ended");
        robot.make(&format!("{path}/secrets"), &json!({}));
    }
}
