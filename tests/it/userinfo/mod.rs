//! OpenID Connect Core §5.3; RFC 6750 §2, §3.

use crate::support::on_both_databases;
use crate::support::people::metadata;
use crate::support::relying_party::claims;
use crate::support::world::{Answer, World};
use serde_json::{Value, json};
use vouchsafe_core::model::{ClientKind, IdTokenClaims, Span};

fn access_token(world: &World, scope: &str) -> String {
    world.person("ada");
    let app = world.client(metadata(ClientKind::Spa));
    let response = app.sign_in(world, "ada", &[("scope", scope)]);
    response["access_token"].as_str().unwrap().to_owned()
}

fn ask(world: &World, header: &str) -> Answer {
    Answer::to(world.get("/userinfo").header("authorization", header))
}

on_both_databases! {
    fn claims_follow_the_granted_scopes(world: World) {
        let token = access_token(world, "openid email");
        let answer = ask(world, &format!("Bearer {token}"));
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!(answer.header("cache-control"), "no-store");
        let claims = answer.json();
        assert_eq!(claims["email"], "ada@example.test");
        assert_eq!(claims["email_verified"], json!(true));
        assert!(claims["sub"].is_string());
        assert!(claims.get("name").is_none(), "profile was not granted");
    }

    fn the_profile_scope_gives_the_profile(world: World) {
        let token = access_token(world, "openid profile");
        let claims = ask(world, &format!("Bearer {token}")).json();
        assert_eq!(claims["name"], "Ada Lovelace");
        assert_eq!(claims["preferred_username"], "ada");
        assert!(claims["updated_at"].is_i64());
        assert!(claims.as_object().unwrap().values().all(|value| *value != Value::Null && *value != json!("")));
    }

    fn the_token_may_come_in_the_header_or_in_a_posted_form(world: World) {
        let token = access_token(world, "openid");
        for scheme in ["Bearer", "bearer", "bEARER"] {
            assert_eq!(ask(world, &format!("{scheme} {token}")).status, 200, "{scheme}");
        }
        let post = world.post("/userinfo").bearer_auth(&token);
        assert_eq!(Answer::to(post).status, 200);
        let form = world.post("/userinfo").form(&[("access_token", &token)]);
        assert_eq!(Answer::to(form).status, 200);
    }

    fn a_token_in_the_url_or_in_two_ways_is_refused(world: World) {
        let token = access_token(world, "openid");
        assert_eq!(Answer::to(world.get(&format!("/userinfo?access_token={token}"))).status, 400);
        let both = world.post("/userinfo").bearer_auth(&token).form(&[("access_token", &token)]);
        assert_eq!(Answer::to(both).status, 400);
        let two = [("access_token", &token), ("access_token", &token)];
        assert_eq!(Answer::to(world.post("/userinfo").form(&two)).status, 400);
        for malformed in [format!("Bearer\t{token}"), format!("Bearer {token} x"), format!("Token {token}")] {
            let status = ask(world, &malformed).status;
            assert!(matches!(status, 400 | 401), "{malformed:?}: {status}");
        }
    }

    fn without_a_token_there_is_a_bare_challenge(world: World) {
        let answer = Answer::to(world.get("/userinfo"));
        assert_eq!((answer.status, answer.header("www-authenticate")), (401, "Bearer"));
    }

    fn a_token_without_openid_is_insufficient_scope(world: World) {
        world.orders_api();
        let service = world.client(metadata(ClientKind::Service));
        let token = service.token(world, &[("grant_type", "client_credentials")]).json();
        let answer = ask(world, &format!("Bearer {}", token["access_token"].as_str().unwrap()));
        assert_eq!(answer.status, 403);
        assert!(answer.header("www-authenticate").contains("insufficient_scope"));
    }

    fn a_token_for_an_api_works_when_it_has_openid(world: World) {
        world.orders_api();
        let token = access_token(world, "openid orders:read");
        assert_eq!(ask(world, &format!("Bearer {token}")).status, 200);
    }

    fn groups_and_roles_are_told_to_a_client_that_may_ask_for_them(world: World) {
        world.person("ada");
        world.set_groups("ada", &["staff", "night shift"]);
        world.set_roles("ada", &["clerk"]);
        let told = |scopes: &[&str], id_token_claims| {
            let client = world.client(vouchsafe_core::model::ClientMetadata {
                scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
                id_token_claims,
                ..metadata(ClientKind::Web)
            });
            let tokens = client.sign_in(world, "ada", &[("scope", "openid groups roles")]);
            let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
            let names = |told: &Value| [told["groups"].clone(), told["roles"].clone()];
            [names(&ask(world, &bearer).json()), names(&claims(tokens["id_token"].as_str().unwrap()))]
        };
        let (groups, roles) = (json!(["staff", "night shift"]), json!(["clerk"]));
        let nothing = [Value::Null, Value::Null];
        let both = [groups.clone(), roles];
        assert_eq!(
            told(&["openid", "groups", "roles"], IdTokenClaims::Userinfo),
            [both.clone(), nothing.clone()]
        );
        assert_eq!(told(&["openid", "groups", "roles"], IdTokenClaims::IdToken), [both.clone(), both]);
        let only_groups = [groups, Value::Null];
        assert_eq!(
            told(&["openid", "groups"], IdTokenClaims::Userinfo),
            [only_groups, nothing.clone()]
        );
        assert_eq!(told(&["openid"], IdTokenClaims::IdToken), [nothing.clone(), nothing]);
    }

    fn an_expired_token_is_invalid(world: World) {
        let token = access_token(world, "openid");
        world.wait(Span::from_seconds(400));
        let answer = ask(world, &format!("Bearer {token}"));
        assert_eq!(answer.status, 401);
        assert!(answer.header("www-authenticate").contains("error=\"invalid_token\""));
    }

    fn a_disabled_person_is_refused_at_once(world: World) {
        let token = access_token(world, "openid");
        world.disable("ada");
        let answer = ask(world, &format!("Bearer {token}"));
        assert_eq!(answer.status, 401);
        assert!(answer.header("www-authenticate").contains("vouchsafe_reason=\"revoked\""));
    }

    fn a_token_made_before_a_role_changed_is_told_so(world: World) {
        let token = access_token(world, "openid");
        world.set_roles("ada", &["clerk"]);
        let answer = ask(world, &format!("Bearer {token}"));
        assert_eq!(answer.status, 401);
        assert!(answer.header("www-authenticate").contains("vouchsafe_reason=\"claims_changed\""));
    }
}
