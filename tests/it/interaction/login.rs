//! The sign-in page.

use crate::support::on_both_databases;
use crate::support::people::{PASSWORD, metadata};
use crate::support::steps::{code, error};
use crate::support::world::{Answer, World};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use vouchsafe::accounts::passwords::{Cost, Password, hash_here};
use vouchsafe_core::model::{ClientKind, Span};

on_both_databases! {
    fn the_form_has_the_names_that_never_change(world: World) {
        let client = world.client(metadata(ClientKind::Web));
        let page = world.browser().ask(&client, &[]);
        assert_eq!(page.answer.status, 200);
        for needed in [
            "id=\"login-form\"", "id=\"login-username\"", "id=\"login-password\"", "id=\"login-submit\"",
            "id=\"login-cancel\"", "name=\"username\"", "name=\"password\"", "Sign in", "Storefront",
        ] {
            assert!(page.says(needed), "{needed}");
        }
    }

    fn name_and_address_in_any_spelling_sign_in(world: World) {
        world.person("ada");
        let client = world.client(metadata(ClientKind::Web));
        for name in ["ada", " ADA ", "ada@example.test", "Ada@Example.TEST"] {
            let browser = world.browser();
            let page = browser.ask(&client, &[]);
            code(&browser.fill(&page, &[("username", name), ("password", PASSWORD)]));
        }
    }

    fn every_failure_looks_the_same_and_keeps_the_name(world: World) {
        let disabled = world.person("mallory");
        world.person("ada");
        let now = world.services.ports.clock.now();
        world.write(move |tx| vouchsafe::db!(tx, users::set_standing(&disabled.id, Some(now))).map(drop));
        let client = world.client(metadata(ClientKind::Web));
        let failure = |name: &str, password: &str| {
            let browser = world.browser();
            let page = browser.ask(&client, &[]);
            let answer = browser.submit(&page, &[("username", name), ("password", password)]);
            assert_eq!(answer.status, 422);
            assert!(answer.body.contains(&format!("value=\"{name}\"")));
            assert!(!answer.body.contains(password));
            let token = crate::support::browser::hidden(&answer.body, "form_token");
            let action = page.at;
            answer.body.replace(&token, "").replace(action.trim_start_matches(&world.issuer), "").replace(name, "")
        };
        let wrong = failure("ada", "wrong horse battery");
        assert!(wrong.contains("We could not sign you in"));
        assert_eq!(wrong, failure("nobody", "wrong horse battery"));
        assert_eq!(wrong, failure("mallory", "wrong horse battery"));
        assert_eq!(wrong, failure("ada", &"x".repeat(600)));
    }

    fn every_failure_costs_the_same_work(world: World) {
        world.person("ada");
        let client = world.client(metadata(ClientKind::Web));
        let work = |name: &str| {
            let counts = || {
                let metrics = world.services.metrics.render();
                let lines = metrics.lines().filter(|line| line.contains("operation=") && line.contains("_count"));
                let counted = lines.filter_map(|line| line.rsplit_once(' '));
                counted.map(|(name, count)| (name.to_owned(), count.parse().unwrap())).collect::<BTreeMap<_, u64>>()
            };
            let browser = world.browser();
            let page = browser.ask(&client, &[]);
            let before = counts();
            browser.submit(&page, &[("username", name), ("password", "wrong horse battery")]);
            let mut grown = counts();
            for (name, count) in &mut grown {
                *count -= before.get(name).copied().unwrap_or_default();
            }
            grown.retain(|_, count| *count > 0);
            grown
        };
        let known = work("ada");
        assert!(known.len() >= 2, "{known:?}");
        assert_eq!(known, work("nobody"));
        world.person("bob");
        world.disable("bob");
        assert_eq!(known, work("bob"), "disabled");
        world.person("eve");
        world.sql("UPDATE users SET password_hash = NULL WHERE username = 'eve'");
        assert_eq!(known, work("eve"), "without a password");
    }

    fn an_empty_field_is_named(world: World) {
        let client = world.client(metadata(ClientKind::Web));
        let browser = world.browser();
        let page = browser.ask(&client, &[]);
        let answer = browser.submit(&page, &[("username", ""), ("password", "")]);
        assert_eq!(answer.status, 422);
        assert!(answer.body.contains("Enter your password") && answer.body.contains("Enter your e-mail"));
    }

    fn cancelling_tells_the_client(world: World) {
        let client = world.client(metadata(ClientKind::Web));
        let browser = world.browser();
        let page = browser.ask(&client, &[]);
        let end = browser.fill(&page, &[("cancel", "1"), ("username", ""), ("password", "")]);
        assert_eq!(error(&end), "access_denied");
        assert!(end.at.contains("state=s-1") && end.at.contains("iss="));
    }

    fn who_wants_to_stay_signed_in_does(world: World) {
        world.person("ada");
        let client = world.client(metadata(ClientKind::Web));
        let browser = world.browser();
        let page = browser.ask(&client, &[]);
        let answer = browser.submit(&page, &[("username", "ada"), ("password", PASSWORD), ("remember", "1")]);
        let cookie = answer.header("set-cookie").to_owned();
        assert!(cookie.contains("Max-Age=2592000"), "{cookie}");
        world.wait(Span::from_days(29));
        code(&browser.ask(&client, &[]));
        let page = browser.ask(&client, &[("prompt", "login")]);
        let answer = browser.submit(&page, &[("username", "ada"), ("password", PASSWORD)]);
        assert!(answer.header("set-cookie").contains("Max-Age="), "it is still remembered");
        world.wait(Span::from_days(31));
        assert_eq!(browser.ask(&client, &[]).name(), "login");
    }

    fn another_person_ends_the_first_ones_session_and_what_lives_in_it(world: World) {
        world.person("ada");
        world.person("bob");
        let mut online = metadata(ClientKind::Web);
        online.online_refresh = true;
        let client = world.client(online);
        let browser = world.browser();
        let end = browser.authorize(&client.authorization(&[]), "ada");
        let tokens = client.redeem(world, &crate::support::relying_party::param(&end, "code").unwrap()).json();
        let refresh = tokens["refresh_token"].as_str().unwrap();
        let first = browser.cookies();
        let page = browser.ask(&client, &[("prompt", "select_account")]);
        let page = browser.fill(&page, &[("account", "other")]);
        code(&browser.fill(&page, &[("username", "bob"), ("password", PASSWORD)]));
        assert_eq!(client.refresh(world, refresh).error(), (400, "invalid_grant".to_owned()));
        let old = world.browser();
        for (name, value) in &first {
            old.set_cookie(name, value);
        }
        assert_eq!(old.ask(&client, &[]).name(), "login");
    }

    fn the_chosen_language_is_remembered(world: World) {
        let client = world.client(metadata(ClientKind::Web));
        let browser = world.browser();
        let page = browser.ask(&client, &[]);
        let german = browser.go(&format!("{}?ui_locales=de", page.at));
        assert!(german.says("lang=\"de\"") && german.says("Anmelden"));
        assert!(browser.ask(&client, &[]).says("lang=\"de\""));
    }
}

/// Keeps every thread of the pool busy, and its queue full, while `during` runs.
fn while_passwords_are_busy(world: &World, during: impl FnOnce()) {
    let slow = hash_here(
        Cost::of_memory(64 * 1024),
        &Password::parse("slow").unwrap(),
        [7; 16],
    );
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..20 {
            let (slow, over, passwords) = (slow.clone(), &over, &world.services.passwords);
            scope.spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
                while !over.load(Ordering::Relaxed) {
                    let guess = Password::parse("guess").unwrap();
                    let _ = runtime.block_on(passwords.verify(guess, slow.clone(), [7; 16]));
                }
            });
        }
        during();
        over.store(true, Ordering::Relaxed);
    });
}

#[test]
fn a_full_pool_is_503_with_retry_after_and_costs_no_attempt() {
    let world = World::sqlite("full pool");
    world.person("ada");
    let client = world.client(metadata(ClientKind::Web));
    let browser = world.browser();
    let page = browser.ask(&client, &[]);
    let attempt = || browser.submit(&page, &[("username", "ada"), ("password", PASSWORD)]);
    while_passwords_are_busy(&world, || {
        // More than the limit of failures.
        for _ in 0..12 {
            let mut busy = attempt();
            for _ in 0..50 {
                if busy.status == 503 {
                    break;
                }
                busy = attempt();
            }
            assert_eq!(busy.status, 503);
            assert_eq!(busy.header("retry-after"), "2");
            assert!(
                busy.body.contains("id=\"login-form\""),
                "the form is there to be sent again"
            );
        }
        let token = Answer::to(world.get("/jwks"));
        assert_eq!(token.status, 200, "nothing else waits for passwords");
    });
    assert_eq!(attempt().status, 303);
}
