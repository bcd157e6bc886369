//! The hub: interactions belong to one browser, live an hour, and are finished once.

use crate::support::on_both_databases;
use crate::support::people::{PASSWORD, metadata};
use crate::support::steps::{code, error};
use vouchsafe_core::model::{ClientKind, ClientMetadata, Span};

on_both_databases! {
    fn a_finished_interaction_says_so(world: World) {
        world.person("ada");
        let client = world.client(metadata(ClientKind::Web));
        let browser = world.browser();
        let page = browser.ask(&client, &[]);
        code(&browser.fill(&page, &[("username", "ada"), ("password", PASSWORD)]));
        for address in [page.hub(), &page.at] {
            let again = browser.go(address);
            assert_eq!(again.answer.status, 200);
            assert!(again.says("You are already signed in"), "{}", again.answer.body);
        }
        let answer = browser.submit(&page, &[("username", "ada"), ("password", PASSWORD)]);
        assert_eq!(answer.status, 303, "it goes to the hub, which says so");
    }

    fn who_cancelled_or_denied_is_not_told_that_they_signed_in(world: World) {
        world.person("ada");
        let client = world.client(ClientMetadata { first_party: false, ..metadata(ClientKind::Web) });
        let browser = world.browser();
        let sign_in = browser.ask(&client, &[]);
        assert_eq!(error(&browser.fill(&sign_in, &[("cancel", "1")])), "access_denied");
        let page = browser.ask(&client, &[]);
        let consent = browser.fill(&page, &[("username", "ada"), ("password", PASSWORD)]);
        assert_eq!(error(&browser.fill(&consent, &[("decision", "deny")])), "access_denied");
        for address in [sign_in.hub(), &sign_in.at, consent.hub(), &consent.at] {
            let again = browser.go(address);
            assert_eq!(again.answer.status, 200);
            assert!(again.says("This sign-in is over"), "{}", again.answer.body);
            assert!(!again.says("signed in"), "{}", again.answer.body);
        }
    }

    fn an_interaction_ends_after_an_hour(world: World) {
        let client = world.client(metadata(ClientKind::Web));
        let browser = world.browser();
        let page = browser.ask(&client, &[]);
        world.wait(Span::from_minutes(59));
        assert_eq!(browser.go(page.hub()).name(), "login");
        world.wait(Span::from_minutes(1));
        assert_eq!(browser.go(page.hub()).answer.status, 410);
    }

    fn it_belongs_to_the_browser_that_began_it(world: World) {
        let client = world.client(metadata(ClientKind::Web));
        let page = world.browser().ask(&client, &[]);
        let stranger = world.browser();
        assert_eq!(stranger.go(page.hub()).answer.status, 403);
        stranger.ask(&client, &[]);
        assert_eq!(stranger.go(page.hub()).answer.status, 410);
        assert_eq!(stranger.go("/interaction/vin_nonsense").answer.status, 410);
        assert_eq!(stranger.go("/interaction/x/unknown").answer.status, 404);
    }

    fn of_two_finishes_at_once_one_gives_a_code(world: World) {
        world.person("ada");
        let client = world.client(metadata(ClientKind::Web));
        let browser = world.browser();
        let page = browser.ask(&client, &[]);
        let answer = browser.submit(&page, &[("username", "ada"), ("password", PASSWORD)]);
        let hub = answer.header("location").to_owned();
        let cookies: Vec<_> = browser.cookies().iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies = cookies.join("; ");
        let codes: usize = std::thread::scope(|scope| {
            let finish = || {
                let answer = crate::support::world::Answer::to(world.get(&hub).header("cookie", &cookies));
                usize::from(answer.header("location").contains("code="))
            };
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(finish)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(codes, 1);
    }

    fn a_browser_keeps_sixteen_open_and_the_last_works(world: World) {
        world.person("ada");
        let client = world.client(metadata(ClientKind::Web));
        let browser = world.browser();
        let pages: Vec<_> = (0..20)
            .map(|_| {
                world.wait(Span::from_seconds(1));
                browser.ask(&client, &[])
            })
            .collect();
        assert_eq!(browser.cookies().len(), 1);
        let alive = pages.iter().filter(|page| browser.go(page.hub()).name() == "login").count();
        assert_eq!(alive, 16);
        let last = pages.last().unwrap();
        code(&browser.fill(last, &[("username", "ada"), ("password", PASSWORD)]));
        code(&browser.go(pages[10].hub()));
    }
}
