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
        let in_url = world.get(&format!("/userinfo?access_token={token}"));
        let beside = world.get("/userinfo?access_token=x").bearer_auth(&token);
        let both = world.post("/userinfo").bearer_auth(&token).form(&[("access_token", &token)]);
        let two = world.post("/userinfo").form(&[("access_token", &token), ("access_token", &token)]);
        let headers = world.get("/userinfo").bearer_auth(&token).header("authorization", format!("Bearer {token}"));
        for (request, reason) in [
            (in_url, "token_in_query"),
            (beside, "token_in_query"),
            (both, "token_twice"),
            (two, "token_twice"),
            (headers, "authorization_twice"),
        ] {
            let answer = Answer::to(request);
            assert_eq!(answer.error(), (400, "invalid_request".to_owned()), "{reason}");
            let challenge = answer.header("www-authenticate");
            assert!(challenge.starts_with("Bearer error=\"invalid_request\""), "{challenge}");
            assert!(challenge.contains(&format!("vouchsafe_reason=\"{reason}\"")), "{challenge}");
        }
    }

    fn a_malformed_header_is_an_invalid_request_and_a_malformed_token_an_invalid_one(world: World) {
        let token = access_token(world, "openid");
        for (header, status, error) in [
            (format!("Bearer\t{token}"), 400, "invalid_request"),
            ("Bearer ".to_owned(), 400, "invalid_request"),
            (format!("Bearer {token} x"), 401, "invalid_token"),
        ] {
            let answer = ask(world, &header);
            assert_eq!(answer.status, status, "{header:?}");
            let challenge = answer.header("www-authenticate");
            assert!(challenge.starts_with(&format!("Bearer error=\"{error}\"")), "{header:?}: {challenge}");
        }
    }

    fn every_refusal_of_a_request_is_a_challenge(world: World) {
        let token = access_token(world, "openid");
        let repeated = [("access_token", token.as_str()), ("a", "1"), ("a", "2")];
        let unreadable = world.post("/userinfo").header("content-type", "application/x-www-form-urlencoded").body("a=%zz");
        for request in [world.post("/userinfo").form(&repeated), unreadable] {
            let answer = Answer::to(request);
            assert_eq!(answer.error(), (400, "invalid_request".to_owned()));
            let challenge = answer.header("www-authenticate");
            let explained = format!("{}/developers/errors#invalid_request", world.issuer);
            assert_eq!(challenge, format!("Bearer error=\"invalid_request\", error_uri=\"{explained}\""));
        }
    }

    fn another_scheme_brings_no_token_and_another_parameter_is_none(world: World) {
        let token = access_token(world, "openid");
        for header in [format!("Token {token}"), "Basic YWRhOnB3".to_owned(), "Bearerx y".to_owned()] {
            let answer = ask(world, &header);
            assert_eq!((answer.status, answer.header("www-authenticate")), (401, "Bearer"), "{header}");
        }
        let named_alike = world.get("/userinfo?my_access_token_x=1").bearer_auth(&token);
        assert_eq!(Answer::to(named_alike).status, 200);
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
