//! The demo: what its buttons do, through HTTP, against a server that does not know that it is a demo.

use crate::support::browser::Browser;
use crate::support::people::metadata;
use crate::support::world::{Answer, World};
use actix_web::dev::ServerHandle;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use vouchsafe::accounts::administration;
use vouchsafe::audit::Act;
use vouchsafe::demo::{self, APP_SCOPES, DemoError, DemoOptions, Listeners, Terminal, api};
use vouchsafe::ports::{Clock as _, SystemClock};
use vouchsafe::services::Services;
use vouchsafe_core::model::{ClientKind, UserId};

/// A running demo beside a world.
struct Running {
    app: String,
    api: String,
    handles: [ServerHandle; 2],
    thread: Option<JoinHandle<()>>,
}

/// Types commands into the world's own server, which has no program to run.
struct Typist(Arc<Services>);

impl Terminal for Typist {
    fn run(&self, words: &[&str]) -> Result<(), String> {
        let ["user", verb, sub, rest @ ..] = words else {
            return Err(format!("unknown command {words:?}"));
        };
        let ports = &self.0.ports;
        let act = Act::new("cli", ports.clock.now(), &ports.entropy);
        let (verb, id) = ((*verb).to_owned(), UserId::new(*sub));
        let roles: Vec<String> = rest.iter().map(|role| (*role).to_owned()).collect();
        let changed = self
            .0
            .store
            .write_blocking("type", move |tx| match verb.as_str() {
                "set-role" => administration::set_roles(tx, &act, &id, &roles),
                "ban" => administration::disable(tx, &act, &id),
                "logout" => administration::log_out(tx, &act, &id),
                "unban" => administration::enable(tx, &act, &id),
                _ => Ok(None),
            });
        self.0.publish().map_err(|error| error.to_string())?;
        match changed {
            Ok(Some(_)) => Ok(()),
            other => Err(format!("{other:?}")),
        }
    }
}

impl Running {
    fn beside(world: &World) -> Self {
        // The API reads the machine's clock.
        world.wait(SystemClock.now().since(world.clock.now()));
        let loopback = "127.0.0.1:0".parse().unwrap();
        let listeners = Listeners::bind(loopback, loopback).unwrap();
        let (app, api) = (listeners.app_url(), listeners.api_url());
        let mut registered = metadata(ClientKind::Spa);
        registered.redirect_uris = vec![listeners.redirect_uri()];
        registered.post_logout_redirect_uris = vec![listeners.home_url()];
        registered.scopes = APP_SCOPES.map(str::to_owned).to_vec();
        let options = DemoOptions {
            issuer: world.issuer.clone(),
            client_id: world.client(registered).id,
            client_secret: None,
            terminal: Arc::new(Typist(Arc::clone(&world.services))),
            audience: world.api("https://orders.demo.example", &api::SCOPES.map(|(name, _)| name)),
        };
        let (started, starts) = mpsc::channel();
        let ports = world.services.ports.clone();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let demo = demo::start(options, listeners, &ports).unwrap();
                started.send(demo.handles()).unwrap();
                demo.run().await.unwrap();
            });
        });
        Self {
            app,
            api,
            handles: starts.recv().unwrap(),
            thread: Some(thread),
        }
    }

    /// Presses a button and looks at the page that it leads to.
    fn press(&self, browser: &Browser<'_>, button: &str) -> String {
        let answer = browser.post(&format!("{}/{button}", self.app), &[]);
        assert_eq!((answer.status, answer.header("location")), (303, "/"), "{button}");
        self.home(browser)
    }

    fn home(&self, browser: &Browser<'_>) -> String {
        browser.get(&format!("{}/", self.app)).body
    }

    fn sign_in(&self, browser: &Browser<'_>) -> String {
        let answer = browser.post(&format!("{}/sign-in", self.app), &[]);
        let callback = browser.authorize(answer.header("location"), "ada");
        let answer = browser.get(&callback);
        assert_eq!(
            (answer.status, answer.header("location")),
            (303, "/"),
            "{}",
            answer.body
        );
        self.home(browser)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let stops = self.handles.clone().map(|handle| handle.stop(false));
        std::thread::spawn(move || stops.map(|stop| actix_web::rt::System::new().block_on(stop)))
            .join()
            .ok();
        self.thread.take().map(JoinHandle::join);
    }
}

/// The newest exchange on the page.
fn newest(page: &str) -> &str {
    let (_, rest) = page.split_once("id=\"last-exchange\"").expect("an exchange");
    rest.split("</section>").next().unwrap()
}

#[test]
fn a_person_signs_in_and_every_button_does_what_it_says() {
    let world = World::sqlite("demo");
    world.person("ada");
    let demo = Running::beside(&world);
    let browser = world.browser();
    assert!(demo.home(&browser).contains("id=\"sign-in\""));

    let page = demo.sign_in(&browser);
    for part in [
        "<b id=\"person\">Ada Lovelace</b>",
        "id=\"id-token\"",
        "id=\"access-token\"",
        "orders:read",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let page = demo.press(&browser, "call-api");
    assert!(
        newest(&page).contains("HTTP 200") && newest(&page).contains("Copper lantern"),
        "{page}"
    );
    let page = demo.press(&browser, "call-without-scope");
    assert!(
        newest(&page).contains("HTTP 403") && newest(&page).contains("insufficient_scope"),
        "{page}"
    );
    let page = demo.press(&browser, "refresh");
    assert!(
        newest(&page).contains("HTTP 200") && newest(&page).contains("refresh_token"),
        "{page}"
    );
    let page = demo.press(&browser, "call-api");
    assert!(newest(&page).contains("HTTP 200"), "{page}");

    let page = demo.press(&browser, "replay-refresh");
    assert!(
        newest(&page).contains("HTTP 400") && newest(&page).contains("invalid_grant"),
        "{page}"
    );
    assert!(page.contains("id=\"problem\""));
    let page = demo.press(&browser, "refresh");
    assert!(
        newest(&page).contains("invalid_grant"),
        "the grant has ended: {page}"
    );

    let answer = browser.post(&format!("{}/sign-out", demo.app), &[]);
    let (end, _) = browser.open(answer.header("location"));
    assert_eq!(end, format!("{}/", demo.app), "the server sends the browser back");
    let page = demo.home(&browser);
    assert!(page.contains("id=\"sign-in\"") && !page.contains("id=\"id-token\""));
    let again = browser.post(&format!("{}/sign-in", demo.app), &[]);
    let (_, asked) = browser.open(again.header("location"));
    assert!(
        asked.body.contains("id=\"login-form\""),
        "nobody is signed in at the server either"
    );
}

#[test]
fn what_an_administrator_does_is_refused_by_the_api_and_the_page_says_how_soon() {
    let world = World::sqlite("demo-acts");
    world.person("ada");
    world.publish();
    let demo = Running::beside(&world);
    let browser = world.browser();
    demo.sign_in(&browser);
    demo.press(&browser, "call-api");

    let page = demo.press(&browser, "raise-level");
    assert!(
        page.contains("id=\"seen\"") && page.contains("The API refused after"),
        "{page}"
    );
    assert!(
        page.contains("claims_changed") && newest(&page).contains("HTTP 200"),
        "{page}"
    );
    assert!(page.contains("$ vouchsafe user set-role"), "{page}");

    let page = demo.press(&browser, "ban-me");
    assert!(page.contains("The API refused after"), "{page}");
    assert!(
        newest(&page).contains("HTTP 401") && newest(&page).contains("revoked"),
        "{page}"
    );
    let page = demo.press(&browser, "refresh");
    assert!(newest(&page).contains("invalid_grant"), "{page}");
    assert!(!page.contains("id=\"seen\""));

    let page = demo.press(&browser, "unban-me");
    assert!(page.contains("may sign in again"), "{page}");
    let page = demo.press(&browser, "call-api");
    assert!(
        newest(&page).contains("HTTP 401"),
        "what was ended stays ended: {page}"
    );
    let page = demo.press(&browser, "rotate-key");
    assert!(
        page.contains("The command failed") && page.contains("id=\"problem\""),
        "{page}"
    );

    let stranger = world.browser();
    assert!(demo.press(&stranger, "ban-me").contains("id=\"sign-in\""));
}

#[test]
fn signing_out_everywhere_ends_what_the_app_holds_and_lets_the_person_in_again() {
    let world = World::sqlite("demo-everywhere");
    world.person("ada");
    world.publish();
    let demo = Running::beside(&world);
    let browser = world.browser();
    demo.sign_in(&browser);
    demo.press(&browser, "call-api");

    let page = demo.press(&browser, "sign-out-everywhere");
    assert!(page.contains("The API refused after"), "{page}");
    assert!(page.contains("$ vouchsafe user logout"), "{page}");
    assert!(
        newest(&page).contains("HTTP 401") && newest(&page).contains("revoked"),
        "{page}"
    );
    let page = demo.press(&browser, "refresh");
    assert!(newest(&page).contains("invalid_grant"), "{page}");
    let again = browser.post(&format!("{}/sign-in", demo.app), &[]);
    let (_, asked) = browser.open(again.header("location"));
    assert!(asked.body.contains("id=\"login-form\""), "the session ended, too");
}

#[test]
fn an_answer_that_the_browser_did_not_ask_for_is_refused() {
    let world = World::sqlite("demo-state");
    world.person("ada");
    let demo = Running::beside(&world);
    let browser = world.browser();
    let answer = browser.post(&format!("{}/sign-in", demo.app), &[]);
    let callback = browser.authorize(answer.header("location"), "ada");

    let stranger = world.browser();
    assert_eq!(stranger.get(&callback).status, 400);
    let elsewhere = callback.replace("iss=http", "iss=https");
    assert_eq!(browser.get(&elsewhere).status, 303);
    assert!(demo.home(&browser).contains("another issuer"));
    assert_eq!(
        browser.get(&callback).status,
        400,
        "an attempt is over after its first answer"
    );
}

#[test]
fn a_form_of_another_program_on_this_machine_is_not_taken() {
    let world = World::sqlite("demo-forms");
    let demo = Running::beside(&world);
    let request = world
        .post(&format!("{}/sign-out", demo.app))
        .header("sec-fetch-site", "same-site");
    assert_eq!(Answer::to(request).status, 404);
}

#[test]
fn the_pages_are_demos_under_a_strict_policy() {
    let world = World::sqlite("demo-pages");
    let demo = Running::beside(&world);
    for address in [&demo.app, &demo.api] {
        let page = Answer::to(world.get(&format!("{address}/")));
        assert!(page.body.contains("<b>Demo</b>"));
        let policy = page.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'") && !policy.contains("unsafe"),
            "{policy}"
        );
        assert!(!page.body.contains("<script") && !page.body.contains("style="));
    }
    let refused = Answer::to(world.get(&format!("{}/orders", demo.api)));
    assert_eq!(refused.status, 401);
    assert!(refused.header("www-authenticate").starts_with("Bearer"));
}

#[test]
fn the_demo_listens_on_loopback_only() {
    let everywhere = "0.0.0.0:0".parse().unwrap();
    let loopback = "127.0.0.1:0".parse().unwrap();
    assert!(matches!(
        Listeners::bind(everywhere, loopback),
        Err(DemoError::NotLoopback(_))
    ));
    assert!(matches!(
        Listeners::bind(loopback, everywhere),
        Err(DemoError::NotLoopback(_))
    ));
}
