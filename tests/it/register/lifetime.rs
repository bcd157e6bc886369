//! Clients that registered themselves while registration is open: how many, and for how long.

use crate::support::databases::amid;
use crate::support::newcomer::{by_token, client, open, ordinary, with_registration};
use crate::support::people::PASSWORD;
use crate::support::steps::code;
use crate::support::world::{Answer, World};
use serde_json::{Value, json};
use vouchsafe::config::{Config, Limit};
use vouchsafe_core::model::Span;

fn is_there(world: &World, made: &Value) -> bool {
    world.manage("GET", made, None).status == 200
}

/// Signs ada in with the client and redeems the code.
pub(super) fn used(world: &World, made: &Value) {
    let client = client(made);
    let browser = world.browser();
    let page = browser.ask(&client, &[("prompt", "consent")]);
    let page = browser.fill(&page, &[("username", "ada"), ("password", PASSWORD)]);
    let code = code(&browser.fill(&page, &[("decision", "allow")]));
    assert_eq!(client.redeem(world, &code).status, 200);
}

with_registration! { open;
    fn a_client_that_nobody_uses_is_removed_after_thirty_days(world: World, _site: TlsSite) {
        world.person("ada");
        let [unused, used_once] = [world.registered(json!({})), world.registered(json!({}))];
        world.wait(Span::from_days(20));
        used(world, &used_once);
        world.wait(Span::from_days(11));
        world.services.tend().unwrap();
        world.follow();
        assert!(!is_there(world, &unused));
        assert!(is_there(world, &used_once));
        assert!(world.browser().ask(&client(&unused), &[]).says("client_id is unknown"));
        world.wait(Span::from_days(20));
        world.services.tend().unwrap();
        assert!(!is_there(world, &used_once), "with what it was given and what was allowed to it");
    }
}

/// Few clients in all.
fn narrow(config: &mut Config) {
    open(config);
    config.registration.most_clients = 3;
}

mod in_all {
    use super::Span;
    use super::{json, narrow, ordinary, with_registration};
    use crate::support::world::Answer;

    with_registration! { narrow;
        fn there_are_so_many_at_most(world: World, _site: TlsSite) {
            let first = world.registered(json!({}));
            world.registered(json!({}));
            world.registered(json!({}));
            let full = world.register(&ordinary(json!({})));
            assert_eq!(full.error(), (503, "temporarily_unavailable".to_owned()));
            assert_ne!(full.header("retry-after"), "");
            // Those of an initial access token were wanted by somebody.
            let token = world.initial_token(1, Span::from_days(1), &[]);
            let request = world.post("/register").bearer_auth(token).json(&ordinary(json!({})));
            assert_eq!(Answer::to(request).status, 201);
            assert_eq!(world.manage("DELETE", &first, None).status, 204);
            world.registered(json!({}));
        }
    }
}

/// Few clients of one network.
fn slow(config: &mut Config) {
    open(config);
    config.rate_limits.registration.per_network = Limit {
        failures: 2,
        per: Span::from_minutes(15),
    };
    config.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
}

mod of_a_network {
    use super::{Answer, Span, World, json, ordinary, slow, with_registration};

    fn from(world: &World, peer: &str) -> Answer {
        let request = world.post("/register").header("x-forwarded-for", peer);
        Answer::to(request.json(&ordinary(json!({}))))
    }

    with_registration! { slow;
        fn one_network_brings_so_many_in_a_while(world: World, _site: TlsSite) {
            assert_eq!(from(world, "203.0.113.9").status, 201);
            assert_eq!(from(world, "203.0.113.77").status, 201);
            let third = from(world, "203.0.113.200");
            assert_eq!(third.error(), (429, "temporarily_unavailable".to_owned()));
            assert_eq!(third.header("retry-after"), "900");
            assert_eq!(from(world, "203.0.114.9").status, 201, "another network");
            assert_eq!(from(world, "2001:db8:0:1ff::1").status, 201);
            assert_eq!(from(world, "2001:db8:0:100::1").status, 201);
            assert_eq!(from(world, "2001:db8:0:1aa::1").status, 429);
            world.wait(Span::from_minutes(15));
            assert_eq!(from(world, "203.0.113.9").status, 201);
        }

        fn an_address_is_what_the_last_trusted_proxy_says_and_nothing_before_it(world: World, _site: TlsSite) {
            for (said, status) in [
                ("198.51.100.1, 203.0.113.9", 201), ("198.51.101.1,203.0.113.9, 127.0.0.7", 201),
                ("198.51.102.1, 203.0.113.9", 429), ("203.0.113.9:4711", 429), ("198.51.103.1", 201),
                // What is no address counts for the proxy.
                ("garbage", 201), ("unknown, -", 201), ("127.0.0.1", 429),
            ] {
                assert_eq!(from(world, said).status, status, "{said}");
            }
            let other = world.post("/register").header("forwarded", "for=192.0.2.7").header("x-real-ip", "192.0.2.7");
            assert_eq!(Answer::to(other.json(&ordinary(json!({})))).status, 429, "no other header counts");
        }

        fn changes_and_clients_with_a_token_count_as_well(world: World, _site: TlsSite) {
            let made = world.registered(json!({}));
            let mut new = ordinary(json!({}));
            new["client_id"] = made["client_id"].clone();
            let changed = world.manage("PUT", &made, Some(&new));
            assert_eq!(changed.status, 200, "{}", changed.body);
            assert_eq!(world.manage("PUT", &changed.json(), Some(&new)).status, 429);
            let token = world.initial_token(1, Span::from_days(1), &[]);
            let request = || Answer::to(world.post("/register").bearer_auth(&token).json(&ordinary(json!({}))));
            assert_eq!(request().status, 429);
            world.wait(Span::from_minutes(15));
            assert_eq!(request().status, 201, "a use that was not had is not lost");
        }
    }
}

mod with_a_token {
    use super::{Answer, Span, by_token, is_there, json, ordinary, with_registration};

    with_registration! { by_token;
        fn a_client_that_was_wanted_stays(world: World, _site: TlsSite) {
            let token = world.initial_token(1, Span::from_days(1), &[]);
            let request = world.post("/register").bearer_auth(token).json(&ordinary(json!({})));
            let made = Answer::to(request).json();
            world.wait(Span::from_days(300));
            world.services.tend().unwrap();
            assert!(is_there(world, &made));
        }
    }
}

/// A client that is used between the look for unused ones and its removal stays. On SQLite nobody comes in between.
#[test]
fn a_client_that_is_used_while_unused_ones_are_removed_stays() {
    let url = crate::support::postgres::migrated_database();
    let world = World::with("used-meanwhile", Some(url), open);
    let made = world.registered(json!({}));
    world.wait(Span::from_days(31));
    let until = (world.clock_seconds() + 1000) * 1000;
    let used = format!("UPDATE clients SET unused_until = {until}");
    amid(world.database(), &used, 1, || world.services.tend().unwrap());
    world.follow();
    assert!(is_there(&world, &made));
}
