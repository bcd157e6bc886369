//! OpenID Connect RP-Initiated Logout 1.0: who may end a session, and where the browser goes then.

use crate::support::browser::Browser;
use crate::support::on_both_databases;
use crate::support::people::{Registered, metadata};
use crate::support::relying_party::param;
use crate::support::steps::Page;
use crate::support::world::{Answer, World};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use vouchsafe::db;
use vouchsafe_core::model::{ClientKind, EventKind, Span};

const BACK: &str = "https://client.example/bye?kept=1";
const QUESTION: &str = "Do you want to sign out?";
const DONE: &str = "You have been signed out";

fn app(world: &World) -> Registered {
    let mut registered = metadata(ClientKind::Web);
    registered.post_logout_redirect_uris = vec![BACK.to_owned()];
    registered.online_refresh = true;
    world.client(registered)
}

/// Signs ada in from this browser.
fn sign_in(world: &World, app: &Registered, browser: &Browser<'_>, over: &[(&str, &str)]) -> Value {
    let end = browser.authorize(&app.authorization(over), "ada");
    let answer = app.redeem(world, &param(&end, "code").unwrap());
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

fn id_token(tokens: &Value) -> &str {
    tokens["id_token"].as_str().unwrap()
}

fn address(params: &[(&str, &str)]) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(params)
        .finish();
    format!("/logout?{query}")
}

fn is_signed_in(browser: &Browser<'_>, app: &Registered) -> bool {
    let url = app.authorization(&[("prompt", "none")]);
    let end = browser.get(&url).header("location").to_owned();
    match param(&end, "error") {
        None => true,
        Some(error) => {
            assert_eq!(error, "login_required");
            false
        }
    }
}

fn decide(browser: &Browser<'_>, page: &Page, decision: &str) -> Answer {
    // The form's address repeats the request.
    let token = crate::support::browser::hidden(&page.answer.body, "form_token");
    assert!(
        page.says("id=\"logout-form\"")
            && page.says("id=\"logout-confirm\"")
            && page.says("id=\"logout-cancel\"")
    );
    browser.post(&page.at, &[("form_token", &token), ("decision", decision)])
}

fn told(world: &World, kind: EventKind) -> usize {
    let all = world.write(|tx| db!(tx, events::list(None, 1_000)));
    all.iter().filter(|event| event.kind == kind).count()
}

on_both_databases! {
    fn an_id_token_of_the_session_ends_it_at_once(world: World) {
        world.person("ada");
        let (app, browser) = (app(world), world.browser());
        let tokens = sign_in(world, &app, &browser, &[]);
        let answer = browser.get(&address(&[("id_token_hint", id_token(&tokens)), ("post_logout_redirect_uri", BACK), ("state", "s &=1")]));
        assert_eq!((answer.status, answer.header("location")), (303, "https://client.example/bye?kept=1&state=s%20%26%3D1"));
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert!(answer.header("set-cookie").contains("Max-Age=0"));
        assert!(!is_signed_in(&browser, &app));
        assert_eq!(app.refresh(world, tokens["refresh_token"].as_str().unwrap()).error(), (400, "invalid_grant".to_owned()));
        assert_eq!((told(world, EventKind::SessionEnded), told(world, EventKind::GrantEnded)), (1, 1));
        let again = browser.get(&address(&[("id_token_hint", id_token(&tokens)), ("post_logout_redirect_uri", BACK)]));
        assert_eq!(again.header("location"), BACK, "without state nothing is added");
        assert_eq!(told(world, EventKind::SessionEnded), 1);
    }

    fn offline_grants_survive_and_other_browsers_do_too(world: World) {
        world.person("ada");
        let (app, browser, other) = (app(world), world.browser(), world.browser());
        let tokens = sign_in(world, &app, &browser, &[("scope", "openid offline_access"), ("prompt", "consent")]);
        sign_in(world, &app, &other, &[]);
        let page = browser.go(&address(&[("id_token_hint", id_token(&tokens))]));
        assert_eq!(page.answer.status, 200);
        assert!(page.says(DONE));
        assert!(!is_signed_in(&browser, &app) && is_signed_in(&other, &app));
        assert_eq!(app.refresh(world, tokens["refresh_token"].as_str().unwrap()).status, 200);
    }

    fn without_a_hint_the_person_is_asked(world: World) {
        world.person("ada");
        let (app, browser) = (app(world), world.browser());
        sign_in(world, &app, &browser, &[]);
        for params in [&[][..], &[("state", "s")], &[("client_id", app.id.as_str())], &[("logout_hint", "ada"), ("unknown", "x")]] {
            let page = browser.go(&address(params));
            assert_eq!(page.answer.status, 200);
            assert!(page.says(QUESTION) && page.says("Ada Lovelace"), "{params:?}");
            let kept = decide(&browser, &page, "cancel");
            assert!(kept.status == 200 && kept.body.contains("still signed in"));
            assert!(is_signed_in(&browser, &app));
        }
        let page = browser.go("/logout");
        let done = decide(&browser, &page, "confirm");
        assert_eq!((done.status, done.header("location")), (200, ""));
        assert!(done.body.contains(DONE));
        assert!(!is_signed_in(&browser, &app));
        assert!(browser.go("/logout").says(DONE), "nobody is signed in");
    }

    fn a_named_client_may_have_the_person_back_once_they_agreed(world: World) {
        world.person("ada");
        let (app, browser) = (app(world), world.browser());
        sign_in(world, &app, &browser, &[]);
        let page = browser.go(&address(&[("client_id", &app.id), ("post_logout_redirect_uri", BACK), ("state", "s-9")]));
        assert!(page.says(QUESTION));
        let done = decide(&browser, &page, "confirm");
        assert_eq!((done.status, done.header("location")), (303, "https://client.example/bye?kept=1&state=s-9"));
        let nobody = browser.go(&page.at);
        assert!(nobody.says(DONE), "who names a client only has proven nothing: {}", nobody.at);
    }

    fn an_app_may_post_its_request(world: World) {
        world.person("ada");
        let (app, browser) = (app(world), world.browser());
        let tokens = sign_in(world, &app, &browser, &[]);
        let form = [("id_token_hint", id_token(&tokens)), ("post_logout_redirect_uri", BACK), ("state", "s"), ("other", "x")];
        let from_elsewhere = Answer::to(world.post("/logout").header("origin", "https://client.example").form(&form));
        assert_eq!(from_elsewhere.status, 303);
        let location = from_elsewhere.header("location");
        assert!(location.starts_with("/logout?") && !location.contains("other"));
        assert_eq!(browser.get(location).header("location"), "https://client.example/bye?kept=1&state=s");
        assert!(!is_signed_in(&browser, &app));
    }

    fn it_never_goes_where_nobody_registered(world: World) {
        world.person("ada");
        let (app, browser) = (app(world), world.browser());
        let other = world.client(metadata(ClientKind::Web));
        let tokens = sign_in(world, &app, &browser, &[]);
        let hint = id_token(&tokens);
        let parts: Vec<&str> = hint.split('.').collect();
        let unsigned = format!("{}.{}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#), parts[1]);
        let elsewhere = World::sqlite("elsewhere");
        elsewhere.person("ada");
        let theirs = self::app(&elsewhere);
        let foreign = sign_in(&elsewhere, &theirs, &elsewhere.browser(), &[]);
        for params in [
            &[("id_token_hint", hint), ("post_logout_redirect_uri", "https://client.example/bye")][..],
            &[("id_token_hint", hint), ("post_logout_redirect_uri", "https://client.example/bye?kept=1&more=2")],
            &[("id_token_hint", hint), ("post_logout_redirect_uri", "https://evil.example/")],
            &[("post_logout_redirect_uri", BACK)],
            &[("client_id", &other.id), ("post_logout_redirect_uri", BACK)],
            &[("client_id", &other.id), ("id_token_hint", hint), ("post_logout_redirect_uri", BACK)],
            &[("client_id", "nobody"), ("post_logout_redirect_uri", BACK)],
            &[("id_token_hint", &unsigned), ("post_logout_redirect_uri", BACK)],
            &[("id_token_hint", &unsigned), ("client_id", &app.id), ("post_logout_redirect_uri", BACK)],
            &[("id_token_hint", id_token(&foreign)), ("post_logout_redirect_uri", BACK)],
            &[("id_token_hint", tokens["access_token"].as_str().unwrap()), ("post_logout_redirect_uri", BACK)],
            &[("id_token_hint", hint), ("post_logout_redirect_uri", BACK), ("state", "a\nb")],
            &[("post_logout_redirect_uri", BACK), ("post_logout_redirect_uri", BACK), ("id_token_hint", hint)],
        ] {
            let answer = browser.get(&address(params));
            assert_eq!((answer.status, answer.header("location")), (400, ""), "{params:?}");
            assert!(answer.body.contains("id=\"error-title\"") && !answer.body.contains("client.example"), "{params:?}");
        }
        assert!(is_signed_in(&browser, &app), "and nothing of it signed anybody out");
        for bad in [unsigned.as_str(), "garbage", id_token(&foreign)] {
            assert!(browser.go(&address(&[("id_token_hint", bad)])).says(QUESTION), "a hint that proves nothing counts for none");
        }
    }

    fn a_hint_of_another_session_or_person_is_no_permission(world: World) {
        world.person("ada");
        world.person("ben");
        let (app, browser, older) = (app(world), world.browser(), world.browser());
        let of_older = sign_in(world, &app, &older, &[]);
        let of_ben = app.sign_in(world, "ben", &[]);
        sign_in(world, &app, &browser, &[]);
        for tokens in [&of_older, &of_ben] {
            let page = browser.go(&address(&[("id_token_hint", id_token(tokens)), ("post_logout_redirect_uri", BACK)]));
            assert!(page.says(QUESTION));
            assert!(is_signed_in(&browser, &app));
        }
    }

    fn a_hint_may_have_expired(world: World) {
        world.person("ada");
        let (app, browser) = (app(world), world.browser());
        let tokens = sign_in(world, &app, &browser, &[]);
        world.wait(Span::from_hours(5));
        let answer = browser.get(&address(&[("id_token_hint", id_token(&tokens)), ("post_logout_redirect_uri", BACK)]));
        assert_eq!(answer.header("location"), BACK);
        assert!(!is_signed_in(&browser, &app));
    }

    fn nobody_else_can_press_the_button(world: World) {
        world.person("ada");
        let (app, browser, other) = (app(world), world.browser(), world.browser());
        sign_in(world, &app, &browser, &[]);
        sign_in(world, &app, &other, &[]);
        let page = browser.go("/logout");
        let token = crate::support::browser::hidden(&page.answer.body, "form_token");
        let form = [("form_token", token.as_str()), ("decision", "confirm")];
        assert_eq!(other.post("/logout", &form).status, 403, "another session's token");
        assert_eq!(browser.post("/logout?client_id=x", &form).status, 400, "another request's token");
        assert_eq!(browser.post(&address(&[("client_id", &app.id)]), &form).status, 403, "another request's token");
        assert_eq!(browser.post("/logout", &[("form_token", ""), ("decision", "confirm")]).header("location"), "/logout?");
        let foreign = world.post("/logout").header("origin", "https://evil.example").form(&form);
        assert_eq!(browser.send(foreign).status, 403);
        assert!(is_signed_in(&browser, &app) && is_signed_in(&other, &app));
        assert_eq!(browser.post("/logout", &[("form_token", token.as_str()), ("decision", "maybe")]).status, 400);
        assert!(browser.post("/logout", &form).body.contains(DONE));
        assert!(!is_signed_in(&browser, &app));
    }

    fn the_page_speaks_the_language_that_was_asked_for(world: World) {
        world.person("ada");
        let (app, browser) = (app(world), world.browser());
        sign_in(world, &app, &browser, &[]);
        assert!(browser.go("/logout?ui_locales=de-AT").says("Möchten Sie sich abmelden?"));
        let page = browser.get("/logout");
        assert_eq!(page.header("cache-control"), "no-store");
        assert_eq!(page.header("x-frame-options"), "DENY");
        assert_eq!(page.header("access-control-allow-origin"), "");
    }
}
