//! Nodes die one after another under load: what was answered stands, and resource servers go on.

use crate::cli::program::Place;
use crate::support::chain::Chain;
use crate::support::fleet::Fleet;
use crate::support::people::Registered;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::scope;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::time::{sleep, timeout};
use vouchsafe_verify::fetch::FeedMode;
use vouchsafe_verify::{Rejection, RemoteVerifier, Verifier};

const OFFLINE: &[(&str, &str)] = &[("scope", "openid offline_access"), ("prompt", "consent")];

/// A resource server that follows the feed through the proxy.
struct ResourceServer {
    runtime: Runtime,
    verifier: RemoteVerifier,
}

impl ResourceServer {
    fn start(fleet: &Fleet, mode: FeedMode) -> Self {
        let verifier = RemoteVerifier::builder(Verifier::new(&fleet.issuer, &fleet.issuer));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        Self {
            runtime,
            verifier: verifier.feed(mode).build().unwrap(),
        }
    }

    fn judges(&self, token: &str) -> Result<(), Rejection> {
        self.runtime.block_on(self.verifier.verify(token)).map(drop)
    }

    /// Waits until it refuses the token. It hears the feed only meanwhile.
    fn learns_of(&self, token: &str) {
        let refusal = async {
            while self.verifier.verify(token).await.map(drop) != Err(Rejection::ClaimsChanged) {
                sleep(Duration::from_millis(20)).await;
            }
        };
        let heard = async { timeout(Duration::from_mins(1), refusal).await };
        self.runtime.block_on(heard).expect("the feed tells of it");
    }
}

/// A node dies; then a token is taken back, which every resource server must learn from the others.
fn revocation_after_a_death(fleet: &mut Fleet, node: usize, app: &Registered, servers: &[ResourceServer]) {
    let tokens = app.sign_in(fleet, "ada", &[]);
    let token = tokens["access_token"].as_str().unwrap();
    for server in servers {
        assert_eq!(server.judges(token), Ok(()));
    }
    fleet.kill(node);
    let revoked = app.revoke(fleet, token);
    assert_eq!(revoked.status, 200, "{}", revoked.body);
    for server in servers {
        server.learns_of(token);
    }
    fleet.start_again(node);
}

#[test]
fn the_death_of_any_node_loses_nothing_that_was_answered() {
    let mut fleet = Fleet::start(Place::postgres(), 3);
    fleet.person("ada");
    let app = fleet.client("spa", &["--first-party"]);
    let mut chains: Vec<_> = (0..2)
        .map(|_| {
            let tokens = app.sign_in(&fleet, "ada", OFFLINE);
            Chain::new(&app, tokens["refresh_token"].as_str().unwrap())
        })
        .collect();
    let servers = [FeedMode::Stream, FeedMode::Poll].map(|mode| ResourceServer::start(&fleet, mode));
    let way = fleet.another(fleet.issuer.clone());
    let over = AtomicBool::new(false);
    scope(|threads| {
        for chain in &mut chains {
            let (way, over) = (&way, &over);
            threads.spawn(move || chain.rotate_until(way, over));
        }
        for node in 0..3 {
            revocation_after_a_death(&mut fleet, node, &app, &servers);
        }
        over.store(true, Ordering::Relaxed);
    });
    for chain in &mut chains {
        assert!(chain.rotations > 0);
        chain.goes_on(&fleet);
    }
    assert_eq!(fleet.run(&["audit", "verify"]).status, 0);
}
