//! A request by POST may come from another site, without cookies; the GET that follows brings them.

use crate::support::browser::Browser;
use crate::support::on_both_databases;
use crate::support::people::{PASSWORD, Registered, metadata};
use crate::support::steps::{Page, code, error};
use crate::support::world::{Answer, World};
use vouchsafe_core::model::ClientKind;

/// Sends the authorization request as a form of another site: no cookie goes along.
fn from_another_site(world: &World, client: &Registered, over: &[(&str, &str)]) -> Answer {
    let (_, query) = {
        let url = client.authorization(over);
        let (path, query) = url.split_once('?').unwrap();
        (path.to_owned(), query.to_owned())
    };
    let request = world
        .post("/authorize")
        .header("content-type", "application/x-www-form-urlencoded");
    Answer::to(
        request
            .header("origin", "https://client.example")
            .header("sec-fetch-site", "cross-site")
            .body(query),
    )
}

fn follow(browser: &Browser<'_>, answer: Answer) -> Page {
    let (at, answer) = browser.follow(answer, "/authorize");
    Page { at, answer }
}

on_both_databases! {
    fn a_form_of_another_site_leads_to_the_sign_in_page_and_a_code(world: World) {
        world.person("ada");
        let client = world.client(metadata(ClientKind::Web));
        let browser = world.browser();
        let answer = from_another_site(world, &client, &[]);
        assert_eq!(answer.status, 303);
        assert!(answer.headers.get("set-cookie").is_none(), "other tabs keep their binding");
        let page = follow(&browser, answer);
        assert_eq!(page.name(), "login");
        code(&browser.fill(&page, &[("username", "ada"), ("password", PASSWORD)]));
    }

    fn a_browser_that_is_signed_in_gets_its_code_after_the_redirect(world: World) {
        world.person("ada");
        let client = world.client(metadata(ClientKind::Web));
        let browser = world.browser();
        browser.authorize(&client.authorization(&[]), "ada");
        code(&follow(&browser, from_another_site(world, &client, &[])));
        code(&follow(&browser, from_another_site(world, &client, &[("prompt", "none")])));
        let stranger = world.browser();
        let silent = follow(&stranger, from_another_site(world, &client, &[("prompt", "none")]));
        assert_eq!(error(&silent), "login_required");
    }

    fn the_first_browser_that_opens_it_has_it(world: World) {
        world.person("ada");
        let client = world.client(metadata(ClientKind::Web));
        let location = from_another_site(world, &client, &[]).header("location").to_owned();
        let (first, second) = (world.browser(), world.browser());
        assert_eq!(first.go(&location).name(), "login");
        second.set_cookie("unrelated", "1");
        let late = second.go(&location);
        assert_eq!(late.answer.status, 403, "it has no cookie of ours");
        second.ask(&client, &[]);
        assert_eq!(second.go(&location).answer.status, 410);
    }

    fn a_bad_form_is_refused_like_a_bad_query(world: World) {
        let client = world.client(metadata(ClientKind::Web));
        let evil = from_another_site(world, &client, &[("redirect_uri", "https://evil.example/cb")]);
        assert_eq!((evil.status, evil.header("location")), (400, ""));
        assert!(evil.body.contains("redirect_uri is not registered"));
        let token = from_another_site(world, &client, &[("response_type", "token")]);
        assert!(token.header("location").contains("error=unsupported_response_type"));
        let json = world.post("/authorize").header("content-type", "application/json").body("{}");
        assert_eq!(Answer::to(json).status, 400);
    }
}
