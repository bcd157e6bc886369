//! Attacks on invitations: guessing codes, using one twice at the same time, and looking for one where it may not be.

use crate::cli::program::{PASS_PHRASE, Place, Served};
use crate::support::on_both_databases;
use crate::support::people::{PASSWORD, metadata};
use crate::support::world::{Answer, World};
use std::sync::Barrier;
use vouchsafe_core::model::{ClientKind, EventKind, InvitationCode, Plain, Span};

fn signs_in(world: &World, username: &str, password: &str) -> bool {
    let shop = world.client(metadata(ClientKind::Web));
    let end = world
        .browser()
        .authorize_by(&shop.authorization(&[]), username, password);
    end.contains("code=")
}

on_both_databases! {
    fn of_many_who_use_a_link_at_once_on_two_nodes_one_wins(world: World) {
        let other = World::on(world);
        let (_, code) = world.invited("ada");
        let barrier = Barrier::new(6);
        let passwords: Vec<_> = (0..6).map(|racer| format!("copper lantern {racer}{racer}")).collect();
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let racers: Vec<_> = passwords.iter().enumerate().map(|(at, password)| {
                let (barrier, code, node) = (&barrier, &code, if at % 2 == 0 { world } else { &other });
                scope.spawn(move || {
                    barrier.wait();
                    // Two nodes on one file may have to wait for each other: who is told so tries again.
                    loop {
                        match node.browser().choose_password(code, password).status {
                            503 => {}
                            status => break status,
                        }
                    }
                })
            }).collect();
            racers.into_iter().map(|racer| racer.join().unwrap()).collect()
        });
        assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| matches!(status, 303 | 422)), "{statuses:?}");
        let won = statuses.iter().position(|status| *status == 303).unwrap();
        assert!(signs_in(world, "ada", &passwords[won]) && !signs_in(world, "ada", &passwords[(won + 1) % 6]));
        assert_eq!(world.events_of(EventKind::InvitationAccepted).len(), 1);
    }

    fn a_password_that_an_administrator_sets_meanwhile_is_the_one_that_counts(world: World) {
        for round in 0..4 {
            let name = format!("person{round}");
            let (_, code) = world.invited(&name);
            let barrier = Barrier::new(2);
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    barrier.wait();
                    world.browser().choose_password(&code, "golden lantern 44")
                });
                scope.spawn(|| {
                    barrier.wait();
                    world.set_password(&name, PASSWORD);
                });
            });
            assert!(signs_in(world, &name, PASSWORD), "{name}");
            assert_eq!(world.browser().choose_password(&code, "golden lantern 44").status, 422);
        }
    }

    fn guesses_are_throttled_by_address_and_good_codes_cost_nothing(world: World) {
        let (_, code) = world.invited("ada");
        for filling in 0..100_u8 {
            let guess = Plain::<InvitationCode>::from_entropy([filling; 32]);
            assert_eq!(world.browser().send_code(guess.expose()).status, 422);
            if filling % 10 == 0 {
                assert_eq!(world.browser().send_code(&code).status, 200);
                assert_eq!(world.browser().choose_password(&code, "short").status, 422, "the code was good");
            }
        }
        for answer in [
            world.browser().send_code(&code),
            world.browser().choose_password(&code, PASSWORD),
            world.browser().send_code("vinv_"),
        ] {
            assert_eq!((answer.status, answer.header("retry-after")), (429, "900"));
            assert!(answer.body.contains("Too many tries") && !answer.body.contains("ada@example.test"), "{}", answer.body);
        }
        let browser = world.browser();
        let token = crate::support::browser::hidden(&browser.get("/invitation").body, "form_token");
        let form = [("form_token", token.as_str()), ("code", code.as_str())];
        let elsewhere = world.post("/invitation").header("x-forwarded-for", "203.0.113.7").form(&form);
        assert_eq!(browser.send(elsewhere).status, 429, "anybody can say to be elsewhere");
        let shop = world.client(metadata(ClientKind::Web));
        world.person("bob");
        assert!(world.browser().authorize_by(&shop.authorization(&[]), "bob", PASSWORD).contains("code="), "sign-ins are counted apart");
        world.wait(Span::from_minutes(15));
        assert_eq!(world.browser().choose_password(&code, PASSWORD).status, 303);
    }
}

/// The link is on the standard output of the one who makes it, and nowhere else.
fn a_code_is_written_down_nowhere(place: Place) {
    let place = place.with("VOUCHSAFE__LOG__FILTER", "info,vouchsafe=trace");
    place.create_user("root");
    let served = Served::start(&place);
    let invite = |words: &[&str]| {
        let document = place
            .run(&[&["user", "invite", "--json"], words].concat())
            .document();
        let link = document["invitation"]["link"].as_str().unwrap().to_owned();
        link.split_once('#').unwrap().1.to_owned()
    };
    let first = invite(&["--username", "ada", "--email", "ada@example.com"]);
    let second = invite(&["--again", "ada"]);
    let site = served.site();
    let browser = site.browser();
    let answers: Vec<Answer> = vec![
        browser.send_code(&first),
        browser.choose_password(&first, PASS_PHRASE),
        browser.choose_password(&second, PASS_PHRASE),
        browser.send_code(&second),
        browser.get(&format!("/invitation?code={second}")),
    ];
    assert_eq!(
        answers.iter().map(|answer| answer.status).collect::<Vec<_>>(),
        [422, 422, 303, 422, 200]
    );
    let log = place.run(&["audit", "export"]);
    let ended = served.stop();
    for code in [&first, &second] {
        let body = code.strip_prefix("vinv_").unwrap();
        assert!(
            !ended.stderr.contains(body) && !ended.stdout.contains(body),
            "{}",
            ended.stderr
        );
        assert!(!log.stdout.contains(body), "{}", log.stdout);
        for answer in &answers {
            assert!(!answer.body.contains(body), "{}", answer.body);
            let headers = format!("{:?}", answer.headers);
            assert!(!headers.contains(body), "{headers}");
        }
    }
}

#[test]
fn a_code_is_written_down_nowhere_on_sqlite() {
    a_code_is_written_down_nowhere(Place::sqlite());
}

#[test]
fn a_code_is_written_down_nowhere_on_postgres() {
    a_code_is_written_down_nowhere(Place::postgres());
}
