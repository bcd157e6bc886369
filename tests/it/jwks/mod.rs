//! The key set, and what becomes of tokens while its keys change.

mod algorithms;
mod emergency;
mod fetchers;
mod rotation;

use crate::support::ports::FakeClock;
use crate::support::relying_party::header;
use crate::support::world::{Answer, World};
use std::time::Duration;
use vouchsafe::ports::Clock as _;
use vouchsafe_verify::fetch::Clock;
use vouchsafe_verify::{Rejection, RemoteVerifier, Verifier};

/// A resource server that checks tokens offline, by the database's time.
struct ResourceServer {
    verifier: RemoteVerifier,
    runtime: tokio::runtime::Runtime,
}

#[derive(Debug)]
struct Time(FakeClock);

impl Clock for Time {
    fn unix_seconds(&self) -> i64 {
        self.0.now().seconds()
    }

    fn monotonic(&self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.now().millis()).unwrap())
    }
}

impl ResourceServer {
    fn of(world: &World, audience: &str) -> Self {
        let verifier = RemoteVerifier::builder(Verifier::new(&world.issuer, audience))
            .clock(std::sync::Arc::new(Time(world.clock.another())))
            .build()
            .unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        Self { verifier, runtime }
    }

    fn check(&self, token: &str) -> Result<(), Rejection> {
        self.runtime.block_on(self.verifier.verify(token)).map(drop)
    }
}

/// The key that a token was signed with.
fn kid(token: &str) -> String {
    header(token)["kid"].as_str().unwrap().to_owned()
}

/// The names in the key set that a node answers with.
fn key_set(world: &World) -> Vec<String> {
    let keys = Answer::to(world.get("/jwks")).json();
    let keys = keys["keys"].as_array().unwrap();
    keys.iter()
        .map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect()
}
