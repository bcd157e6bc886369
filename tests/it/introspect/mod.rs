//! RFC 7662, RFC 9701, and the one gate that every endpoint asks.

use crate::support::on_both_databases;
use crate::support::people::{Registered, metadata};
use crate::support::relying_party::{claims, header};
use crate::support::world::{Answer, World};
use serde_json::{Value, json};
use vouchsafe_core::model::{ClientKind, Span};

const INACTIVE: &str = r#"{"active":false}"#;
const OFFLINE: &[(&str, &str)] = &[
    ("scope", "openid offline_access orders:read"),
    ("prompt", "consent"),
];

struct Cast {
    app: Registered,
    api: Registered,
    tokens: Value,
}

/// Ada signed in at an app for the orders API, which may introspect.
fn cast(world: &World) -> Cast {
    let audience = world.orders_api();
    world.person("ada");
    let app = world.client(metadata(ClientKind::Spa));
    let mut resource_server = metadata(ClientKind::Service);
    resource_server.introspects = vec![audience];
    let api = world.client(resource_server);
    let tokens = app.sign_in(world, "ada", OFFLINE);
    Cast { app, api, tokens }
}

impl Cast {
    fn access(&self) -> &str {
        self.tokens["access_token"].as_str().unwrap()
    }

    fn refresh(&self) -> &str {
        self.tokens["refresh_token"].as_str().unwrap()
    }

    fn is_active(&self, world: &World, token: &str) -> bool {
        let answer = self.api.introspect(world, token);
        assert_eq!(answer.status, 200, "{}", answer.body);
        let active = answer.json()["active"] == true;
        assert!(active || answer.body == INACTIVE, "{}", answer.body);
        active
    }
}

on_both_databases! {
    fn a_resource_server_learns_all_that_the_token_says(world: World) {
        let cast = cast(world);
        let answer = cast.api.introspect(world, cast.access());
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!(answer.header("cache-control"), "no-store");
        let told = answer.json();
        assert_eq!((&told["active"], &told["token_type"], &told["username"]), (&json!(true), &json!("Bearer"), &json!("ada")));
        for (name, value) in claims(cast.access()).as_object().unwrap() {
            assert_eq!(told[name], *value, "{name}");
        }
    }

    fn a_client_sees_its_own_tokens_and_those_of_its_audiences_only(world: World) {
        let cast = cast(world);
        let stranger = world.client(metadata(ClientKind::Web));
        assert_eq!(stranger.introspect(world, cast.access()).body, INACTIVE);
        let web = world.client(metadata(ClientKind::Web));
        let own = web.sign_in(world, "ada", &[("scope", "openid")]);
        let token = own["access_token"].as_str().unwrap();
        assert_eq!(web.introspect(world, token).json()["active"], true);
        assert!(!cast.is_active(world, token), "another audience");
    }

    fn a_refresh_token_is_seen_by_its_own_client_and_is_not_used_by_it(world: World) {
        world.person("ada");
        let web = world.client(metadata(ClientKind::Web));
        let other = world.client(metadata(ClientKind::Web));
        let tokens = web.sign_in(world, "ada", &[("scope", "openid offline_access"), ("prompt", "consent")]);
        let token = tokens["refresh_token"].as_str().unwrap();
        for _ in 0..3 {
            let told = web.introspect(world, token).json();
            assert_eq!((&told["active"], &told["token_type"], &told["username"]), (&json!(true), &json!("N_A"), &json!("ada")));
            assert_eq!((&told["scope"], &told["client_id"]), (&json!("openid offline_access"), &json!(web.id)));
            assert!(told["exp"].as_i64().unwrap() > told["iat"].as_i64().unwrap());
        }
        assert_eq!(other.introspect(world, token).body, INACTIVE);
        let hinted = [("token", token), ("token_type_hint", "access_token")];
        assert_eq!(web.post(world, "/introspect", &hinted).json()["active"], true);
        assert_eq!(web.refresh(world, token).status, 200);
        web.revoke(world, token);
        assert_eq!(web.introspect(world, token).body, INACTIVE);
    }

    fn whatever_is_wrong_looks_the_same(world: World) {
        let cast = cast(world);
        let elsewhere = World::sqlite("elsewhere");
        let theirs = self::cast(&elsewhere);
        let parts: Vec<&str> = cast.access().split('.').collect();
        let unsigned = format!("eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.{}.", parts[1]);
        let id_token = cast.tokens["id_token"].as_str().unwrap();
        for token in ["garbage", "a.b.c", "vrt1.a.b.0.c", &unsigned, theirs.access(), id_token, cast.refresh()] {
            assert!(!cast.is_active(world, token), "{token}");
        }
        world.wait(Span::from_seconds(400));
        assert!(!cast.is_active(world, cast.access()), "expired");
    }

    fn who_asks_must_have_proven_something(world: World) {
        let cast = cast(world);
        let invalid_client = (401, "invalid_client".to_owned());
        assert_eq!(Answer::to(world.post("/introspect").form(&[("token", cast.access())])).error(), invalid_client);
        assert_eq!(cast.app.introspect(world, cast.access()).error(), invalid_client, "a client_id alone proves nothing");
        let wrong = world.post("/introspect").basic_auth(&cast.api.id, Some("wrong")).form(&[("token", cast.access())]);
        assert_eq!(Answer::to(wrong).error(), invalid_client);
        assert_eq!(cast.api.post(world, "/introspect", &[]).error(), (400, "invalid_request".to_owned()));
        assert_eq!(Answer::to(world.get(&format!("/introspect?token={}", cast.access()))).status, 405);
    }

    fn a_signed_answer_is_for_the_one_who_asked(world: World) {
        let cast = cast(world);
        let ask = |token: &str| {
            let request = world.post("/introspect").header("accept", "application/token-introspection+jwt");
            let secret = cast.api.secret.as_deref();
            Answer::to(request.basic_auth(&cast.api.id, secret).form(&[("token", token)]))
        };
        let answer = ask(cast.access());
        assert_eq!(answer.header("content-type"), "application/token-introspection+jwt");
        assert_eq!(header(&answer.body)["typ"], "token-introspection+jwt");
        let said = claims(&answer.body);
        assert_eq!((&said["iss"], &said["aud"]), (&json!(world.issuer), &json!(cast.api.id)));
        assert_eq!(said["token_introspection"]["sub"], claims(cast.access())["sub"]);
        assert!(said.get("sub").is_none() && said.get("exp").is_none() && said["iat"].is_i64());
        assert_eq!(claims(&ask("garbage").body)["token_introspection"], json!({"active": false}));
        let bearer = Answer::to(world.get("/userinfo").bearer_auth(&answer.body));
        assert_eq!(bearer.status, 401, "it is no access token");
    }

    fn a_person_who_does_not_stand_gets_nothing_from_any_endpoint(world: World) {
        let cast = cast(world);
        let code = cast.app.code(world, "ada", OFFLINE);
        world.disable("ada");
        assert!(!cast.is_active(world, cast.access()), "introspection");
        assert_eq!(Answer::to(world.get("/userinfo").bearer_auth(cast.access())).status, 401, "UserInfo");
        let invalid_grant = (400, "invalid_grant".to_owned());
        assert_eq!(cast.app.redeem(world, &code).error(), invalid_grant, "code exchange");
        assert_eq!(cast.app.refresh(world, cast.refresh()).error(), invalid_grant, "refresh");
        world.enable("ada");
        assert!(!cast.is_active(world, cast.access()), "and enabling revives nothing");
        assert_eq!(cast.app.refresh(world, cast.refresh()).error(), invalid_grant);
    }

    fn roles_are_in_the_tokens_of_an_api_that_asked_for_them(world: World) {
        let cast = cast(world);
        assert!(claims(cast.access()).get("roles").is_none());
        world.set_roles("ada", &["clerk"]);
        assert!(!cast.is_active(world, cast.access()), "made before the roles changed");
        world.api_with_roles("https://api.example/desk", &["desk:use"]);
        let mut wants = metadata(ClientKind::Web);
        wants.scopes.push("desk:use".to_owned());
        let desk = world.client(wants);
        let tokens = desk.sign_in(world, "ada", &[("scope", "openid desk:use")]);
        let token = tokens["access_token"].as_str().unwrap();
        assert_eq!(claims(token)["roles"], json!(["clerk"]));
        assert_eq!(desk.introspect(world, token).json()["roles"], json!(["clerk"]));
    }
}
