//! The emergency page: a look first, then the password, a word, and everything ends at once.

use crate::support::api_caller::ALL;
use crate::support::on_both_databases;
use crate::support::people::{PASSWORD, metadata};
use serde_json::json;
use vouchsafe_core::model::{ClientKind, EventKind, Span};

on_both_databases! {
    fn everything_ends_but_the_session_of_whoever_ended_it(world: World) {
        world.administrator("grace");
        world.administrator("root");
        let app = world.client(metadata(ClientKind::Web));
        let tokens = app.sign_in(world, "grace", &[("scope", "openid offline_access"), ("prompt", "consent")]);
        let refresh = tokens["refresh_token"].as_str().unwrap();
        let (browser, other) = (world.admin_browser("grace"), world.admin_browser("root"));
        let page = browser.get("/admin/panic/everything");
        assert!(page.body.contains("<dt>Grants that end</dt><dd>1</dd>"), "{}", page.body);
        assert!(page.body.contains("in the worst case 5 minutes"));
        let wrong = browser.admin_post("/admin/panic/everything", "/admin/panic/everything", &[("typed", "all")]);
        assert_eq!(wrong.status, 422);
        assert_eq!(app.refresh(world, refresh).status, 200, "a wrong word revokes nothing");
        let done = browser.admin_post("/admin/panic/everything", "/admin/panic/everything", &[("typed", "everything")]);
        assert_eq!((done.status, done.header("location")), (303, "/admin/panic/report"));
        let report = browser.get(done.header("location"));
        assert!(report.status == 200 && report.body.contains("Sessions ended since: 1."), "{}", report.body);
        for words in ["Grants that ended: 1.", "for 5 minutes, until"] {
            assert!(report.body.contains(words), "{words}: {}", report.body);
        }
        assert!(!report.body.contains("epoch 1"), "{}", report.body);
        world.follow();
        assert_eq!(app.refresh(world, refresh).error(), (400, "invalid_grant".to_owned()));
        assert_eq!(other.get("/admin").status, 303, "other administrators are signed out");
        let raised = world.events_of(EventKind::IssuerEpochRaised);
        assert_eq!(raised.len(), 1);
        assert!(raised[0].request_id.is_some());
    }

    fn the_worst_case_counts_tokens_that_an_api_gave_when_they_lasted_longer(world: World) {
        world.administrator("grace");
        let robot = world.service(ALL);
        let wish = json!({"identifier": "https://api.example/bills", "name": "Bills", "access_token_lifetime": 7200});
        let bills = format!("/apis/{}", robot.make("/apis", &wish)["id"].as_str().unwrap());
        let browser = world.admin_browser("grace");
        let shows = |words: &str| {
            let page = browser.get("/admin/panic/everything").body;
            assert!(page.contains(words), "{words}: {page}");
        };
        shows("in the worst case 120 minutes");
        assert_eq!(robot.change("PATCH", &bills, &json!({"access_token_lifetime": 60})).status, 200);
        shows("in the worst case 120 minutes");
        let confirm = "/admin/confirm";
        for (minutes, left) in [(29, "92"), (29, "63"), (29, "34")] {
            world.wait(Span::from_minutes(minutes));
            browser.admin_post(confirm, confirm, &[("password", PASSWORD)]);
            shows(&format!("in the worst case {left} minutes"));
        }
        assert_eq!(world.service(ALL).act("DELETE", &bills).status, 200);
        shows("in the worst case 34 minutes");
        world.wait(Span::from_minutes(29));
        browser.admin_post(confirm, confirm, &[("password", PASSWORD)]);
        world.wait(Span::from_minutes(1));
        shows("in the worst case 5 minutes");
    }

    fn one_application_ends_and_others_go_on(world: World) {
        world.administrator("grace");
        let (leaked, safe) = (world.client(metadata(ClientKind::Web)), world.client(metadata(ClientKind::Web)));
        let refresh = |app: &crate::support::people::Registered| {
            let tokens = app.sign_in(world, "grace", &[("scope", "openid offline_access"), ("prompt", "consent")]);
            tokens["refresh_token"].as_str().unwrap().to_owned()
        };
        let (bad, good) = (refresh(&leaked), refresh(&safe));
        let browser = world.admin_browser("grace");
        let page = format!("/admin/panic/application?client_id={}", leaked.id);
        let fields = [("client_id", leaked.id.as_str()), ("typed", leaked.id.as_str())];
        let done = browser.admin_post(&page, "/admin/panic/application", &fields);
        assert_eq!(done.status, 303, "{}", done.body);
        assert_eq!(browser.get(done.header("location")).status, 200);
        world.follow();
        assert_eq!(leaked.refresh(world, &bad).status, 400);
        assert_eq!(safe.refresh(world, &good).status, 200);
        let unknown = browser.get("/admin/panic/application?client_id=nobody");
        assert_eq!(unknown.status, 422);
        assert!(unknown.body.contains("there is no application with this one"));
    }

    fn without_a_recent_password_nothing_is_shown_or_done(world: World) {
        world.administrator("grace");
        let browser = world.admin_browser("grace");
        world.wait(Span::from_minutes(5));
        let asked = browser.get("/admin/panic/everything");
        assert_eq!((asked.status, asked.header("location")), (303, "/admin/confirm?back=%2Fadmin%2Fpanic%2Feverything"));
        for (action, fields) in [
            ("/admin/panic/everything", &[("typed", "everything")][..]),
            ("/admin/panic/sessions", &[("epoch", "0")]),
            ("/admin/panic/application", &[("client_id", "x"), ("typed", "x")]),
        ] {
            let answer = browser.admin_post("/admin/panic", action, fields);
            assert!(answer.status == 303 && answer.header("location").starts_with("/admin/confirm?"), "{action}: {}", answer.body);
        }
        assert!(world.events_of(EventKind::IssuerEpochRaised).is_empty());
        let confirm = asked.header("location").to_owned();
        browser.admin_post(&confirm, &confirm, &[("password", PASSWORD)]);
        assert_eq!(browser.get("/admin/panic/everything").status, 200);
    }

    fn sessions_end_only_in_the_name_of_an_emergency_that_there_was(world: World) {
        world.administrator("grace");
        let browser = world.admin_browser("grace");
        world.client(metadata(ClientKind::Web)).sign_in(world, "grace", &[("scope", "openid")]);
        let rest = |epoch: &str| browser.admin_post("/admin/panic", "/admin/panic/sessions", &[("epoch", epoch)]).status;
        for epoch in ["1", "99", "-1", "x", ""] {
            assert_eq!(rest(epoch), 404, "{epoch}");
        }
        for report in ["", "?client_id=nobody"] {
            assert_eq!(browser.get(&format!("/admin/panic/report{report}")).status, 404, "{report}");
        }
        assert!(world.events_of(EventKind::SessionEnded).is_empty());
        let everything = "/admin/panic/everything";
        assert_eq!(browser.admin_post(everything, everything, &[("typed", "everything")]).status, 303);
        assert_eq!((rest("1"), rest("2")), (404, 303));
        world.wait(Span::from_minutes(29));
        assert_eq!(browser.get("/admin").status, 200);
        world.wait(Span::from_minutes(29));
        assert_eq!(browser.get("/admin").status, 200);
        world.wait(Span::from_minutes(2));
        browser.admin_post("/admin/confirm", "/admin/confirm", &[("password", PASSWORD)]);
        assert_eq!(rest("2"), 404, "that emergency is an hour old");
        let page = browser.get("/admin/panic").body;
        assert!(page.contains("/revoke\">"), "keys are revoked on their own page");
    }
}
