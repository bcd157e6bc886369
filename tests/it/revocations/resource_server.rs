//! Both halves together: what is ended here is refused by a resource server that asks nobody.

use super::{head, snapshot};
use crate::support::on_both_databases;
use crate::support::people::metadata;
use crate::support::ports::FakeClock;
use crate::support::world::World;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Runtime;
use vouchsafe::ports::Clock as _;
use vouchsafe_core::model::ClientKind;
use vouchsafe_verify::fetch::{Clock, FeedMode};
use vouchsafe_verify::{Rejection, RemoteVerifier, Verifier};

/// A resource server whose audience is the issuer itself.
struct ResourceServer {
    runtime: Runtime,
    verifier: RemoteVerifier,
}

/// The world's clock, as the library wants it.
#[derive(Clone)]
struct Ticks(FakeClock);

impl std::fmt::Debug for Ticks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ticks")
    }
}

impl Clock for Ticks {
    fn unix_seconds(&self) -> i64 {
        self.0.now().seconds()
    }

    fn monotonic(&self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.now().millis()).unwrap())
    }
}

impl ResourceServer {
    fn new(world: &World, mode: FeedMode) -> Self {
        let verifier = RemoteVerifier::builder(Verifier::new(&world.issuer, &world.issuer))
            .feed(mode)
            .clock(Arc::new(Ticks(world.clock.clone())))
            .build()
            .unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        Self { runtime, verifier }
    }

    fn accepts(&self, token: &str) -> Result<(), Rejection> {
        self.runtime.block_on(self.verifier.verify(token)).map(drop)
    }

    /// Waits until it knows what the server publishes now.
    fn catches_up(&self, world: &World) {
        world.publish();
        let seq = head(&snapshot(world))["seq"].as_u64().unwrap();
        let reached = self.verifier.feed_reached(seq);
        self.runtime
            .block_on(async { tokio::time::timeout(Duration::from_secs(30), reached).await })
            .expect("the feed arrives");
    }
}

const MODES: [FeedMode; 2] = [FeedMode::Poll, FeedMode::Stream];

on_both_databases! {
    fn the_tokens_of_a_person_who_was_disabled_are_refused_and_those_of_others_are_not(world: World) {
        world.person("ada");
        world.person("bob");
        world.publish();
        let client = world.client(metadata(ClientKind::Web));
        for mode in MODES {
            let server = ResourceServer::new(world, mode);
            let [ada, bob] = ["ada", "bob"].map(|name| {
                let tokens = client.sign_in(world, name, &[]);
                tokens["access_token"].as_str().unwrap().to_owned()
            });
            assert_eq!(server.accepts(&ada), Ok(()));
            assert_eq!(server.accepts(&bob), Ok(()));
            world.disable("ada");
            server.catches_up(world);
            assert_eq!(server.accepts(&ada), Err(Rejection::Revoked), "{mode:?}");
            assert_eq!(server.accepts(&bob), Ok(()), "{mode:?}");
            world.enable("ada");
            server.catches_up(world);
            assert_eq!(server.accepts(&ada), Err(Rejection::Revoked), "enabling revives nothing");
        }
    }

    fn a_changed_role_asks_for_a_refresh_and_signs_nobody_out(world: World) {
        world.person("ada");
        world.publish();
        let client = world.client(metadata(ClientKind::Spa));
        for (mode, role) in MODES.into_iter().zip(["support", "billing"]) {
            let server = ResourceServer::new(world, mode);
            let tokens = client.sign_in(world, "ada", &[("scope", "openid offline_access"), ("prompt", "consent")]);
            let token = tokens["access_token"].as_str().unwrap();
            assert_eq!(server.accepts(token), Ok(()));
            world.set_roles("ada", &[role]);
            server.catches_up(world);
            assert_eq!(server.accepts(token), Err(Rejection::ClaimsChanged), "{mode:?}");
            let refreshed = client.refresh(world, tokens["refresh_token"].as_str().unwrap());
            assert_eq!(refreshed.status, 200, "{}", refreshed.body);
            let refreshed = refreshed.json();
            assert_eq!(server.accepts(refreshed["access_token"].as_str().unwrap()), Ok(()));
        }
    }

    fn what_ended_before_a_resource_server_started_is_in_its_first_snapshot(world: World) {
        world.person("ada");
        let client = world.client(metadata(ClientKind::Web));
        let tokens = client.sign_in(world, "ada", &[]);
        let token = tokens["access_token"].as_str().unwrap();
        world.disable("ada");
        for mode in MODES {
            let server = ResourceServer::new(world, mode);
            // The first token starts the feed; it may be judged before the feed has come.
            let _ = server.accepts(token);
            server.catches_up(world);
            assert_eq!(server.accepts(token), Err(Rejection::Revoked), "{mode:?}");
        }
    }
}
