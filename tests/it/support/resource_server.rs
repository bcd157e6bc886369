//! A resource server in the test's process, with the world's clock.

use super::ports::FakeClock;
use super::relying_party::claims;
use super::world::{Answer, World};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Runtime;
use vouchsafe::ports::Clock as _;
use vouchsafe_verify::fetch::{Clock, FeedMode, RemoteVerifierBuilder};
use vouchsafe_verify::{Rejection, RemoteVerifier, Verifier};

/// A resource server whose audience is the issuer itself.
pub(crate) struct ResourceServer {
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
    /// One that follows the revocation feed.
    pub(crate) fn new(world: &World, mode: FeedMode) -> Self {
        Self::with(world, &world.issuer, |builder| builder.feed(mode))
    }

    /// One with an identifier of its own that follows the revocation feed.
    pub(crate) fn of_api(world: &World, identifier: &str) -> Self {
        Self::with(world, identifier, |builder| builder.feed(FeedMode::Poll))
    }

    /// One that knows nothing but status lists.
    pub(crate) fn of_status_lists(world: &World) -> Self {
        Self::with(world, &world.issuer, |builder| {
            builder.feed(FeedMode::Off).status_lists()
        })
    }

    fn with(
        world: &World,
        audience: &str,
        how: impl Fn(RemoteVerifierBuilder) -> RemoteVerifierBuilder,
    ) -> Self {
        let builder = RemoteVerifier::builder(Verifier::new(&world.issuer, audience))
            .clock(Arc::new(Ticks(world.clock.clone())));
        let verifier = how(builder).build().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        Self { runtime, verifier }
    }

    /// Its verdict about a token.
    pub(crate) fn accepts(&self, token: &str) -> Result<(), Rejection> {
        self.runtime.block_on(self.verifier.verify(token)).map(drop)
    }

    /// How often it has read everything anew.
    pub(crate) fn snapshots(&self) -> u64 {
        self.verifier.figures().snapshots
    }

    /// Waits until it knows what the server publishes now.
    pub(crate) fn catches_up(&self, world: &World) {
        world.publish();
        let page = Answer::to(world.get("/revocations")).json();
        let seq = claims(page["head"].as_str().unwrap())["seq"].as_u64().unwrap();
        let reached = self.verifier.feed_reached(seq);
        self.runtime
            .block_on(async { tokio::time::timeout(Duration::from_secs(30), reached).await })
            .expect("the feed arrives");
    }
}
