//! A signing key that others may know is taken out of use: its tokens are refused, and nobody signs in again.

use super::{ResourceServer, key_set, kid};
use crate::support::on_both_databases;
use crate::support::people::metadata;
use crate::support::world::{Answer, World};
use vouchsafe::audit::Act;
use vouchsafe::db;
use vouchsafe_core::decide::key_state::KeyState;
use vouchsafe_core::model::{ClientKind, EventKind, Kid, Span};
use vouchsafe_verify::Rejection;

const OFFLINE: &[(&str, &str)] = &[
    ("scope", "openid offline_access orders:read"),
    ("prompt", "consent"),
];

fn userinfo(world: &World, token: &str) -> u16 {
    Answer::to(world.get("/userinfo").bearer_auth(token)).status
}

fn revoke(world: &World, kid: &Kid) -> Option<Vec<Kid>> {
    let services = &world.services;
    let act = Act::new("cli", services.ports.clock.now(), &services.ports.entropy);
    services.keys.revoke(&services.store, &act, kid).unwrap()
}

fn states(world: &World) -> Vec<(Kid, KeyState)> {
    let states = world.services.keys.states(world.services.ports.clock.now());
    states.into_iter().map(|(row, state)| (row.kid, state)).collect()
}

/// The key that signs, and the next one.
fn live(world: &World) -> [(Kid, KeyState); 2] {
    let mut live = states(world);
    live.retain(|(_, state)| matches!(state, KeyState::Active | KeyState::Next));
    live.try_into().unwrap()
}

on_both_databases! {
    fn tokens_of_a_revoked_key_are_refused_and_refreshing_goes_on(world: World) {
        let other = World::on_with_own_clock(world);
        world.person("ada");
        let audience = world.orders_api();
        let app = world.client(metadata(ClientKind::Spa));
        other.follow();
        world.wait(Span::from_days(2));
        let tokens = app.sign_in(world, "ada", OFFLINE);
        let old = tokens["access_token"].as_str().unwrap();
        let verifier = ResourceServer::of(world, &audience);
        assert_eq!(verifier.check(old), Ok(()));
        assert_eq!(userinfo(&other, old), 200);

        let [(revoked, _), (next, _)] = states(world).try_into().unwrap();
        assert_eq!(kid(old), revoked.as_str());
        let made = revoke(world, &revoked).unwrap();
        assert_eq!(revoke(world, &revoked), None, "only once");
        world.follow();
        other.follow();
        for node in [world, &other] {
            assert_eq!(key_set(node), [next.as_str(), made[0].as_str()]);
            assert_eq!(userinfo(node, old), 401);
        }
        // Whoever holds the key set still knows the new key: it was there for days.
        for node in [&other, world] {
            let refresh_token = tokens["refresh_token"].as_str().unwrap();
            let refreshed = app.refresh(node, refresh_token).json();
            let new = refreshed["access_token"].as_str().unwrap();
            assert_eq!(kid(new), next.as_str());
            assert_eq!(verifier.check(new), Ok(()));
            assert_eq!(userinfo(node, new), 200);
        }
        // By its Cache-Control the key set is fetched again after five minutes, and then nobody takes the old one.
        world.wait(Span::from_seconds(310));
        assert_eq!(verifier.check(old), Err(Rejection::KeyUnknown));
    }

    fn verifiers_are_told_of_the_key_for_as_long_as_its_tokens_could_live(world: World) {
        let (revoked, _) = states(world).remove(0);
        revoke(world, &revoked).unwrap();
        let events = world.services.store.read_blocking("list", |tx| db!(tx, events::list(None, 100))).unwrap();
        let told = events.iter().find(|event| event.kind == EventKind::KeyRevoked).unwrap();
        assert_eq!(told.target.as_deref(), Some(revoked.as_str()));
        assert_eq!(told.actor, "cli");
        assert!(told.expires_at.since(told.at) >= Span::from_hours(24));
        let made = events.iter().filter(|event| event.kind == EventKind::KeyCreated).count();
        assert_eq!(made, 3);
    }

    fn there_is_a_key_that_signs_whatever_is_revoked(world: World) {
        let app = world.client(metadata(ClientKind::Spa));
        world.person("ada");
        for _ in 0..3 {
            for (kid, state) in states(world) {
                if matches!(state, KeyState::Active | KeyState::Next) {
                    revoke(world, &kid).unwrap();
                    let active = states(world).iter().filter(|(_, state)| *state == KeyState::Active).count();
                    assert_eq!(active, 1);
                }
            }
        }
        world.follow();
        let tokens = app.sign_in(world, "ada", &[]);
        assert_eq!(userinfo(world, tokens["access_token"].as_str().unwrap()), 200);
        // What was revoked cannot be stolen any more.
        world.services.tend().unwrap();
        let rows = world.services.keys.states(world.services.ports.clock.now());
        assert!(rows.iter().all(|(row, state)| (*state == KeyState::Revoked) == row.sealed.is_none()));
    }

    fn a_key_that_took_over_early_signs_no_longer_than_any_other(world: World) {
        let interval = world.services.config.keys.rotation.interval;
        for _ in 0..2 {
            let [(active, _), (next, _)] = live(world);
            revoke(world, &active).unwrap();
            let now = world.services.ports.clock.now();
            let rows = world.services.keys.states(now);
            let begins = |kid: &Kid| rows.iter().find(|(row, _)| row.kid == *kid).unwrap().0.activate_at;
            let [(active, _), (after, _)] = live(world);
            assert_eq!(active, next);
            assert_eq!((begins(&active), begins(&after)), (now, now.plus(interval)));
            world.wait(Span::from_days(3));
        }
    }

    fn two_operators_who_revoke_at_once_leave_a_key_that_signs(world: World) {
        let other = World::on_with_own_clock(world);
        let [(active, _), (next, _)] = states(world).try_into().unwrap();
        std::thread::scope(|scope| {
            scope.spawn(|| revoke(world, &active));
            scope.spawn(|| revoke(&other, &next));
        });
        for node in [world, &other] {
            node.follow();
            let active = states(node).iter().filter(|(_, state)| *state == KeyState::Active).count();
            assert_eq!(active, 1, "{:?}", states(node));
        }
        assert_eq!(key_set(world), key_set(&other));
    }
}
