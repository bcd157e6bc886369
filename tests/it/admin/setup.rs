//! How somebody becomes an administrator: once, in time, and nobody without a link.

use crate::support::browser::hidden;
use crate::support::on_both_databases;
use crate::support::world::{Answer, Site, World};
use std::sync::Barrier;
use vouchsafe::accounts::setup;
use vouchsafe::audit::Act;
use vouchsafe::config::Config;
use vouchsafe_core::model::{EventKind, Plain, SetupCode, Span};

const PASS_PHRASE: &str = "copper lantern 42";

/// A link's code: for the first administrator, or for a further one when there is one.
fn invite(world: &World) -> String {
    let ports = &world.services.ports;
    let code: Plain<SetupCode> = Plain::from_entropy(ports.entropy.bytes());
    let (digest, act) = (code.digest(), Act::new("cli", ports.clock.now(), &ports.entropy));
    world.write(move |tx| setup::invite(tx, &act, &digest).map(drop));
    code.expose().to_owned()
}

fn fill(site: &Site, over: &[(&str, &str)]) -> Answer {
    let browser = site.browser();
    let token = hidden(&browser.get("/setup").body, "form_token");
    let mut form = vec![
        ("form_token", token.as_str()),
        ("code", ""),
        ("email", "grace@example.test"),
        ("username", "grace"),
        ("name", "Grace Hopper"),
        ("password", PASS_PHRASE),
    ];
    for (name, value) in over {
        form.retain(|(given, _)| given != name);
        form.push((name, value));
    }
    browser.post("/setup", &form)
}

fn administrators(world: &World) -> usize {
    world.events_of(EventKind::AdminGranted).len()
}

on_both_databases! {
    fn the_first_administrator_is_made_once_and_signed_in(world: World) {
        let page = world.browser().get("/setup");
        assert_eq!(page.status, 200);
        for id in ["setup-form", "setup-code", "setup-email", "setup-password", "setup-submit"] {
            assert!(page.body.contains(&format!("id=\"{id}\"")), "{id}");
        }
        assert_eq!((page.header("cache-control"), page.header("cross-origin-opener-policy")), ("no-store", "same-origin"));
        let code = invite(world);
        let browser = world.browser();
        let token = hidden(&browser.get("/setup").body, "form_token");
        let form = [
            ("form_token", token.as_str()), ("code", code.as_str()), ("email", "grace@example.test"),
            ("username", "grace"), ("password", PASS_PHRASE),
        ];
        let made = browser.post("/setup", &form);
        assert_eq!((made.status, made.header("location")), (303, "/admin"));
        assert_eq!(browser.get("/admin").status, 200);
        assert_eq!(administrators(world), 1);
        for again in [browser.get("/setup"), browser.post("/setup", &form), fill(world, &[("code", &code)])] {
            assert_eq!(again.status, 404, "there is an administrator");
            assert!(again.body.contains("href=\"/admin\""), "{}", again.body);
        }
        assert_eq!(browser.admin_sign_in("grace", PASS_PHRASE).status, 303);
    }

    fn a_restart_brings_nothing_back(world: World) {
        let code = invite(world);
        assert_eq!(fill(world, &[("code", &code)]).status, 303);
        let again = World::on(world);
        assert_eq!(again.browser().get("/setup").status, 404);
    }

    fn a_code_that_is_none_used_or_old_opens_nothing(world: World) {
        let (old, other) = (invite(world), Plain::<SetupCode>::from_entropy([9; 32]).expose().to_owned());
        world.wait(Span::from_minutes(30));
        let mistyped = format!("{other}x");
        for code in ["", "admin", mistyped.as_str(), other.as_str(), old.as_str()] {
            let answer = fill(world, &[("code", code), ("username", "taken?"), ("password", "x")]);
            assert_eq!(answer.status, 422, "{code}");
            assert!(answer.body.contains("This code is not good") && !answer.body.contains("user name:"), "{}", answer.body);
        }
        assert_eq!(administrators(world), 0);
    }

    fn what_is_wrong_with_the_account_leaves_the_code_good(world: World) {
        world.person("ada");
        let code = invite(world);
        for (field, value, says) in [
            ("email", "nowhere", "setup-email"), ("username", "a b", "setup-username"), ("password", "short", "setup-password"),
            ("password", "passwordpassword", "setup-password"), ("username", "ada", "setup-username"),
            ("email", "ada@example.test", "setup-email"),
        ] {
            let answer = fill(world, &[("code", &code), (field, value)]);
            assert_eq!(answer.status, 422, "{field}={value}");
            assert!(answer.body.contains(&format!("<a href=\"#{says}\">")), "{field}={value}: {}", answer.body);
            assert!(answer.body.contains("aria-invalid=\"true\"") && answer.body.contains(&code));
            assert!(!answer.body.contains(PASS_PHRASE));
        }
        let long = "x".repeat(1_025);
        let all = fill(world, &[("code", &code), ("email", "nowhere"), ("username", "a b"), ("name", &long), ("password", "passwordpassword")]).body;
        for field in ["email", "username", "name", "password"] {
            assert!(all.contains(&format!("<a href=\"#setup-{field}\">")), "{field} among others: {all}");
        }
        assert!(all.contains(">Name: it must be") && !all.contains("It needs at least"), "{all}");
        assert!(fill(world, &[("code", &code), ("password", "short")]).body.contains("it needs at least 12 characters"));
        assert_eq!(fill(world, &[("code", &code)]).status, 303);
    }

    fn a_further_administrator_needs_a_link_of_their_own(world: World) {
        world.administrator("root");
        assert_eq!(world.browser().get("/setup").status, 404);
        let code = invite(world);
        assert_eq!(world.browser().get("/setup").status, 200);
        assert_eq!(fill(world, &[("code", &code)]).status, 303);
        assert_eq!(world.browser().get("/setup").status, 404);
    }

    fn a_link_for_the_first_is_worth_nothing_once_there_is_one(world: World) {
        let code = invite(world);
        world.administrator("root");
        let further = invite(world);
        assert_eq!(fill(world, &[("code", &code)]).status, 422, "somebody was faster, on the machine");
        assert_eq!(fill(world, &[("code", &further)]).status, 303);
    }

    fn of_two_who_race_on_two_nodes_one_wins(world: World) {
        let other = World::on(world);
        let (one, two) = (invite(world), invite(world));
        for (round, codes) in [[&one, &one], [&one, &two]].into_iter().enumerate() {
            let barrier = Barrier::new(2);
            let statuses: Vec<u16> = std::thread::scope(|scope| {
                let racers: Vec<_> = [world, &other].into_iter().zip(codes).enumerate().map(|(at, (node, code))| {
                    let barrier = &barrier;
                    scope.spawn(move || {
                        let name = format!("racer{round}{at}");
                        let email = format!("{name}@example.test");
                        barrier.wait();
                        fill(node, &[("code", code), ("username", &name), ("email", &email)]).status
                    })
                }).collect();
                racers.into_iter().map(|racer| racer.join().unwrap()).collect()
            });
            if round == 0 {
                assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
            } else {
                assert!(statuses.iter().all(|status| matches!(status, 404 | 422)), "{statuses:?}");
            }
        }
        assert_eq!(administrators(world), 1);
    }

    fn two_links_for_the_first_make_one_administrator(world: World) {
        let other = World::on(world);
        let codes = [invite(world), invite(world)];
        let barrier = Barrier::new(2);
        std::thread::scope(|scope| {
            for (at, (node, code)) in [world, &other].into_iter().zip(&codes).enumerate() {
                let barrier = &barrier;
                scope.spawn(move || {
                    let name = format!("racer{at}");
                    let email = format!("{name}@example.test");
                    barrier.wait();
                    fill(node, &[("code", code), ("username", &name), ("email", &email)]);
                });
            }
        });
        assert_eq!(administrators(world), 1);
    }

    fn the_form_belongs_to_one_browser_and_to_us(world: World) {
        let code = invite(world);
        let token = hidden(&world.browser().get("/setup").body, "form_token");
        let form = [
            ("form_token", token.as_str()), ("code", code.as_str()), ("email", "grace@example.test"),
            ("username", "grace"), ("password", PASS_PHRASE),
        ];
        assert_eq!(world.browser().post("/setup", &form).status, 403);
        let browser = world.browser();
        let own = hidden(&browser.get("/setup").body, "form_token");
        let form = [("form_token", own.as_str()), ("code", code.as_str())];
        let foreign = world.post("/setup").header("origin", "https://evil.test").form(&form);
        assert_eq!(browser.send(foreign).status, 403);
        assert_eq!(administrators(world), 0);
    }
}

/// With a listener of its own, the public one knows nothing of the administration.
#[test]
fn with_a_listener_of_its_own_the_public_one_knows_no_administration() {
    let apart = |config: &mut Config| config.admin.listen = Some("127.0.0.1:0".parse().unwrap());
    let world = World::with("apart", None, apart);
    for path in [
        "/admin",
        "/admin/sign-in",
        "/admin/users",
        "/setup",
        "/api/v1/users",
        "/api/openapi.json",
    ] {
        assert_eq!(world.browser().get(path).status, 404, "{path}");
    }
    assert_eq!(world.browser().get("/livez").status, 200);
}
