//! Rotation, with two nodes and a verifier that holds the key set: no valid token is refused at any instant.

use super::{ResourceServer, key_set, kid};
use crate::support::on_both_databases;
use crate::support::people::{Registered, metadata};
use crate::support::world::World;
use std::collections::BTreeSet;
use vouchsafe::audit::Act;
use vouchsafe::ports::Clock as _;
use vouchsafe_core::decide::key_state;
use vouchsafe_core::model::{ClientKind, KeyAlgorithm, SigningKey, Span, UnixTime};

/// Tokens that have not expired, and who checks them.
struct Traffic {
    service: Registered,
    verifiers: Vec<ResourceServer>,
    out: Vec<(UnixTime, String)>,
    kids: BTreeSet<String>,
}

impl Traffic {
    fn of(world: &World) -> Self {
        let audience = world.orders_api();
        Self {
            service: world.client(metadata(ClientKind::Service)),
            verifiers: (0..3).map(|_| ResourceServer::of(world, &audience)).collect(),
            out: Vec::new(),
            kids: BTreeSet::new(),
        }
    }

    /// Each node gives a token, and every token that is still valid is shown to everybody.
    fn flow(&mut self, nodes: &[&World]) {
        let now = nodes[0].clock.another().now();
        for node in nodes {
            let answer = self.service.token(node, &[("grant_type", "client_credentials")]);
            assert_eq!(answer.status, 200, "{}", answer.body);
            let token = answer.json()["access_token"].as_str().unwrap().to_owned();
            self.kids.insert(kid(&token));
            self.out.push((now.plus(Span::from_minutes(5)), token));
        }
        self.out.retain(|(end, _)| *end > now);
        for (_, token) in &self.out {
            for verifier in &self.verifiers {
                assert_eq!(verifier.check(token), Ok(()), "{}", kid(token));
            }
        }
    }
}

fn rows(world: &World) -> Vec<SigningKey> {
    let states = world.services.keys.states(world.clock.another().now());
    states.into_iter().map(|(row, _)| row).collect()
}

on_both_databases! {
    fn no_valid_token_is_refused_while_keys_rotate_by_the_timetable(world: World) {
        let (late, cut_off) = (World::on_with_own_clock(world), World::on_with_own_clock(world));
        world.clock.be_off_by(Span::from_seconds(3));
        late.clock.be_off_by(Span::from_seconds(-3));
        cut_off.clock.be_off_by(Span::from_millis(-900));
        for node in [world, &late, &cut_off] {
            node.follow();
        }
        let mut traffic = Traffic::of(world);
        let nodes = [world, &late, &cut_off];
        let first = rows(world);
        traffic.flow(&nodes);
        assert_eq!(traffic.kids.len(), 1);
        // From now on the third node never hears of anything.
        world.wait(Span::from_minutes(90 * 24 * 60 - 6));
        for _ in 0..24 {
            traffic.flow(&nodes);
            world.wait(Span::from_seconds(30));
        }
        assert_eq!(traffic.kids.len(), 2, "all nodes sign with the next key now, the one that is cut off too");
        let newest = traffic.out.last().map(|(_, token)| kid(token)).unwrap();
        assert_eq!(newest, first[1].kid.as_str());
        // The others make a next key, and the old one leaves when nothing that it signed can be valid.
        world.services.tend().unwrap();
        late.follow();
        assert_eq!(key_set(world), key_set(&late));
        assert_eq!(key_set(world).len(), 3);
        world.wait(Span::from_hours(25));
        for node in [world, &late] {
            assert_eq!(key_set(node).len(), 2);
            assert!(!key_set(node).contains(&first[0].kid.as_str().to_owned()));
        }
        traffic.flow(&nodes);
    }

    fn no_valid_token_is_refused_when_an_operator_rotates_ahead_of_time(world: World) {
        let other = World::on_with_own_clock(world);
        other.clock.be_off_by(Span::from_seconds(2));
        other.follow();
        let mut traffic = Traffic::of(world);
        world.wait(Span::from_days(2));
        traffic.flow(&[world, &other]);
        for _ in 0..3 {
            let now = world.services.ports.clock.now();
            let keys = &world.services.keys;
            let promised = key_state::promotion(&rows(world), KeyAlgorithm::Rs256, keys.times(), (now, true)).unwrap();
            let act = Act::new("cli", now, &world.services.ports.entropy);
            let made = keys.promote(&world.services.store, &act, &promised).unwrap().unwrap();
            assert_eq!(made.len(), 1, "a next key is there at once");
            assert!(key_set(world).contains(&made[0].as_str().to_owned()));
            assert_eq!(keys.promote(&world.services.store, &act, &promised).unwrap(), None, "only once");
            // One node signs with the new key, the other with the old one until it looks.
            traffic.flow(&[world, &other]);
            other.follow();
            assert_eq!(key_set(world), key_set(&other));
            traffic.flow(&[world, &other]);
            // After the lead that is the least, it can be done again.
            for _ in 0..4 {
                world.wait(Span::from_hours(6));
                world.services.tend().unwrap();
                other.follow();
                traffic.flow(&[world, &other]);
            }
        }
        assert_eq!(traffic.kids.len(), 4);
    }
}
