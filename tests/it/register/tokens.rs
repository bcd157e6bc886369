//! RFC 7591 §3: initial access tokens.

use super::refused;
use crate::support::newcomer::{by_token, open, ordinary, with_registration};
use crate::support::world::{Answer, Site};
use serde_json::{Value, json};
use vouchsafe_core::model::Span;

fn with(world: &Site, token: &str, over: Value) -> Answer {
    Answer::to(world.post("/register").bearer_auth(token).json(&ordinary(over)))
}

with_registration! { by_token;
    fn nobody_registers_without_a_token(world: World, _site: TlsSite) {
        for request in [
            world.post("/register"),
            world.post("/register").bearer_auth("vrat_x"),
            world.post("/register").bearer_auth("viat_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
            world.post("/register").basic_auth("a", Some("b")),
        ] {
            let answer = Answer::to(request.json(&ordinary(json!({}))));
            assert_eq!(answer.error(), (401, "invalid_token".to_owned()));
            assert!(answer.header("www-authenticate").starts_with("Bearer "));
        }
        let facts = Answer::to(world.get("/.well-known/openid-configuration")).json();
        assert!(facts["registration_endpoint"].is_string());
    }

    fn a_token_is_good_for_so_many_clients_and_so_long(world: World, _site: TlsSite) {
        let token = world.initial_token(2, Span::from_days(1), &[]);
        let wrong = with(world, &token, json!({"redirect_uris": ["http://x.example/"]}));
        assert_eq!(refused(&wrong).0, 400, "a mistake costs nothing");
        assert_eq!(with(world, &token, json!({})).status, 201);
        assert_eq!(with(world, &token, json!({})).status, 201);
        assert_eq!(with(world, &token, json!({})).error(), (401, "invalid_token".to_owned()));
        let short = world.initial_token(9, Span::from_hours(1), &[]);
        world.wait(Span::from_minutes(59));
        assert_eq!(with(world, &short, json!({})).status, 201);
        world.wait(Span::from_minutes(1));
        assert_eq!(with(world, &short, json!({})).status, 401);
    }

    fn a_token_says_which_scopes_its_clients_may_have(world: World, _site: TlsSite) {
        world.orders_api();
        let plain = world.initial_token(9, Span::from_days(1), &[]);
        let made = with(world, &plain, json!({"scope": "openid orders:read"})).json();
        assert_eq!(made["scope"], "openid");
        let wide = world.initial_token(9, Span::from_days(1), &["openid", "orders:read"]);
        let made = with(world, &wide, json!({"scope": "openid orders:read orders:write email"})).json();
        assert_eq!(made["scope"], "openid orders:read");
        assert_eq!(with(world, &wide, json!({})).json()["scope"], "openid orders:read");
        let robot = json!({"grant_types": ["client_credentials"], "redirect_uris": [], "scope": "orders:read"});
        let made = with(world, &wide, robot).json();
        world.follow();
        let robot = crate::support::newcomer::client(&made);
        assert_eq!(robot.token(world, &[("grant_type", "client_credentials")]).status, 200);
    }
}

mod beside_open {
    use super::{Span, json, open, with, with_registration};

    with_registration! { open;
        fn a_token_that_is_not_good_is_refused_although_none_is_needed(world: World, _site: TlsSite) {
            let token = world.initial_token(1, Span::from_days(1), &[]);
            assert_eq!(with(world, &token, json!({})).status, 201);
            assert_eq!(with(world, &token, json!({})).error(), (401, "invalid_token".to_owned()));
            assert_eq!(with(world, "no-token", json!({})).error(), (401, "invalid_token".to_owned()));
        }
    }
}
