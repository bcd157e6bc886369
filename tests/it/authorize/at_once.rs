//! A browser that is signed in gets its code at once, and nothing is stored for it.

use crate::support::on_both_databases;
use crate::support::people::{PASSWORD, metadata};
use crate::support::relying_party::{claims, param};
use crate::support::steps::{code, error};
use vouchsafe::db;
use vouchsafe_core::model::{ClientId, ClientKind, Span};

on_both_databases! {
    fn a_code_comes_at_once_with_state_and_issuer(world: World) {
        world.person("ada");
        let client = world.client(metadata(ClientKind::Web));
        let browser = world.browser();
        let first = browser.authorize(&client.authorization(&[]), "ada");
        let answer = browser.get(&client.authorization(&[("state", "a b&c=d#e+%")]));
        let location = answer.header("location").to_owned();
        assert_eq!(answer.status, 303);
        assert_eq!(param(&location, "state").as_deref(), Some("a b&c=d#e+%"));
        assert_eq!(param(&location, "iss").as_deref(), Some(world.issuer.as_str()));
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert!(answer.headers.get("set-cookie").is_none());

        let tokens = |code: &str| {
            let answer = client.redeem(world, code);
            assert_eq!(answer.status, 200, "{}", answer.body);
            claims(answer.json()["id_token"].as_str().unwrap())
        };
        let (one, two) = (tokens(&param(&first, "code").unwrap()), tokens(&param(&location, "code").unwrap()));
        for same in ["sub", "auth_time", "sid", "acr", "amr"] {
            assert_eq!(one[same], two[same], "{same}");
        }
        assert_eq!(one["acr"], "urn:vouchsafe:acr:pwd");
        assert_eq!(one["nonce"], "n-1");
    }

    fn silence_is_answered_by_code_or_error_and_never_by_a_page(world: World) {
        world.person("ada");
        world.orders_api();
        let mut asks = metadata(ClientKind::Web);
        asks.first_party = false;
        let client = world.client(asks);
        let browser = world.browser();
        let silent = |over: &[(&str, &str)]| {
            let over: Vec<_> = over.iter().copied().chain([("prompt", "none")]).collect();
            browser.ask(&client, &over)
        };
        assert_eq!(error(&silent(&[])), "login_required");
        browser.authorize(&client.authorization(&[]), "ada");
        code(&silent(&[]));
        assert_eq!(error(&silent(&[("scope", "openid orders:read")])), "consent_required");
        world.wait(Span::from_seconds(120));
        assert_eq!(error(&silent(&[("max_age", "60")])), "login_required");
        code(&silent(&[("max_age", "600")]));
    }

    fn a_session_ends_when_it_is_idle_or_old_and_lives_while_it_is_used(world: World) {
        world.person("ada");
        let client = world.client(metadata(ClientKind::Web));
        let browser = world.browser();
        browser.authorize(&client.authorization(&[]), "ada");
        for _ in 0..3 {
            world.wait(Span::from_hours(7));
            code(&browser.ask(&client, &[]));
        }
        world.wait(Span::from_hours(4));
        assert_eq!(browser.ask(&client, &[]).name(), "login", "it is 25 hours old");

        browser.authorize(&client.authorization(&[]), "ada");
        world.wait(Span::from_hours(9));
        assert_eq!(browser.ask(&client, &[]).name(), "login", "it was not used for 9 hours");
    }

    fn a_client_that_is_gone_gets_no_code_from_a_node_that_has_not_heard_of_it(world: World) {
        world.person("ada");
        let client = world.client(metadata(ClientKind::Web));
        let browser = world.browser();
        browser.authorize(&client.authorization(&[]), "ada");
        let id = ClientId::new(client.id.as_str());
        world.write(move |tx| db!(tx, clients::remove(&id)).map(drop));
        let answer = browser.get(&client.authorization(&[]));
        assert_eq!(param(answer.header("location"), "code"), None);
        world.follow();
        assert_eq!(browser.get(&client.authorization(&[])).status, 400);
    }

    fn a_person_who_may_not_sign_in_gets_no_code_from_a_session_that_stands(world: World) {
        let user = world.person("ada");
        let client = world.client(metadata(ClientKind::Web));
        let browser = world.browser();
        browser.authorize(&client.authorization(&[]), "ada");
        let now = world.services.ports.clock.now();
        world.write(move |tx| db!(tx, users::set_standing(&user.id, Some(now))).map(drop));
        assert_eq!(error(&browser.ask(&client, &[("prompt", "none")])), "login_required");
        let page = browser.ask(&client, &[]);
        assert_eq!(page.name(), "login");
        let answer = browser.submit(&page, &[("username", "ada"), ("password", PASSWORD)]);
        assert_eq!(answer.status, 403);
        assert!(answer.body.contains("id=\"suspended-title\""));
    }
}
