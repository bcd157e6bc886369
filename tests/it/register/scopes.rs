//! Scopes of clients and the APIs that own them: nothing comes back by itself, and none is given while its API goes.

use super::refused;
use crate::cli::program::Place;
use crate::support::api_caller::{ALL, Caller, problem};
use crate::support::databases::{amid, held_up};
use crate::support::newcomer::{open, ordinary, with_registration};
use crate::support::patience::until;
use crate::support::world::{Answer, World};
use serde_json::{Value, json};
use vouchsafe::db;
use vouchsafe_core::model::Span;

const ORDERS: &str = "https://api.example/orders";

/// The path of the API of orders.
fn orders(robot: &Caller<'_>) -> String {
    let list = robot.read("/apis");
    let orders = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|api| api["identifier"] == ORDERS);
    format!("/apis/{}", orders.unwrap()["id"].as_str().unwrap())
}

/// Registers a client by the API, and answers its path.
fn shop(robot: &Caller<'_>, scope: &str) -> String {
    let wish = json!({"client_name": "Shop", "type": "web", "redirect_uris": ["https://shop.example/cb"], "scope": scope});
    format!(
        "/clients/{}",
        robot.make("/clients", &wish)["client_id"].as_str().unwrap()
    )
}

/// Registers a client with an initial access token for these scopes.
fn vouched_for(world: &World, scopes: &[&str], over: Value) -> Answer {
    let token = world.initial_token(1, Span::from_days(1), scopes);
    Answer::to(world.post("/register").bearer_auth(token).json(&ordinary(over)))
}

/// Whether a client has a scope of the API of orders.
fn is_dangling(world: &World) -> bool {
    let clients = world.write(|tx| db!(tx, clients::list()));
    let mut scopes = clients.iter().flat_map(|client| &client.metadata.scopes);
    scopes.any(|name| name.starts_with("orders:"))
}

with_registration! { open;
    fn a_change_that_names_no_scope_gives_none(world: World, _site: TlsSite) {
        // The command line knows the real time only.
        let (place, robot) = (Place::beside(world), world.service(ALL));
        world.orders_api();
        let path = shop(&robot, "orders:read");
        let made = vouched_for(world, &["orders:read"], json!({})).json();
        assert_eq!(made["scope"], "orders:read");
        assert_eq!(robot.act("DELETE", &format!("{}?force=true", orders(&robot))).status, 200);
        let scope = || robot.read(&path)["scope"].clone();
        assert_eq!(scope(), "");
        let renamed = robot.change("PATCH", &path, &json!({"client_name": "Store"}));
        assert_eq!((renamed.status, renamed.json()["scope"].clone()), (200, json!("")));
        let id = path.rsplit('/').next().unwrap();
        place.run(&["client", "update", id, "--name", "Market", "--json"]).document();
        assert_eq!(scope(), "");
        // By itself (RFC 7592): it goes on as it is, and takes nothing.
        let mut document = ordinary(json!({"redirect_uris": ["https://client.example/new"]}));
        document["client_id"] = made["client_id"].clone();
        let moved = world.manage("PUT", &made, Some(&document));
        assert_eq!(moved.status, 200, "{}", moved.body);
        let made = moved.json();
        assert_eq!((&made["scope"], &made["redirect_uris"]), (&json!(""), &json!(["https://client.example/new"])));
        document["scope"] = json!("openid");
        let (status, _, told) = refused(&world.manage("PUT", &made, Some(&document)));
        assert!(status == 400 && told.starts_with("scope: "), "{status} {told}");
        // A newcomer that could have nothing is told so.
        let none = vouched_for(world, &["orders:read"], json!({}));
        assert_eq!(refused(&none).0, 400);
    }

    fn none_is_another_wish_than_the_default(world: World, _site: TlsSite) {
        let (place, robot) = (Place::beside(world), world.service(ALL));
        for none in ["", " "] {
            let path = shop(&robot, none);
            assert_eq!(robot.read(&path)["scope"], "", "{none:?}");
            let default = robot.change("PATCH", &path, &json!({"scope": null})).json();
            assert_eq!(default["scope"], "openid profile email");
            let taken = robot.change("PATCH", &path, &json!({ "scope": none })).json();
            assert_eq!(taken["scope"], "", "{none:?}");
        }
        let create = ["client", "create", "--name", "Shop", "--type", "web", "--redirect-uri", "https://shop.example/cb", "--json"];
        assert_eq!(place.run(&create).document()["scope"], "openid profile email");
        let made = place.run(&[&create[..], &["--scope", ""]].concat()).document();
        assert_eq!(made["scope"], "");
        let declared = "[[clients]]\nclient_id = \"shop\"\nclient_name = \"Shop\"\ntype = \"web\"\nscope = \"\"\n\
            redirect_uris = [\"https://shop.example/cb\"]";
        place.file("site.toml", declared);
        for action in ["create", "unchanged"] {
            let done = place.run(&["apply", "-f", "site.toml", "--json"]).document();
            assert_eq!(done["plan"][0]["action"], action, "{done}");
            assert_eq!(robot.read("/clients/shop")["scope"], "");
        }
    }

    fn no_client_gets_a_scope_whose_api_goes_at_the_same_time(world: World, _site: TlsSite) {
        let (place, robot) = (Place::beside(world), world.service(ALL));
        let path = shop(&robot, "openid");
        let id = path.rsplit('/').next().unwrap();
        let wish = json!({
            "client_name": "Till", "type": "web", "redirect_uris": ["https://till.example/cb"], "scope": "orders:read",
        });
        let going = format!("DELETE FROM api_scopes WHERE api = '{ORDERS}'; DELETE FROM apis WHERE identifier = '{ORDERS}'");
        for way in [
            &(|| robot.change("PATCH", &path, &json!({"scope": "openid orders:read"})).status == 200) as &(dyn Fn() -> bool + Sync),
            &|| robot.send("POST", "/clients", &wish).status == 201,
            &|| vouched_for(world, &["orders:read"], json!({})).status == 201,
            &|| place.run(&["client", "update", id, "--scope", "orders:read"]).status == 0,
        ] {
            world.orders_api();
            assert!(!amid(world.database(), &going, 1, way));
            assert!(!is_dangling(world));
        }
    }
}

/// The other way round: who deletes an API sees the client that was just given its scope. On SQLite nobody comes in between.
#[test]
fn an_api_that_a_client_is_just_given_a_scope_of_stays() {
    let url = crate::support::postgres::migrated_database();
    let world = World::with("given-meanwhile", Some(url), open);
    let robot = world.service(ALL);
    world.orders_api();
    let (path, api) = (shop(&robot, "openid"), orders(&robot));
    let given = json!({"scope": "openid orders:read"});
    // Both have to raise the version.
    let held = "UPDATE issuer_state SET config_version = config_version";
    let (given, deleted) = amid(world.database(), held, 2, || {
        std::thread::scope(|scope| {
            let giving = scope.spawn(|| robot.change("PATCH", &path, &given));
            until("the change to wait", || {
                (held_up(world.database()) >= 1).then_some(())
            });
            let deleted = robot.act("DELETE", &api);
            (giving.join().unwrap(), deleted)
        })
    });
    assert_eq!(given.status, 200, "{}", given.body);
    assert_eq!(deleted.problem(), problem(409, "in_use"));
}
