//! Limits on failed sign-ins, per account and per address.

use crate::support::browser::Browser;
use crate::support::people::{PASSWORD, Registered, metadata};
use crate::support::postgres::migrated_database;
use crate::support::steps::code;
use crate::support::world::{Answer, World};
use vouchsafe::config::Limit;
use vouchsafe_core::model::{ClientKind, Span};

/// Tries to sign in from a new browser.
fn attempt(world: &World, client: &Registered, name: &str, password: &str) -> Answer {
    let browser = world.browser();
    let page = browser.ask(client, &[]);
    browser.submit(&page, &[("username", name), ("password", password)])
}

fn sign_in(browser: &Browser<'_>, client: &Registered, name: &str) {
    let page = browser.ask(client, &[]);
    code(&browser.fill(&page, &[("username", name), ("password", PASSWORD)]));
}

crate::support::on_both_databases! {
    fn a_limit_admits_that_many_failures_and_then_not_even_the_right_password(world: World) {
        world.person("ada");
        world.person("bob");
        let client = world.client(metadata(ClientKind::Web));
        for count in 0..10 {
            let name = if count % 2 == 0 { "ada" } else { " ADA" };
            assert_eq!(attempt(world, &client, name, "wrong horse battery").status, 422);
        }
        world.wait(Span::from_minutes(5));
        let answer = attempt(world, &client, "ada", PASSWORD);
        assert_eq!((answer.status, answer.header("retry-after")), (429, "600"));
        assert!(answer.body.contains("Too many tries") && answer.body.contains("00:15 UTC"), "{}", answer.body);
        sign_in(&world.browser(), &client, "bob");
        world.wait(Span::from_minutes(10));
        sign_in(&world.browser(), &client, "ada");
    }

    fn two_names_of_an_account_get_no_more_guesses_than_one(world: World) {
        world.person("ada");
        let client = world.client(metadata(ClientKind::Web));
        for count in 0..10 {
            let name = if count % 2 == 0 { "ada" } else { "ada@example.test" };
            assert_eq!(attempt(world, &client, name, "wrong horse battery").status, 422);
        }
        for name in ["ada", "ada@example.test"] {
            let answer = attempt(world, &client, name, PASSWORD);
            assert_eq!(answer.status, 422, "the eleventh guess is not looked at");
        }
        world.wait(Span::from_minutes(15));
        sign_in(&world.browser(), &client, "ada");
    }

    fn throttling_does_not_tell_which_names_belong_together(world: World) {
        world.person("ada");
        let client = world.client(metadata(ClientKind::Web));
        let throttled = |names: [&str; 2]| {
            let mut seen = Vec::new();
            for name in names {
                for _ in 0..11 {
                    seen.push(attempt(world, &client, name, "wrong horse battery").status);
                }
            }
            seen
        };
        let linked = throttled(["ada", "ada@example.test"]);
        let strangers = throttled(["eve", "eve@example.test"]);
        assert_eq!(linked, strangers);
        assert_eq!(linked.iter().filter(|status| **status == 429).count(), 2);
    }

    fn the_right_password_costs_nothing(world: World) {
        world.person("ada");
        let client = world.client(metadata(ClientKind::Web));
        for _ in 0..9 {
            assert_eq!(attempt(world, &client, "ada", "wrong horse battery").status, 422);
        }
        for _ in 0..5 {
            sign_in(&world.browser(), &client, "ada");
        }
        assert_eq!(attempt(world, &client, "ada", "wrong horse battery").status, 422);
        assert_eq!(attempt(world, &client, "ada", PASSWORD).status, 429);
    }

    fn a_name_that_nobody_has_is_throttled_too(world: World) {
        let client = world.client(metadata(ClientKind::Web));
        for _ in 0..10 {
            assert_eq!(attempt(world, &client, "nobody", "wrong horse battery").status, 422);
        }
        assert_eq!(attempt(world, &client, " NoBody", "wrong horse battery").status, 429);
    }

    fn one_address_is_throttled_over_all_names(world: World) {
        world.person("ada");
        let client = world.client(metadata(ClientKind::Web));
        for count in 0..100 {
            assert_eq!(attempt(world, &client, &format!("guess-{count}"), "wrong horse battery").status, 422);
        }
        let spoofed = ["x-forwarded-for", "forwarded", "x-real-ip"];
        for header in spoofed {
            let browser = world.browser();
            let page = browser.ask(&client, &[]);
            let token = crate::support::browser::hidden(&page.answer.body, "form_token");
            let form = [("form_token", token.as_str()), ("username", "ada"), ("password", PASSWORD)];
            let answer = browser.send(world.post(&page.at).header(header, "203.0.113.7").form(&form));
            assert_eq!(answer.status, 429, "{header}");
        }
    }

    fn guesses_at_once_cost_as_many(world: World) {
        world.person("ada");
        let client = world.client(metadata(ClientKind::Web));
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let guess = || attempt(world, &client, "ada", "wrong horse battery").status;
            let threads: Vec<_> = (0..30).map(|_| scope.spawn(guess)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let admitted = statuses.iter().filter(|status| **status != 429).count();
        assert!((1..=10).contains(&admitted), "{statuses:?}");
        assert!(statuses.iter().all(|status| matches!(status, 422 | 429 | 503)), "{statuses:?}");
    }
}

/// A world in which one address may bring three new browsers.
fn narrow(postgres: Option<String>) -> World {
    World::with("newcomers", postgres, |config| {
        config.rate_limits.interactions.per_address = Limit {
            failures: 3,
            per: Span::from_minutes(15),
        };
    })
}

fn one_address_brings_so_many_new_browsers(world: &World) {
    let client = world.client(metadata(ClientKind::Web));
    let known = world.browser();
    assert_eq!(known.ask(&client, &[]).name(), "login");
    let cross_site = || {
        let query = client.authorization(&[]);
        let (_, form) = query.split_once('?').unwrap();
        let request = world.post("/authorize").body(form.to_owned());
        Answer::to(request.header("content-type", "application/x-www-form-urlencoded")).status
    };
    assert_eq!(cross_site(), 303);
    // A cookie that was made up is no browser that we know.
    let made_up = world.browser();
    let (name, value) = known.cookies().pop_first().unwrap();
    made_up.set_cookie(&name, &value);
    assert_eq!(made_up.ask(&client, &[]).name(), "login", "this one is known");
    assert_eq!(world.browser().ask(&client, &[]).name(), "login");
    world.wait(Span::from_minutes(5));
    let refused = world.browser().ask(&client, &[]);
    assert_eq!(
        (refused.answer.status, refused.answer.header("retry-after")),
        (429, "600")
    );
    assert!(refused.says("Too many requests") && refused.says("id=\"error-title\""));
    assert_eq!(cross_site(), 429);
    assert_eq!(
        known.ask(&client, &[]).name(),
        "login",
        "whoever came before goes on"
    );
    let silent = world.browser().ask(&client, &[("prompt", "none")]);
    assert!(
        silent.at.contains("error=login_required"),
        "nothing is stored for it: {}",
        silent.at
    );
    world.wait(Span::from_minutes(10));
    assert_eq!(world.browser().ask(&client, &[]).name(), "login");
}

#[test]
fn one_address_brings_so_many_new_browsers_on_sqlite() {
    one_address_brings_so_many_new_browsers(&narrow(None));
}

#[test]
fn one_address_brings_so_many_new_browsers_on_postgres() {
    one_address_brings_so_many_new_browsers(&narrow(Some(migrated_database())));
}
