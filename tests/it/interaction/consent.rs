//! The consent page: when it comes, what it says, and what is remembered.

use crate::support::browser::Browser;
use crate::support::databases::{amid, number};
use crate::support::on_both_databases;
use crate::support::people::{PASSWORD, Registered, metadata};
use crate::support::steps::{Page, code, error};
use crate::support::world::World;
use vouchsafe_core::model::{ClientKind, ClientMetadata, EventKind};

fn asking(kind: ClientKind) -> ClientMetadata {
    let mut metadata = metadata(kind);
    metadata.first_party = false;
    metadata
}

/// Signs in and stops at the consent page.
fn asked(browser: &Browser<'_>, client: &Registered, over: &[(&str, &str)]) -> Page {
    let page = browser.ask(client, over);
    let page = browser.fill(&page, &[("username", "ada"), ("password", PASSWORD)]);
    assert_eq!(page.name(), "consent", "{}", page.answer.body);
    page
}

const ALLOW: &[(&str, &str)] = &[("decision", "allow")];

/// How many remembered consents have this scope.
fn allowing(world: &World, scope: &str) -> i64 {
    let query = format!("SELECT count(*) FROM consents WHERE scopes LIKE '%\"{scope}\"%'");
    number(world.database(), &query)
}

fn world_with_ada(world: &World) {
    world.person("ada");
    world.orders_api();
}

on_both_databases! {
    fn it_says_who_asks_for_what_and_where_one_goes(world: World) {
        world_with_ada(world);
        let client = world.client(asking(ClientKind::Web));
        let page = asked(&world.browser(), &client, &[("scope", "openid email orders:read offline_access")]);
        for needed in [
            "id=\"consent-form\"", "id=\"consent-allow\"", "id=\"consent-deny\"", "name=\"decision\"",
            "value=\"allow\"", "value=\"deny\"", "Storefront", "client.example", "ada@example.test",
            "Use orders:read", "while you are away",
        ] {
            assert!(page.says(needed), "{needed}: {}", page.answer.body);
        }
    }

    fn denying_tells_the_client_and_nothing_is_remembered(world: World) {
        world_with_ada(world);
        let client = world.client(asking(ClientKind::Web));
        let browser = world.browser();
        let page = asked(&browser, &client, &[]);
        let end = browser.fill(&page, &[("decision", "deny")]);
        assert_eq!(error(&end), "access_denied");
        assert!(end.at.contains("state=s-1") && end.at.contains("iss="));
        assert_eq!(browser.ask(&client, &[]).name(), "consent");
    }

    fn what_was_allowed_is_not_asked_again_and_what_is_new_is(world: World) {
        world_with_ada(world);
        let client = world.client(asking(ClientKind::Web));
        let browser = world.browser();
        let page = asked(&browser, &client, &[("scope", "openid orders:read")]);
        code(&browser.fill(&page, &[("decision", "allow")]));
        code(&browser.ask(&client, &[("scope", "openid orders:read")]));
        code(&browser.ask(&client, &[("scope", "openid")]));
        let more = browser.ask(&client, &[("scope", "openid orders:write")]);
        assert_eq!(more.name(), "consent");
        assert!(more.says("Use orders:write"));
        code(&browser.fill(&more, &[("decision", "allow")]));
        code(&browser.ask(&client, &[("scope", "openid orders:read orders:write")]));
        let later = world.browser();
        let page = later.ask(&client, &[("scope", "openid orders:read")]);
        code(&later.fill(&page, &[("username", "ada"), ("password", PASSWORD)]));
        assert_eq!(browser.ask(&client, &[("prompt", "consent")]).name(), "consent");
    }

    fn a_public_client_is_asked_again_in_a_new_session(world: World) {
        world_with_ada(world);
        let client = world.client(asking(ClientKind::Spa));
        let browser = world.browser();
        let page = asked(&browser, &client, &[]);
        code(&browser.fill(&page, &[("decision", "allow")]));
        code(&browser.ask(&client, &[]));
        asked(&world.browser(), &client, &[]);
    }

    fn a_first_party_client_is_not_asked_unless_it_must(world: World) {
        world_with_ada(world);
        let browser = world.browser();
        let trusted = world.client(metadata(ClientKind::Web));
        browser.authorize(&trusted.authorization(&[]), "ada");
        code(&browser.ask(&trusted, &[("scope", "openid offline_access")]));
        let mut must = metadata(ClientKind::Web);
        must.require_consent = true;
        assert_eq!(browser.ask(&world.client(must), &[]).name(), "consent");
    }

    fn the_form_of_one_person_is_not_good_for_the_next(world: World) {
        world_with_ada(world);
        world.person("bob");
        let client = world.client(asking(ClientKind::Web));
        let browser = world.browser();
        let adas = asked(&browser, &client, &[]);
        let page = browser.go(&format!("{}/login?account=other", adas.hub()));
        let bobs = browser.fill(&page, &[("username", "bob"), ("password", PASSWORD)]);
        assert_eq!(bobs.name(), "consent");
        let answer = browser.submit(&adas, &[("decision", "allow")]);
        assert_eq!(answer.status, 403);
        code(&browser.fill(&bobs, &[("decision", "allow")]));
    }

    fn an_answer_that_is_neither_is_no_answer(world: World) {
        world_with_ada(world);
        let client = world.client(asking(ClientKind::Web));
        let browser = world.browser();
        let page = asked(&browser, &client, &[]);
        assert_eq!(browser.submit(&page, &[("decision", "maybe")]).status, 400);
        assert_eq!(browser.submit(&page, &[]).status, 400);
        code(&browser.fill(&page, &[("decision", "allow")]));
    }

    fn a_consent_that_is_taken_back_before_its_code_gives_none(world: World) {
        world_with_ada(world);
        let client = world.client(asking(ClientKind::Web));
        let browser = world.browser();
        for prompt in ["", "consent"] {
            let over = [("scope", "openid orders:read"), ("prompt", prompt)];
            let over = if prompt.is_empty() { &over[..1] } else { &over[..] };
            let page = browser.ask(&client, over);
            let page = if page.name() == "login" {
                browser.fill(&page, &[("username", "ada"), ("password", PASSWORD)])
            } else {
                page
            };
            assert_eq!(page.name(), "consent");
            assert_eq!(browser.submit(&page, ALLOW).status, 303);
            world.withdraw_consent("ada", &client);
            let again = browser.go(page.hub());
            assert_eq!(again.name(), "consent", "{prompt:?}: {}", again.at);
            code(&browser.fill(&again, ALLOW));
            world.withdraw_consent("ada", &client);
        }
    }

    fn what_is_withdrawn_while_something_else_is_allowed_stays_withdrawn(world: World) {
        world_with_ada(world);
        let client = world.client(asking(ClientKind::Web));
        let browser = world.browser();
        let page = asked(&browser, &client, &[("scope", "openid orders:read")]);
        code(&browser.fill(&page, ALLOW));
        let page = browser.ask(&client, &[("scope", "openid"), ("prompt", "consent")]);
        assert_eq!(page.name(), "consent");
        let withdrawing = "UPDATE users SET username = username; DELETE FROM consents";
        let answer = amid(world.database(), withdrawing, 1, move || browser.submit(&page, ALLOW));
        assert_eq!(answer.status, 303);
        assert_eq!(allowing(world, "openid"), 1);
        assert_eq!(allowing(world, "orders:read"), 0);
    }

    fn of_two_consents_at_once_both_are_remembered(world: World) {
        world_with_ada(world);
        let client = world.client(asking(ClientKind::Web));
        let browser = world.browser();
        code(&browser.fill(&asked(&browser, &client, &[("scope", "openid")]), ALLOW));
        let allowing_it = |scope: &str| {
            let browser = world.browser();
            let page = asked(&browser, &client, &[("scope", scope)]);
            move || assert_eq!(browser.submit(&page, ALLOW).status, 303)
        };
        let (one, other) = (allowing_it("openid orders:read"), allowing_it("openid orders:write"));
        amid(world.database(), "UPDATE consents SET shown = shown", 2, || {
            std::thread::scope(|scope| {
                scope.spawn(one);
                scope.spawn(other);
            });
        });
        for scope in ["openid", "orders:read", "orders:write"] {
            assert_eq!(allowing(world, scope), 1, "{scope}");
        }
    }

    fn nothing_is_remembered_for_an_interaction_that_is_over(world: World) {
        world_with_ada(world);
        let client = world.client(asking(ClientKind::Web));
        let browser = world.browser();
        let page = asked(&browser, &client, &[("scope", "openid")]);
        let finishing = "UPDATE interactions SET completed_at = 1";
        let answer = amid(world.database(), finishing, 1, move || browser.submit(&page, ALLOW));
        assert_eq!(answer.status, 303);
        assert_eq!(allowing(world, "openid"), 0);
        assert_eq!(world.events_of(EventKind::ConsentGiven).len(), 0);
    }
}
