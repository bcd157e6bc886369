//! The playground without script: the request, the answer, the forms, and what hostile answers come to.

use super::{broken, text_of};
use crate::support::browser::{Browser, filled};
use crate::support::on_both_databases;
use crate::support::people::{Registered, metadata};
use crate::support::relying_party::{challenge, claims, param};
use crate::support::world::{Answer, World};
use vouchsafe_core::model::{ClientKind, Span};

/// An application of this kind that may be answered at the playground.
fn app(world: &World, kind: ClientKind) -> Registered {
    let mut metadata = metadata(kind);
    metadata.redirect_uris = vec![format!("{}/developers/callback", world.issuer)];
    world.client(metadata)
}

/// The link of the page that shows the request.
fn target(shown: &Answer) -> String {
    let (_, link) = shown.body.split_once("id=\"request-send\" href=\"").unwrap();
    link.split('"')
        .next()
        .unwrap()
        .replace("&#38;", "&")
        .replace("&amp;", "&")
}

/// Builds a request of the client with these fields beside.
fn build(browser: &Browser<'_>, client: &Registered, more: &str) -> Answer {
    let shown = browser.get(&format!(
        "/developers/playground/request?client_id={}{more}",
        client.id
    ));
    assert_eq!(shown.status, 200, "{}", shown.body);
    shown
}

/// Sends what a form of a page has, with the secret of the client, to where the form goes.
fn send(world: &World, page: &Answer, id: &str, client: &Registered, over: &[(&str, &str)]) -> Answer {
    let mut fields = filled(&page.body, id);
    for (name, value) in over.iter().chain(
        client
            .secret
            .as_deref()
            .map(|secret| ("client_secret", secret))
            .iter(),
    ) {
        fields.retain(|(known, _)| known != name);
        fields.push(((*name).to_owned(), (*value).to_owned()));
    }
    let path = match id {
        "userinfo" => "/userinfo",
        "revocation" => "/revoke",
        _ => "/token",
    };
    assert!(
        page.body
            .contains(&format!("id=\"{id}\" method=\"post\" action=\"{path}\"")),
        "{}",
        page.body
    );
    // A page that tells nobody its address sends no origin either.
    Answer::to(world.post(path).header("origin", "null").form(&fields))
}

fn code_of(world: &World, client: &Registered, more: &str) -> (Answer, Answer) {
    let browser = world.browser();
    let shown = build(&browser, client, more);
    let end = browser.authorize(&target(&shown), "ada");
    assert!(
        end.starts_with(&format!("{}/developers/callback?code=", world.issuer)),
        "{end}"
    );
    (shown, browser.get(&end))
}

on_both_databases! {
    fn the_whole_flow_goes_through_plain_forms(world: World) {
        world.person("ada");
        for kind in [ClientKind::Spa, ClientKind::Web] {
            let client = app(world, kind);
            let (shown, answer) = code_of(world, &client, "&scope=openid+offline_access");
            assert_eq!(broken(&shown.body), Vec::<String>::new());
            assert_eq!(broken(&answer.body), Vec::<String>::new());
            assert!(text_of(&answer.body, "check-state").contains("the one that this browser sent"));
            assert!(text_of(&answer.body, "check-iss").contains("It is this server"));
            let tokens = send(world, &answer, "exchange", &client, &[]);
            assert_eq!((tokens.status, tokens.header("access-control-allow-origin")), (200, ""), "{}", tokens.body);
            let tokens = tokens.json();
            let nonce = param(&world.url(&target(&shown)), "nonce").unwrap();
            assert_eq!(claims(tokens["id_token"].as_str().unwrap())["nonce"], nonce);
            let access = tokens["access_token"].as_str().unwrap();
            let person = send(world, &answer, "userinfo", &client, &[("access_token", access), ("client_secret", "")]);
            assert_eq!(person.status, 200, "{}", person.body);
            let refresh = tokens["refresh_token"].as_str().unwrap();
            let refreshed = send(world, &answer, "refresh", &client, &[("refresh_token", refresh)]);
            assert_eq!(refreshed.status, 200, "{}", refreshed.body);
            let newest = refreshed.json()["refresh_token"].as_str().unwrap().to_owned();
            assert_eq!(send(world, &answer, "revocation", &client, &[("token", &newest)]).status, 200);
            let again = send(world, &answer, "refresh", &client, &[("refresh_token", &newest)]);
            assert_eq!(again.error(), (400, "invalid_grant".to_owned()));
        }
    }

    fn client_credentials_go_through_a_plain_form(world: World) {
        world.orders_api();
        let service = world.client(metadata(ClientKind::Service));
        let page = Answer::to(world.get("/developers/playground/client-credentials"));
        let tokens = send(world, &page, "credentials", &service, &[("client_id", &service.id)]);
        assert_eq!(tokens.status, 200, "{}", tokens.body);
        let wrong = send(world, &page, "credentials", &service, &[("client_id", &service.id), ("scope", "nothing:known")]);
        assert_eq!(wrong.error(), (400, "invalid_scope".to_owned()));
    }

    fn the_request_is_what_was_typed_and_what_was_made_for_it(world: World) {
        let client = app(world, ClientKind::Spa);
        let browser = world.browser();
        let shown = build(&browser, &client, "&scope=openid&resource=https%3A%2F%2Fapi.example&prompt=login&max_age=60&login_hint=ada%40x");
        let url = world.url(&target(&shown));
        let own = format!("{}/developers/callback", world.issuer);
        for (name, value) in [
            ("response_type", "code"), ("client_id", &client.id), ("redirect_uri", &own), ("scope", "openid"),
            ("resource", "https://api.example"), ("prompt", "login"), ("max_age", "60"), ("login_hint", "ada@x"),
            ("code_challenge_method", "S256"),
        ] {
            assert_eq!(param(&url, name).as_deref(), Some(value), "{name}");
            assert!(text_of(&shown.body, "request-parameters").contains(name));
        }
        assert!(text_of(&shown.body, "request-raw").starts_with(&format!("GET {} HTTP/1.1\nHost: ", target(&shown))));
        let cookies = shown.header("set-cookie");
        assert!(cookies.contains("Path=/developers; HttpOnly; SameSite=Lax; Max-Age=600"), "{cookies}");
        let [first, second] = [(), ()].map(|()| world.url(&target(&build(&browser, &client, ""))));
        for name in ["state", "nonce", "code_challenge"] {
            assert_ne!(param(&first, name), param(&second, name), "{name}");
        }
        // The verifier is in no page before its code is there, and in no address ever.
        assert!(!shown.body.contains("code_verifier\""));
        let answer = code_answer(world, &browser, &second);
        let verifier = filled(&answer.body, "exchange").into_iter().find(|(name, _)| name == "code_verifier").unwrap().1;
        assert_eq!(param(&second, "code_challenge"), Some(challenge(&verifier)));
    }

    fn a_request_that_cannot_be_sent_is_mended_first(world: World) {
        let long = format!("client_id=x&scope={}", "s".repeat(1_001));
        for (query, field) in [("", "client_id"), ("client_id=%C3%A4", "client_id"), (long.as_str(), "scope")] {
            let answer = Answer::to(world.get(&format!("/developers/playground/request?{query}")));
            assert_eq!(answer.status, 422, "{query}");
            assert!(answer.body.contains("<title>Error: "), "{}", answer.body);
            assert!(answer.body.contains(&format!("href=\"#{field}\"")) && answer.body.contains(&format!("id=\"{field}-error\"")));
            assert_eq!((answer.header("set-cookie"), broken(&answer.body)), ("", Vec::new()));
        }
        for query in ["client_id=a&client_id=b", "client_id=%zz"] {
            for page in ["playground", "playground/request", "callback"] {
                assert_eq!(Answer::to(world.get(&format!("/developers/{page}?{query}"))).status, 400, "{page} {query}");
            }
        }
    }

    fn what_goes_wrong_is_said_in_words(world: World) {
        world.person("ada");
        // The redirect URI is not registered: the authorization endpoint answers by a page of its own.
        let other = world.client(metadata(ClientKind::Spa));
        let browser = world.browser();
        let page = browser.get(&target(&build(&browser, &other, "")));
        assert!(page.status == 400 && page.body.contains("redirect_uri is not registered"));
        // The person is not there to be asked.
        let client = app(world, ClientKind::Spa);
        let end = browser.get(&target(&build(&browser, &client, "&prompt=none"))).header("location").to_owned();
        let answer = browser.get(&end);
        assert_eq!(answer.status, 200);
        assert!(text_of(&answer.body, "answer-error").contains("login_required"));
        assert!(answer.body.contains("href=\"/developers/errors#login_required\""));
        assert!(!answer.body.contains("id=\"exchange\"") && answer.body.contains("<title>Error: "));
        assert_eq!(broken(&answer.body), Vec::<String>::new());
    }

    fn an_answer_that_is_not_this_attempt_s_leads_no_further(world: World) {
        let client = app(world, ClientKind::Spa);
        let browser = world.browser();
        let state = param(&world.url(&target(&build(&browser, &client, ""))), "state").unwrap();
        let issuer = url::form_urlencoded::byte_serialize(world.issuer.as_bytes()).collect::<String>();
        let ask = |query: String| browser.get(&format!("/developers/callback?{query}"));
        let good = ask(format!("code=c&state={state}&iss={issuer}"));
        assert!(good.body.contains("id=\"exchange\""));
        for (query, check, words) in [
            (format!("code=c&state=other&iss={issuer}"), "check-state", "not the one"),
            (format!("code=c&iss={issuer}"), "check-state", "brings no state"),
            (format!("code=c&state={state}&iss=https://evil.example"), "check-iss", "https://evil.example"),
            (format!("code=c&state={state}"), "check-iss", "does not say"),
        ] {
            let answer = ask(query.clone());
            assert!(text_of(&answer.body, check).contains(words), "{query}: {}", answer.body);
            assert!(!answer.body.contains("id=\"exchange\""), "{query}");
            assert_eq!(broken(&answer.body), Vec::<String>::new());
        }
        let stranger = world.browser().get(&format!("/developers/callback?code=c&state={state}&iss={issuer}"));
        assert!(text_of(&stranger.body, "check-state").contains("no attempt"));
        assert!(!stranger.body.contains("id=\"exchange\""));
    }

    fn hostile_answers_stay_text(world: World) {
        let script = "%3Cscript%3Ealert(1)%3C%2Fscript%3E%22%3E%E2%80%AE";
        let long = "x".repeat(9_000);
        for name in ["error", "error_description", "error_uri", "state", "iss", "code", "%3Cb%3E"] {
            let answer = Answer::to(world.get(&format!("/developers/callback?{name}={script}{long}")));
            assert_eq!(answer.status, 200, "{name}");
            for forbidden in ["<script>alert", "<b>\"", "\u{202E}", long.as_str()] {
                assert!(!answer.body.contains(forbidden), "{name} {forbidden:.20}");
            }
            assert_eq!(broken(&answer.body), Vec::<String>::new(), "{name}");
            let typed = Answer::to(world.get(&format!("/developers/playground?client_id={script}&scope={script}")));
            assert!(!typed.body.contains("<script>alert") && broken(&typed.body).is_empty());
        }
        let unknown = Answer::to(world.get("/developers/callback?error=made_up"));
        assert!(text_of(&unknown.body, "answer-error").contains("does not know"));
        assert!(!unknown.body.contains("errors#made_up"), "nothing leads to what is not there");
        let endless = Answer::to(world.get(&format!("/developers/callback?error={}", "x".repeat(17_000))));
        assert_eq!(endless.status, 414);
        for planted in ["", "x", "e30", "bm90IGpzb24", "%00"] {
            let browser = world.browser();
            let port = world.issuer.rsplit(':').next().unwrap();
            browser.set_cookie(&format!("vs_playground_{port}"), planted);
            let answer = browser.get("/developers/callback?code=c&state=");
            assert!(answer.status == 200 && !answer.body.contains("id=\"exchange\""), "{planted}");
        }
    }

    fn an_attempt_leaves_nothing_at_the_server(world: World) {
        let client = app(world, ClientKind::Spa);
        let browser = world.browser();
        build(&browser, &client, "");
        // Another server of the same name would show the same: all that there is, the browser has.
        let again = World::on(world);
        world.wait(Span::from_minutes(1));
        let elsewhere = again.browser();
        for (name, value) in browser.cookies() {
            elsewhere.set_cookie(&name, &value);
        }
        let answer = elsewhere.get("/developers/callback?code=c&state=other");
        assert!(text_of(&answer.body, "check-state").contains("not the one"));
    }
}

fn code_answer(world: &World, browser: &Browser<'_>, url: &str) -> Answer {
    let state = param(url, "state").unwrap();
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("code", "c"), ("state", &state), ("iss", &world.issuer)])
        .finish();
    browser.get(&format!("/developers/callback?{query}"))
}
