//! PostgreSQL stands still: whoever asks it waits, and gets no answer. (One that is gone: `attacks/crashes.rs`.)

use crate::cli::program::Place;
use crate::support::feed_reader::FeedReader;
use crate::support::fleet::Fleet;
use crate::support::patience::{machine_ms, until};
use crate::support::people::Registered;
use crate::support::postgres::Cluster;
use crate::support::relying_party::VERIFIER;
use crate::support::world::Answer;
use std::thread::scope;

const OFFLINE: &[(&str, &str)] = &[("scope", "openid offline_access"), ("prompt", "consent")];
/// After so many milliseconds without the database no node signs a head any more.
const LAST_HEAD: i64 = 4_000;

/// What a node answers while its database says nothing.
fn answers_during_the_outage(fleet: &Fleet, at: usize, app: &Registered, granted: [&str; 4]) {
    let node = fleet.node(at);
    let [access_token, refresh_token, code, given_up] = granted;
    for path in [
        "/jwks",
        "/.well-known/openid-configuration",
        "/livez",
        "/revocations",
    ] {
        assert_eq!(Answer::to(node.get(path)).status, 200, "{path}");
    }
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", &*app.redirect_uri),
        ("code_verifier", VERIFIER),
    ];
    let waits = [
        ("authorize", node.get(&app.authorization(&[]))),
        ("readyz", node.get("/readyz")),
        ("userinfo", node.get("/userinfo").bearer_auth(access_token)),
        (
            "introspect",
            app.request(&node, "/introspect", &[("token", access_token)]),
        ),
        ("revoke", app.request(&node, "/revoke", &[("token", given_up)])),
        ("code", app.request(&node, "/token", &form)),
        (
            "refresh",
            app.request(
                &node,
                "/token",
                &[("grant_type", "refresh_token"), ("refresh_token", refresh_token)],
            ),
        ),
    ];
    scope(|threads| {
        for (name, request) in waits {
            threads.spawn(move || {
                let answer = Answer::to(request);
                assert_eq!(answer.status, 503, "{name}: {}", answer.body);
                assert!(!answer.header("retry-after").is_empty(), "{name}");
                assert!(!answer.body.contains("invalid_"), "{name}: {}", answer.body);
            });
        }
    });
}

#[test]
fn while_postgres_stands_still_heads_stop_and_nothing_is_called_invalid() {
    let cluster = Cluster::start();
    let url = cluster.fresh_database();
    let fleet = Fleet::start(Place::sqlite().with("VOUCHSAFE__DATABASE__URL", &url), 2);
    fleet.person("ada");
    let app = fleet.client("web", &["--first-party"]);
    let tokens = app.sign_in(&fleet, "ada", OFFLINE);
    let [access_token, refresh_token] =
        ["access_token", "refresh_token"].map(|name| tokens[name].as_str().unwrap());
    let code = app.code(&fleet, "ada", &[]);
    // What is answered 503 may be done later: the question is already with the database. So it is about another grant.
    let given_up = app.sign_in(&fleet, "ada", OFFLINE)["refresh_token"]
        .as_str()
        .unwrap()
        .to_owned();
    fleet.publisher();

    let frozen = cluster.freeze();
    let frozen_at = machine_ms();
    scope(|threads| {
        for at in 0..2 {
            let (fleet, app, code, given_up) = (&fleet, &app, &*code, &*given_up);
            threads.spawn(move || {
                answers_during_the_outage(fleet, at, app, [access_token, refresh_token, code, given_up]);
            });
            threads.spawn(move || {
                let mut reader = FeedReader::default();
                let mut last = 0;
                until("a time at which heads have stopped", || {
                    last = reader.ask(&fleet.node(at), 1).now;
                    (machine_ms() > frozen_at + LAST_HEAD + 2_000).then_some(())
                });
                assert!(
                    last <= frozen_at + LAST_HEAD,
                    "a head {} ms after",
                    last - frozen_at
                );
            });
        }
    });

    drop(frozen);
    for at in 0..2 {
        until("the nodes' recovery", || {
            let answer = app.refresh(&fleet.node(at), refresh_token);
            assert_ne!(answer.status, 400, "{}", answer.body);
            let ready = Answer::to(fleet.node(at).get("/readyz")).status;
            (answer.status == 200 && ready == 200).then_some(())
        });
        let mut reader = FeedReader::default();
        until("new heads", || {
            let times = reader.ask(&fleet.node(at), 1);
            (times.published_to > frozen_at + LAST_HEAD + 2_000).then_some(())
        });
    }
}
