//! RFC 7591 §3: initial access tokens.

use super::refused;
use crate::support::newcomer::{by_token, open, ordinary, with_registration};
use crate::support::world::{Answer, Site};
use serde_json::{Value, json};
use vouchsafe::db;
use vouchsafe_core::model::{InitialAccessToken, InitialToken, Plain, Span};

fn with(world: &Site, token: &str, over: Value) -> Answer {
    Answer::to(world.post("/register").bearer_auth(token).json(&ordinary(over)))
}

with_registration! { by_token;
    fn nobody_registers_without_a_token(world: World, _site: TlsSite) {
        for request in [
            world.post("/register").bearer_auth("vrat_x"),
            world.post("/register").bearer_auth("viat_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        ] {
            let answer = Answer::to(request.json(&ordinary(json!({}))));
            assert_eq!(answer.error(), (401, "invalid_token".to_owned()));
            assert!(answer.header("www-authenticate").starts_with("Bearer "));
        }
        // RFC 6750 §3.1: who brought no token is told of no error.
        for request in [world.post("/register"), world.post("/register").basic_auth("a", Some("b"))] {
            let answer = Answer::to(request.json(&ordinary(json!({}))));
            assert_eq!(answer.error(), (401, "unauthorized".to_owned()));
            assert_eq!((answer.header("www-authenticate"), answer.header("cache-control")), ("Bearer", "no-store"));
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

    fn a_token_that_was_made_for_the_administration_does_not_give_it(world: World, _site: TlsSite) {
        let secret: Plain<InitialAccessToken> = Plain::from_entropy(world.act().entropy.bytes());
        let now = world.act().now;
        let token = InitialToken {
            name: String::new(),
            id: "told".to_owned(),
            uses_left: 9,
            scopes: ["openid", "vouchsafe:read", "vouchsafe:write"].map(str::to_owned).to_vec(),
            created_by: "cli".to_owned(),
            created_at: now,
            expires_at: now.plus(Span::from_days(1)),
        };
        let digest = secret.digest();
        world.write(move |tx| db!(tx, initial_tokens::add(&token, &digest)));
        for scope in ["vouchsafe:read", "vouchsafe:write vouchsafe:read"] {
            let robot = json!({"grant_types": ["client_credentials"], "redirect_uris": [], "scope": scope});
            let (status, _, told) = refused(&with(world, secret.expose(), robot));
            assert!(status == 400 && told.starts_with("scope"), "{status} {told}");
        }
        assert_eq!(with(world, secret.expose(), json!({})).json()["scope"], "openid");
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
        assert_eq!(made["client_name"], "Tideline");
        let robot = crate::support::newcomer::client(&made);
        assert_eq!(robot.token(world, &[("grant_type", "client_credentials")]).status, 200);
        // The name is optional (RFC 7591 §2), and nothing else of such a client says how to call it.
        let unnamed = json!({"grant_types": ["client_credentials"], "scope": "orders:read"});
        let made = Answer::to(world.post("/register").bearer_auth(&wide).json(&unnamed));
        assert_eq!((made.status, made.json()["client_name"].clone()), (201, json!("Unnamed application")));
    }
}

mod beside_open {
    use super::{Answer, Span, json, open, ordinary, with, with_registration};

    with_registration! { open;
        fn a_token_that_is_not_good_is_refused_although_none_is_needed(world: World, _site: TlsSite) {
            let token = world.initial_token(1, Span::from_days(1), &[]);
            assert_eq!(with(world, &token, json!({})).status, 201);
            assert_eq!(with(world, &token, json!({})).error(), (401, "invalid_token".to_owned()));
            assert_eq!(with(world, "no-token", json!({})).error(), (401, "invalid_token".to_owned()));
        }

        fn credentials_of_another_scheme_are_no_token(world: World, _site: TlsSite) {
            let request = world.post("/register").basic_auth("a", Some("b"));
            assert_eq!(Answer::to(request.json(&ordinary(json!({})))).status, 201);
            let token = world.initial_token(1, Span::from_days(1), &[]);
            let request = world.post("/register").bearer_auth(&token).basic_auth("a", Some("b"));
            let twice = Answer::to(request.json(&ordinary(json!({}))));
            assert_eq!(twice.error(), (400, "invalid_request".to_owned()), "two are one too many, whatever they are");
        }
    }
}

mod with_scopes_of_the_administration {
    use super::{json, open, refused, with_registration};
    use crate::support::newcomer::ordinary;
    use vouchsafe::config::{Config, ScopeName};

    fn generous(config: &mut Config) {
        open(config);
        let scopes = ["openid", "vouchsafe:read", "vouchsafe:write"];
        config.registration.scopes = scopes.map(|name| ScopeName(name.to_owned())).to_vec();
    }

    with_registration! { generous;
        fn nobody_comes_by_the_administration_by_registering(world: World, _site: TlsSite) {
            let asked = world.register(&ordinary(json!({"scope": "vouchsafe:write"})));
            assert_eq!(refused(&asked).0, 400, "{}", asked.body);
            assert_eq!(world.registered(json!({"scope": "openid vouchsafe:write"}))["scope"], "openid");
            assert_eq!(world.registered(json!({}))["scope"], "openid");
        }
    }
}
