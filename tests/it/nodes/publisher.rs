//! The node that numbers events dies or stands still, and another goes on.

use crate::cli::program::Place;
use crate::support::feed_reader::{FeedReader, Times, short_gid};
use crate::support::fleet::Fleet;
use crate::support::patience::{machine_ms, until};
use serde_json::Value;

/// How long nothing may be published after the publisher was lost, in the server's milliseconds.
const HEALED: i64 = 6_000;
/// A busy machine may stop everybody for a while: one of so many losses must be healed in time.
const TRIES: usize = 3;

/// Waits until a surviving node says that everything up to `lost_at` is published, and returns how old its heads
/// became before that.
fn healing(fleet: &Fleet, survivor: usize, lost_at: i64) -> i64 {
    let node = fleet.node(survivor);
    let mut reader = FeedReader::default();
    let mut oldest = 0;
    until("publication by another node", || {
        let Times { published_to, now } = reader.ask(&node, 1);
        oldest = oldest.max(now - published_to);
        (published_to > lost_at + 2_000).then_some(oldest)
    })
}

fn is_healed_in_time(
    fleet: &mut Fleet,
    lose: impl Fn(&mut Fleet, usize),
    bring_back: impl Fn(&mut Fleet, usize),
) {
    let mut ages = Vec::new();
    for _ in 0..TRIES {
        let victim = fleet.publisher();
        let survivor = (victim + 1) % 3;
        lose(fleet, victim);
        ages.push(healing(fleet, survivor, machine_ms()));
        bring_back(fleet, victim);
        if ages.iter().any(|age| *age <= HEALED) {
            return;
        }
    }
    panic!("heads became too old: {ages:?}");
}

fn ends(fleet: &Fleet, node: usize, tokens: &Value) -> String {
    let token = tokens["access_token"].as_str().unwrap();
    let disabled = fleet.run(&["user", "disable", "ada", "--json"]);
    assert_eq!(disabled.status, 0, "{disabled:?}");
    let mut reader = FeedReader::default();
    let gid = short_gid(token);
    until("the entry", || {
        reader.ask(&fleet.node(node), 1);
        reader.told.contains(&gid).then_some(())
    });
    gid
}

#[test]
fn a_publisher_that_dies_or_stands_still_is_replaced_within_six_seconds() {
    let mut fleet = Fleet::start(Place::postgres(), 3);
    fleet.person("ada");
    let app = fleet.client("web", &["--first-party"]);
    let tokens = app.sign_in(&fleet, "ada", &[]);

    is_healed_in_time(
        &mut fleet,
        |fleet, node| fleet.signal(node, "STOP"),
        |fleet, node| fleet.signal(node, "CONT"),
    );
    is_healed_in_time(&mut fleet, Fleet::kill, Fleet::start_again);
    let gid = ends(&fleet, 0, &tokens);
    // The one that stood still, and woke up with an old lease in its memory, has numbered nothing twice.
    let whole = fleet.run(&["audit", "verify", "--json"]).document();
    assert_eq!(whole["whole"], true);
    for at in 0..3 {
        let mut reader = FeedReader::default();
        until("the entry at each node", || {
            reader.ask(&fleet.node(at), 1);
            reader.told.contains(&gid).then_some(())
        });
    }
}
