//! `prompt`, `max_age`, `login_hint` and `id_token_hint`.

use crate::support::on_both_databases;
use crate::support::people::{PASSWORD, metadata};
use crate::support::relying_party::{claims, param};
use crate::support::steps::{code, error};
use vouchsafe_core::model::{ClientKind, ClientMetadata, Span};

on_both_databases! {
    fn prompt_login_asks_again_and_the_new_sign_in_is_later(world: World) {
        world.person("ada");
        let client = world.client(metadata(ClientKind::Web));
        let browser = world.browser();
        let first = browser.authorize(&client.authorization(&[]), "ada");
        let before = browser.cookies();
        world.wait(Span::from_seconds(2));
        let page = browser.ask(&client, &[("prompt", "login")]);
        assert_eq!(page.name(), "login");
        assert!(page.says("Sign in") && page.says("ada@example.test"));
        let end = browser.fill(&page, &[("username", "ada"), ("password", PASSWORD)]);
        let redeem = |code: &str| client.redeem(world, code).json();
        let one = redeem(&param(&first, "code").unwrap());
        let two = redeem(&code(&end));
        let (one, two) = (claims(one["id_token"].as_str().unwrap()), claims(two["id_token"].as_str().unwrap()));
        assert_eq!(one["auth_time"].as_i64().unwrap() + 2, two["auth_time"].as_i64().unwrap());
        assert_eq!(one["sid"], two["sid"], "the session goes on");
        let session = before.keys().find(|name| name.starts_with("vs_session")).unwrap();
        assert_ne!(before[session], browser.cookies()[session], "under a new cookie");
        let old = world.browser();
        old.set_cookie(session, &before[session]);
        assert_eq!(old.ask(&client, &[]).name(), "login", "the old one is dead");
    }

    fn max_age_asks_again_when_the_sign_in_is_older(world: World) {
        world.person("ada");
        let client = world.client(metadata(ClientKind::Web));
        let browser = world.browser();
        browser.authorize(&client.authorization(&[]), "ada");
        world.wait(Span::from_seconds(2));
        code(&browser.ask(&client, &[("max_age", "10000")]));
        let page = browser.ask(&client, &[("max_age", "1")]);
        assert_eq!(page.name(), "login");
        code(&browser.fill(&page, &[("username", "ada"), ("password", PASSWORD)]));
        assert_eq!(browser.ask(&client, &[("max_age", "0")]).name(), "login");
    }

    fn max_age_is_judged_again_when_the_code_is_given(world: World) {
        world.person("ada");
        let client = world.client(ClientMetadata { first_party: false, ..metadata(ClientKind::Web) });
        let browser = world.browser();
        let page = browser.ask(&client, &[("max_age", "600")]);
        let page = browser.fill(&page, &[("username", "ada"), ("password", PASSWORD)]);
        assert_eq!(page.name(), "consent");
        world.wait(Span::from_minutes(30));
        let page = browser.fill(&page, &[("decision", "allow")]);
        assert_eq!(page.name(), "login", "the sign-in is half an hour old");
        let page = browser.fill(&page, &[("username", "ada"), ("password", PASSWORD)]);
        assert_eq!(page.name(), "consent");
        let code = code(&browser.fill(&page, &[("decision", "allow")]));
        let tokens = client.redeem(world, &code).json();
        let claims = claims(tokens["id_token"].as_str().unwrap());
        assert_eq!(claims["auth_time"], claims["iat"], "and the new one is what the client is told");
    }

    fn a_hint_fills_the_form_and_tells_nothing(world: World) {
        world.person("ada");
        let client = world.client(metadata(ClientKind::Web));
        for hint in ["ada", "buffy@example.test"] {
            let page = world.browser().ask(&client, &[("login_hint", hint)]);
            assert!(page.says(&format!("value=\"{hint}\"")), "{}", page.answer.body);
            assert!(!page.says("Lovelace"));
        }
        let wishes = [("ui_locales", "se"), ("claims_locales", "se"), ("display", "popup"), ("acr_values", "1 2")];
        assert_eq!(world.browser().ask(&client, &wishes).name(), "login");
        assert!(world.browser().ask(&client, &[("ui_locales", "fr de")]).says("lang=\"de\""));
    }

    fn an_id_token_hint_wants_that_person(world: World) {
        world.person("ada");
        world.person("bob");
        let client = world.client(metadata(ClientKind::Web));
        let browser = world.browser();
        let ended = browser.authorize(&client.authorization(&[]), "ada");
        let tokens = client.redeem(world, &param(&ended, "code").unwrap()).json();
        let hint = tokens["id_token"].as_str().unwrap();
        world.wait(Span::from_hours(2));
        code(&browser.ask(&client, &[("id_token_hint", hint), ("prompt", "none")]));

        let other = world.browser();
        other.authorize(&client.authorization(&[]), "bob");
        assert_eq!(error(&other.ask(&client, &[("id_token_hint", hint), ("prompt", "none")])), "login_required");
        let page = other.ask(&client, &[("id_token_hint", hint)]);
        assert_eq!(page.name(), "login");
        let again_bob = other.fill(&page, &[("username", "bob"), ("password", PASSWORD)]);
        assert_eq!(error(&again_bob), "login_required");
        let page = other.ask(&client, &[("id_token_hint", hint)]);
        code(&other.fill(&page, &[("username", "ada"), ("password", PASSWORD)]));
    }
}
