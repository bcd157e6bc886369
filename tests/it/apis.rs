//! Changing and deleting an API: what its clients lose is said before it is taken, and told after.

use crate::support::on_both_databases;
use crate::support::people::metadata;
use crate::support::world::World;
use vouchsafe::audit::Act;
use vouchsafe::clients::apis::{self, ApiChange, Force};
use vouchsafe::db;
use vouchsafe::store::{StoreError, Unique};
use vouchsafe_core::model::{Api, ApiScope, ClientId, ClientKind, ClientMetadata, EventKind, Span, TokenTyp};

fn act(world: &World) -> Act {
    let ports = &world.services.ports;
    Act::new("cli", ports.clock.now(), &ports.entropy)
}

fn stored(world: &World, identifier: &str) -> Option<Api> {
    let identifier = identifier.to_owned();
    world.write(move |tx| db!(tx, apis::by_identifier(&identifier)))
}

fn update(world: &World, api: &Api, force: Force) -> Result<ApiChange, StoreError> {
    let (act, api) = (act(world), api.clone());
    let changed = world
        .services
        .store
        .write_blocking("test", move |tx| apis::update(tx, &act, &api, force));
    world.follow();
    changed
}

fn delete(world: &World, identifier: &str, force: Force) -> ApiChange {
    let (act, identifier) = (act(world), identifier.to_owned());
    let deleted = world.write(move |tx| apis::delete(tx, &act, &identifier, force));
    world.follow();
    deleted
}

fn told(world: &World, kind: EventKind) -> usize {
    let all = world.write(|tx| db!(tx, events::list(None, 1_000)));
    all.iter().filter(|event| event.kind == kind).count()
}

fn clients_of(change: &ApiChange) -> Vec<&str> {
    let (ApiChange::Done(uses) | ApiChange::InUse(uses)) = change else {
        panic!("there is no such API");
    };
    uses.iter().map(|used| used.client_name.as_str()).collect()
}

fn scopes_of(world: &World, id: &str) -> Vec<String> {
    let id = ClientId::new(id);
    world
        .write(move |tx| db!(tx, clients::by_id(&id)))
        .unwrap()
        .metadata
        .scopes
}

on_both_databases! {
    fn an_api_takes_new_settings_and_keeps_its_date(world: World) {
        let orders = world.orders_api();
        let before = stored(world, &orders).unwrap();
        world.wait(Span::from_hours(1));
        let mut changed = before.clone();
        changed.name = "Orders and returns".to_owned();
        changed.token_typ = TokenTyp::Jwt;
        changed.access_token_lifetime = Some(Span::from_minutes(2));
        changed.created_at = world.services.ports.clock.now();
        changed.scopes.insert(0, ApiScope { name: "returns:read".to_owned(), description: "See returns".to_owned() });
        assert_eq!(update(world, &changed, Force::No), Ok(ApiChange::Done(Vec::new())));
        changed.created_at = before.created_at;
        assert_eq!(stored(world, &orders), Some(changed.clone()));
        assert_eq!(told(world, EventKind::ApiUpdated), 1);
        assert_eq!(update(world, &changed, Force::No), Ok(ApiChange::Done(Vec::new())));
        assert_eq!(told(world, EventKind::ApiUpdated), 1, "the same again is no change");

        let service = world.client(metadata(ClientKind::Service));
        let answer = service.token(world, &[("grant_type", "client_credentials")]);
        assert_eq!(answer.json()["expires_in"], 120, "{}", answer.body);
    }

    fn a_scope_that_clients_have_is_removed_only_when_it_may_be_taken_from_them(world: World) {
        let orders = world.orders_api();
        let shop = world.client(metadata(ClientKind::Web));
        let reader = ClientMetadata {
            client_name: "Reader".to_owned(),
            scopes: vec!["orders:read".to_owned()],
            ..metadata(ClientKind::Service)
        };
        let reader = world.client(reader);
        let mut smaller = stored(world, &orders).unwrap();
        smaller.scopes.retain(|scope| scope.name == "orders:read");

        let refused = update(world, &smaller, Force::No).unwrap();
        assert!(matches!(refused, ApiChange::InUse(_)));
        assert_eq!(clients_of(&refused), ["Storefront"], "the reader has another scope");
        assert_eq!(stored(world, &orders).unwrap().scopes.len(), 2);
        assert_eq!((told(world, EventKind::ApiUpdated), told(world, EventKind::ClientUpdated)), (0, 0));

        let done = update(world, &smaller, Force::Yes).unwrap();
        assert_eq!(clients_of(&done), ["Storefront"]);
        assert!(!scopes_of(world, &shop.id).contains(&"orders:write".to_owned()));
        assert_eq!(scopes_of(world, &reader.id), ["orders:read"]);
        assert_eq!((told(world, EventKind::ApiUpdated), told(world, EventKind::ClientUpdated)), (1, 1));
    }

    fn a_scope_of_another_api_cannot_be_taken_over(world: World) {
        world.orders_api();
        let bills = world.api("https://api.example/bills", &["bills:read"]);
        let mut greedy = stored(world, &bills).unwrap();
        greedy.scopes.push(ApiScope { name: "orders:read".to_owned(), description: String::new() });
        assert_eq!(update(world, &greedy, Force::Yes), Err(StoreError::Conflict(Unique::Scope)));
        assert_eq!(stored(world, &bills).unwrap().scopes.len(), 1);
    }

    fn an_api_in_use_is_deleted_only_when_its_clients_may_lose_it(world: World) {
        let orders = world.orders_api();
        let service = world.client(metadata(ClientKind::Service));
        let gateway = ClientMetadata {
            client_name: "Gateway".to_owned(),
            scopes: vec!["openid".to_owned()],
            introspects: vec![orders.clone()],
            ..metadata(ClientKind::Web)
        };
        let gateway = world.client(gateway);
        world.client(ClientMetadata { scopes: vec!["openid".to_owned()], ..metadata(ClientKind::Spa) });
        let refused = delete(world, &orders, Force::No);
        assert!(matches!(refused, ApiChange::InUse(_)));
        let mut names = clients_of(&refused);
        names.sort_unstable();
        assert_eq!(names, ["Gateway", "Storefront"]);
        assert_eq!(service.token(world, &[("grant_type", "client_credentials")]).status, 200);

        let done = delete(world, &orders, Force::Yes);
        assert!(matches!(&done, ApiChange::Done(uses) if uses.len() == 2), "{done:?}");
        assert_eq!(stored(world, &orders), None);
        assert_eq!((told(world, EventKind::ApiDeleted), told(world, EventKind::ClientUpdated)), (1, 2));
        let id = ClientId::new(gateway.id.as_str());
        let gateway = world.write(move |tx| db!(tx, clients::by_id(&id))).unwrap();
        assert_eq!(gateway.metadata.introspects, Vec::<String>::new());
        assert!(scopes_of(world, &service.id).iter().all(|name| !name.starts_with("orders:")));
        assert_eq!(delete(world, &orders, Force::Yes), ApiChange::Unknown);
    }

    fn a_refresh_after_the_api_is_gone_carries_what_is_left(world: World) {
        world.person("ada");
        let orders = world.orders_api();
        let app = world.client(metadata(ClientKind::Web));
        let tokens = app.sign_in(world, "ada", &[("scope", "openid offline_access orders:read"), ("prompt", "consent")]);
        assert!(matches!(delete(world, &orders, Force::Yes), ApiChange::Done(_)));
        let answer = app.refresh(world, tokens["refresh_token"].as_str().unwrap());
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.json()["scope"], "openid offline_access");
    }
}
