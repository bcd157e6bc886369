//! Those who would fill the revocation feed, or hold all its connections.

use crate::support::patience::until;
use crate::support::people::{Registered, metadata};
use crate::support::postgres;
use crate::support::world::{Answer, World};
use std::time::Duration;
use vouchsafe_core::model::{ClientKind, Span};

fn on_both(name: &str, change: impl Fn(&mut vouchsafe::config::RateLimits), test: impl Fn(&World)) {
    for database in [None, Some(postgres::migrated_database())] {
        let world = World::with(name, database, |config| change(&mut config.rate_limits));
        test(&world);
    }
}

fn token(service: &Registered, world: &World) -> String {
    let form = [("grant_type", "client_credentials"), ("scope", "orders:read")];
    let answer = service.token(world, &form).json();
    answer["access_token"].as_str().unwrap().to_owned()
}

fn told(world: &World) -> usize {
    world.publish();
    let page = Answer::to(world.get("/revocations")).json();
    page["entries"].as_array().unwrap().len()
}

#[test]
fn a_client_that_revokes_without_end_is_stopped_and_nobody_else_is() {
    let limit = |limits: &mut vouchsafe::config::RateLimits| {
        limits.revoke.per_client = vouchsafe::config::Limit::parse("3/1m").unwrap();
    };
    on_both("revoke-flood", limit, |world| {
        world.orders_api();
        let [flooder, other] = [(); 2].map(|()| world.client(metadata(ClientKind::Service)));
        // What is not its own token counts for nobody.
        let foreign = token(&other, world);
        for _ in 0..5 {
            assert_eq!(flooder.revoke(world, "garbage").status, 200);
            assert_eq!(flooder.revoke(world, &foreign).status, 200);
        }
        for number in 1..=3 {
            assert_eq!(
                flooder.revoke(world, &token(&flooder, world)).status,
                200,
                "{number}"
            );
        }
        let last = token(&flooder, world);
        for _ in 0..3 {
            let refused = flooder.revoke(world, &last);
            assert_eq!(refused.error(), (429, "temporarily_unavailable".to_owned()));
            let seconds: i64 = refused.header("retry-after").parse().unwrap();
            assert!((1..=61).contains(&seconds), "{seconds}");
        }
        assert_eq!(told(world), 3);
        assert_eq!(
            flooder.introspect(world, &last).json()["active"],
            true,
            "nothing was done"
        );
        assert_eq!(other.revoke(world, &foreign).status, 200);
        world.wait(Span::from_seconds(61));
        assert_eq!(flooder.revoke(world, &last).status, 200);
        assert_eq!(told(world), 5);
    });
}

#[test]
fn one_address_cannot_hold_every_connection_to_the_feed() {
    let limit = |limits: &mut vouchsafe::config::RateLimits| limits.feed.connections_per_address = 2;
    on_both("stream-flood", limit, |world| {
        world.publish();
        let stream = || world.get("/revocations/stream").send().unwrap();
        let (first, second) = (stream(), stream());
        assert_eq!((first.status().as_u16(), second.status().as_u16()), (200, 200));
        let third = Answer::of(stream());
        assert_eq!(third.error(), (429, "temporarily_unavailable".to_owned()));
        assert_eq!(third.header("retry-after"), "31");
        // A question is still answered, and waits for nothing.
        let page = Answer::to(world.get("/revocations")).json();
        let head = crate::support::relying_party::claims(page["head"].as_str().unwrap());
        let path = format!(
            "/revocations?timeline={}&after={}&wait=30",
            head["timeline"].as_str().unwrap(),
            head["seq"]
        );
        let at_once = world.get(&path).timeout(Duration::from_secs(20));
        assert_eq!(Answer::to(at_once).json()["entries"], serde_json::json!([]));
        drop(first);
        // The server sees that somebody has gone when it tells them something.
        until("a place is free again", || {
            world.wait(Span::from_seconds(2));
            world.publish();
            (stream().status() == 200).then_some(())
        });
        drop(second);
    });
}

#[test]
fn one_address_cannot_ask_the_feed_without_end() {
    let limit = |limits: &mut vouchsafe::config::RateLimits| {
        limits.feed.questions_per_address = vouchsafe::config::Limit::parse("3/1m").unwrap();
    };
    on_both("question-flood", limit, |world| {
        world.publish();
        let ask = |query: &str| Answer::to(world.get(&format!("/revocations{query}")));
        for query in ["", "?after=x", "?timeline=t&after=1"] {
            assert_ne!(ask(query).status, 429, "{query}");
        }
        let refused = ask("");
        assert_eq!(refused.error(), (429, "temporarily_unavailable".to_owned()));
        assert_eq!(refused.header("retry-after"), "61");
        assert_eq!(refused.header("access-control-allow-origin"), "*");
        assert_eq!(
            world.get("/revocations/stream").send().unwrap().status(),
            200,
            "streams are counted by themselves"
        );
        world.wait(Span::from_seconds(59));
        assert_eq!(ask("?wait=1").header("retry-after"), "2");
        world.wait(Span::from_seconds(1));
        assert_eq!(ask("").status, 200);
    });
}

#[test]
fn whoever_switches_limits_off_has_none_on_the_feed() {
    let off = |limits: &mut vouchsafe::config::RateLimits| {
        limits.enabled = false;
        limits.feed.questions_per_address = vouchsafe::config::Limit::parse("1/1m").unwrap();
    };
    on_both("question-flood-off", off, |world| {
        world.publish();
        for _ in 0..3 {
            assert_eq!(Answer::to(world.get("/revocations")).status, 200);
        }
    });
}
