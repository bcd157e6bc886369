//! RFC 7009: a client takes back its own tokens, and nobody else's.

use crate::support::on_both_databases;
use crate::support::people::{Registered, metadata};
use crate::support::relying_party::claims;
use crate::support::world::{Answer, World};
use serde_json::Value;
use vouchsafe::db;
use vouchsafe_core::model::{ClientKind, Event, EventKind};

const OFFLINE: &[(&str, &str)] = &[("scope", "openid offline_access"), ("prompt", "consent")];

fn app(world: &World, kind: ClientKind) -> (Registered, Value) {
    world.person("ada");
    let app = world.client(metadata(kind));
    let tokens = app.sign_in(world, "ada", OFFLINE);
    (app, tokens)
}

fn text<'a>(tokens: &'a Value, name: &str) -> &'a str {
    tokens[name].as_str().unwrap()
}

fn userinfo(world: &World, token: &str) -> u16 {
    Answer::to(world.get("/userinfo").bearer_auth(token)).status
}

fn events(world: &World, kind: EventKind) -> Vec<Event> {
    let all = world.write(|tx| db!(tx, events::list(None, 1_000)));
    all.into_iter().filter(|event| event.kind == kind).collect()
}

fn service_token(world: &World) -> (Registered, String) {
    world.orders_api();
    let service = world.client(metadata(ClientKind::Service));
    let answer = service.token(
        world,
        &[("grant_type", "client_credentials"), ("scope", "orders:read")],
    );
    let token = text(&answer.json(), "access_token").to_owned();
    (service, token)
}

on_both_databases! {
    fn a_refresh_token_ends_its_grant_and_all_that_it_gave(world: World) {
        for kind in [ClientKind::Spa, ClientKind::Web] {
            let name = format!("{kind:?}").to_lowercase();
            world.person(&name);
            let app = world.client(metadata(kind));
            let tokens = app.sign_in(world, &name, OFFLINE);
            let before = events(world, EventKind::GrantEnded).len();
            let answer = app.revoke(world, text(&tokens, "refresh_token"));
            assert_eq!((answer.status, answer.body.as_str(), answer.header("cache-control")), (200, "", "no-store"));
            assert_eq!(app.refresh(world, text(&tokens, "refresh_token")).error(), (400, "invalid_grant".to_owned()));
            assert_eq!(userinfo(world, text(&tokens, "access_token")), 401);
            assert_eq!(app.revoke(world, text(&tokens, "refresh_token")).status, 200, "as often as one likes");
            let ended = events(world, EventKind::GrantEnded);
            assert_eq!(ended.len(), before + 1, "told once");
            let actor = format!("client:{}", app.id);
            assert!(ended.iter().any(|event| event.actor == actor && event.detail["reason"] == "revoked"));
        }
    }

    fn a_spent_refresh_token_ends_the_grant_as_well(world: World) {
        let (app, tokens) = app(world, ClientKind::Spa);
        let next = app.refresh(world, text(&tokens, "refresh_token")).json();
        assert_eq!(app.revoke(world, text(&tokens, "refresh_token")).status, 200);
        assert_eq!(app.refresh(world, text(&next, "refresh_token")).status, 400);
    }

    fn an_access_token_ends_and_the_grant_goes_on(world: World) {
        let (app, tokens) = app(world, ClientKind::Web);
        let token = text(&tokens, "access_token");
        assert_eq!(app.revoke(world, token).status, 200);
        assert_eq!(userinfo(world, token), 401);
        assert_eq!(app.revoke(world, token).status, 200);
        let raised = events(world, EventKind::GrantClaimsRaised);
        assert_eq!(raised.len(), 1, "raised and told once");
        let claims = claims(token);
        assert_eq!(raised[0].target.as_deref(), claims["gid"].as_str());
        assert_eq!(raised[0].value, Some(claims["gver"].as_i64().unwrap() + 1));
        let again = app.refresh(world, text(&tokens, "refresh_token")).json();
        assert_eq!(userinfo(world, text(&again, "access_token")), 200);
    }

    fn a_token_without_a_grant_ends_by_its_name(world: World) {
        let (service, token) = service_token(world);
        assert_eq!(service.introspect(world, &token).json()["active"], true);
        assert_eq!(service.revoke(world, &token).status, 200);
        assert_eq!(service.revoke(world, &token).status, 200);
        assert_eq!(service.introspect(world, &token).body, r#"{"active":false}"#);
        let ended = events(world, EventKind::TokenEnded);
        assert_eq!(ended.len(), 1);
        let claims = claims(&token);
        assert_eq!(ended[0].target.as_deref(), claims["jti"].as_str());
        assert_eq!(ended[0].expires_at.seconds(), claims["exp"].as_i64().unwrap() + 120, "known until nobody takes it");
    }

    fn of_simultaneous_revocations_of_one_token_one_is_told(world: World) {
        let (service, token) = service_token(world);
        let other = World::on(world);
        std::thread::scope(|scope| {
            for number in 0..8 {
                let (node, service, token) = (if number % 2 == 0 { world } else { &other }, &service, &token);
                scope.spawn(move || assert_eq!(service.revoke(node, token).status, 200));
            }
        });
        assert_eq!(events(world, EventKind::TokenEnded).len(), 1);
    }

    fn a_foreign_or_unknown_token_changes_nothing(world: World) {
        let (app, tokens) = app(world, ClientKind::Web);
        let other = world.client(metadata(ClientKind::Web));
        let public = world.client(metadata(ClientKind::Spa));
        let (access, refresh) = (text(&tokens, "access_token"), text(&tokens, "refresh_token"));
        for token in [access, refresh, "garbage", "vrt1.a.b.0.c", "a.b.c", "-"] {
            for client in [&other, &public] {
                let answer = client.revoke(world, token);
                assert_eq!((answer.status, answer.body.as_str()), (200, ""), "{token}");
            }
        }
        assert_eq!(userinfo(world, access), 200);
        assert_eq!(app.refresh(world, refresh).status, 200);
    }

    fn the_hint_is_only_a_hint(world: World) {
        let (app, tokens) = app(world, ClientKind::Spa);
        for hint in ["access_token", "nonsense"] {
            let form = [("token", text(&tokens, "refresh_token")), ("token_type_hint", hint)];
            assert_eq!(app.post(world, "/revoke", &form).status, 200);
        }
        assert_eq!(app.refresh(world, text(&tokens, "refresh_token")).status, 400);
    }

    fn an_id_token_is_of_an_unsupported_type(world: World) {
        let (app, tokens) = app(world, ClientKind::Web);
        let answer = app.revoke(world, text(&tokens, "id_token"));
        assert_eq!(answer.error(), (400, "unsupported_token_type".to_owned()));
    }

    fn who_asks_is_authenticated_as_at_the_token_endpoint(world: World) {
        let (app, tokens) = app(world, ClientKind::Web);
        let refresh = text(&tokens, "refresh_token");
        let form = |extra: &[(&str, &str)]| {
            let form: Vec<_> = [("token", refresh)].into_iter().chain(extra.iter().copied()).collect();
            Answer::to(world.post("/revoke").form(&form)).error()
        };
        let invalid_client = (401, "invalid_client".to_owned());
        assert_eq!(form(&[]), invalid_client);
        assert_eq!(form(&[("client_id", &app.id)]), invalid_client);
        assert_eq!(form(&[("client_id", &app.id), ("client_secret", "wrong")]), invalid_client);
        let invalid_request = (400, "invalid_request".to_owned());
        assert_eq!(app.post(world, "/revoke", &[]).error(), invalid_request);
        assert_eq!(app.post(world, "/revoke", &[("token", refresh), ("token", refresh)]).error(), invalid_request);
        assert_eq!(app.post(world, "/revoke?x=y", &[("token", refresh)]).error(), invalid_request);
        assert_eq!(Answer::to(world.get("/revoke")).status, 405);
        assert_eq!(app.refresh(world, refresh).status, 200, "nothing of this ended anything");
    }

    fn a_page_of_the_client_may_call_it(world: World) {
        let (app, tokens) = app(world, ClientKind::Spa);
        let preflight = |origin: &str| {
            let request = world.request("OPTIONS", "/revoke").header("origin", origin);
            Answer::to(request.header("access-control-request-method", "POST"))
        };
        assert_eq!(preflight("https://client.example").header("access-control-allow-origin"), "https://client.example");
        assert_eq!(preflight("https://evil.example").header("access-control-allow-origin"), "");
        let form = [("client_id", app.id.as_str()), ("token", text(&tokens, "refresh_token"))];
        let called = Answer::to(world.post("/revoke").header("origin", "https://client.example").form(&form));
        assert_eq!((called.status, called.header("access-control-allow-origin")), (200, "https://client.example"));
    }
}
