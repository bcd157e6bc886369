//! Attacks on sign-in, sessions, forms and pages: the cases L of the catalogue.

use crate::support::browser::{Browser, hidden};
use crate::support::on_both_databases;
use crate::support::people::{PASSWORD, metadata};
use crate::support::steps::{Page, code};
use crate::support::world::{Answer, World};
use vouchsafe_core::model::{ClientKind, Session};

const SIGN_IN: [(&str, &str); 2] = [("username", "ada"), ("password", PASSWORD)];

/// Sends the sign-in form of a page with this token and these headers.
fn forge(world: &World, browser: &Browser<'_>, page: &Page, token: &str, headers: &[(&str, &str)]) -> Answer {
    let form: Vec<_> = [("form_token", token)].into_iter().chain(SIGN_IN).collect();
    let request = headers
        .iter()
        .fold(world.post(&page.at), |request, (name, value)| {
            request.header(*name, *value)
        });
    browser.send(request.form(&form))
}

fn has_session(browser: &Browser<'_>) -> bool {
    browser.cookies().keys().any(|name| name.contains("vs_session"))
}

on_both_databases! {
    fn a_form_that_is_not_ours_signs_nobody_in(world: World) {
        world.person("ada");
        let client = world.client(metadata(ClientKind::Web));
        let browser = world.browser();
        let page = browser.ask(&client, &[]);
        let token = hidden(&page.answer.body, "form_token");
        let attacker = world.browser();
        let theirs = hidden(&attacker.ask(&client, &[]).answer.body, "form_token");
        let elsewhere = hidden(&browser.ask(&client, &[]).answer.body, "form_token");
        for forged in ["", "x", theirs.as_str(), elsewhere.as_str(), &token[1..]] {
            assert_eq!(forge(world, &browser, &page, forged, &[]).status, 403, "{forged}");
        }
        for header in [
            ("origin", "https://evil.test"), ("origin", "null"), ("origin", "http://localhost"),
            ("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"),
        ] {
            assert_eq!(forge(world, &browser, &page, &token, &[header]).status, 403, "{header:?}");
        }
        assert_eq!(forge(world, &attacker, &page, &token, &[]).status, 403, "another browser's interaction");
        assert_eq!(forge(world, &world.browser(), &page, &token, &[]).status, 403, "no cookie");
        assert!(!has_session(&browser) && !has_session(&attacker));
        assert_eq!(forge(world, &browser, &page, &token, &[]).status, 303, "absent headers are fine");
        assert!(has_session(&browser));
    }

    fn a_stale_form_is_shown_again_with_the_name(world: World) {
        let client = world.client(metadata(ClientKind::Web));
        let browser = world.browser();
        let page = browser.ask(&client, &[]);
        let answer = forge(world, &browser, &page, "stale", &[]);
        assert!(answer.body.contains("id=\"login-form\"") && answer.body.contains("value=\"ada\""));
        assert!(!answer.body.contains(PASSWORD));
    }

    fn a_consent_of_somebody_elses_flow_is_refused(world: World) {
        world.person("ada");
        world.person("bob");
        let mut asks = metadata(ClientKind::Web);
        asks.first_party = false;
        let client = world.client(asks);
        let (ada, bob) = (world.browser(), world.browser());
        let adas = ada.fill(&ada.ask(&client, &[]), &SIGN_IN);
        let bobs = bob.fill(&bob.ask(&client, &[]), &[("username", "bob"), ("password", PASSWORD)]);
        assert_eq!((adas.name(), bobs.name()), ("consent", "consent"));
        let token = hidden(&bobs.answer.body, "form_token");
        let allow = [("form_token", token.as_str()), ("decision", "allow")];
        assert_eq!(bob.post(&adas.at, &allow).status, 403);
        assert_eq!(ada.post(&adas.at, &allow).status, 403);
        assert_eq!(ada.go(adas.hub()).name(), "consent", "nothing was allowed");
    }

    fn a_planted_session_is_never_the_one_signed_in_to(world: World) {
        world.person("ada");
        world.person("eve");
        let client = world.client(metadata(ClientKind::Web));
        let attacker = world.browser();
        attacker.authorize(&client.authorization(&[]), "eve");
        let (name, planted) =
            attacker.cookies().into_iter().find(|(name, _)| name.starts_with("vs_session")).unwrap();
        let victim = world.browser();
        victim.set_cookie(&name, &planted);
        let page = victim.ask(&client, &[("prompt", "login")]);
        let page = victim.go(&format!("{}?account=other", page.at));
        code(&victim.fill(&page, &SIGN_IN));
        assert_ne!(victim.cookies()[&name], planted);
        assert_eq!(attacker.ask(&client, &[]).name(), "login", "the planted one is dead");
    }

    fn cookies_have_the_attributes_that_protect_them(world: World) {
        world.person("ada");
        let client = world.client(metadata(ClientKind::Web));
        let browser = world.browser();
        let first = browser.get(&client.authorization(&[]));
        let page = browser.go(first.header("location"));
        let second = browser.submit(&page, &SIGN_IN);
        let port = world.issuer.rsplit(':').next().unwrap();
        for (answer, name) in [(first, "vs_browser"), (second, "vs_session")] {
            let cookie = answer.header("set-cookie");
            assert!(cookie.starts_with(&format!("{name}_{port}=")), "{cookie}");
            for attribute in ["Path=/", "HttpOnly", "SameSite=Lax"] {
                assert!(cookie.contains(attribute), "{cookie}");
            }
            assert!(!cookie.contains("Domain") && !cookie.contains("Max-Age") && cookie.len() < 4096);
        }
    }

    fn no_page_may_be_framed_or_kept(world: World) {
        world.person("ada");
        let mut asks = metadata(ClientKind::Web);
        asks.first_party = false;
        let client = world.client(asks);
        let browser = world.browser();
        let login = browser.ask(&client, &[]);
        let wrong = browser.submit(&login, &[("username", "ada"), ("password", "wrong horse")]);
        let consent = browser.fill(&login, &SIGN_IN);
        let refused = browser.get(&client.authorization(&[("client_id", "nobody")]));
        let missing = browser.get("/nothing/here");
        let expired = browser.get("/interaction/vin_x");
        assert_eq!((consent.name(), missing.status, expired.status), ("consent", 404, 410));
        for (answer, leaves) in [
            (&login.answer, true), (&wrong, true), (&consent.answer, true), (&refused, false), (&missing, false), (&expired, false),
        ] {
            let csp = answer.header("content-security-policy");
            assert!(csp.contains("frame-ancestors 'none'") && csp.starts_with("default-src 'none'"), "{csp}");
            assert_eq!(csp.contains("form-action"), !leaves, "{csp}");
            assert!(!csp.contains("unsafe"), "{csp}");
            assert_eq!(answer.header("x-frame-options"), "DENY");
            assert_eq!(answer.header("x-content-type-options"), "nosniff");
            assert_eq!(answer.header("cache-control"), "no-store");
            assert_eq!(answer.header("referrer-policy"), "same-origin");
            assert_eq!(answer.header("cross-origin-opener-policy"), "");
            assert!(!answer.body.contains("<style") && !answer.body.contains(" style="));
            assert!(!answer.body.contains("<script>") && !answer.body.contains(" onclick"));
        }
    }

    fn names_are_text_wherever_they_are_shown(world: World) {
        let payload = "\"><svg onload=alert(1)>{{7*7}}";
        world.person("ada");
        let mut evil = metadata(ClientKind::Web);
        evil.client_name = payload.to_owned();
        evil.first_party = false;
        let client = world.client(evil);
        let browser = world.browser();
        let login = browser.ask(&client, &[("state", payload), ("login_hint", payload), ("scope", "openid <svg>")]);
        let wrong = browser.submit(&login, &[("username", payload), ("password", payload)]);
        let consent = browser.fill(&login, &SIGN_IN);
        assert_eq!(consent.name(), "consent");
        for body in [&login.answer.body, &wrong.body, &consent.answer.body] {
            assert!(!body.contains("<svg onload"), "{body}");
            assert!(!body.contains("49"), "{body}");
        }
    }

    fn a_password_is_compared_whole_and_as_it_was_typed(world: World) {
        world.person("ada");
        let client = world.client(metadata(ClientKind::Web));
        let browser = world.browser();
        let page = browser.ask(&client, &[]);
        let upper = PASSWORD.to_uppercase();
        let (led, trailed, long) = (format!(" {PASSWORD}"), format!("{PASSWORD} "), "a".repeat(129));
        for wrong in [&*upper, &*led, &*trailed, &*long, "correct", &"🔑".repeat(128)] {
            assert_eq!(browser.submit(&page, &[("username", "ada"), ("password", wrong)]).status, 422, "{wrong}");
        }
        let huge = "a".repeat(1_000_000);
        assert!(matches!(browser.submit(&page, &[("username", "ada"), ("password", &huge)]).status, 400 | 413));
        let nul = format!("form_token={}&username=ada&password=a%00b", hidden(&page.answer.body, "form_token"));
        let request = world.post(&page.at).header("content-type", "application/x-www-form-urlencoded").body(nul);
        assert_eq!(browser.send(request).status, 400);
        code(&browser.fill(&page, &SIGN_IN));
    }

    fn no_header_moves_our_addresses(world: World) {
        let client = world.client(metadata(ClientKind::Web));
        let browser = world.browser();
        for (name, value) in [
            ("x-forwarded-host", "evil.test"),
            ("forwarded", "host=evil.test;proto=javascript"),
            ("x-forwarded-proto", "javascript"),
            ("host", "evil.test"),
        ] {
            let answer = browser.send(world.get(&client.authorization(&[])).header(name, value));
            let location = answer.header("location").to_owned();
            assert!(!location.contains("evil"), "{location}");
            let page = browser.send(world.get(&location).header(name, value));
            assert!(!page.header("location").contains("evil") && !page.body.contains("evil.test"), "{name}");
        }
    }

    fn the_oldest_page_in_the_history_shows_nothing_after_the_session_ended(world: World) {
        let user = world.person("ada");
        let mut asks = metadata(ClientKind::Web);
        asks.first_party = false;
        let client = world.client(asks);
        let browser = world.browser();
        let consent = browser.fill(&browser.ask(&client, &[]), &SIGN_IN);
        let now = world.services.ports.clock.now();
        let ended: Vec<Session> = world.write(move |tx| vouchsafe::db!(tx, sessions::end_of_user(&user.id, now)));
        assert_eq!(ended.len(), 1);
        assert_eq!(browser.go(&consent.at).name(), "login");
        assert_eq!(browser.submit(&consent, &[("decision", "allow")]).status, 303);
        assert_eq!(browser.go(consent.hub()).name(), "login");
    }
}
