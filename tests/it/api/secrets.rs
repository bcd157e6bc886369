//! `/clients/{client_id}/secrets`.

use crate::support::api_caller::{ALL, problem};
use crate::support::on_both_databases;
use crate::support::people::{Registered, metadata};
use serde_json::json;
use vouchsafe_core::model::ClientKind;

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
}
