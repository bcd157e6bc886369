//! The node that numbers events dies or stands still, and another goes on.

use crate::cli::program::Place;
use crate::support::feed_reader::{FeedReader, Times, short_gid};
use crate::support::fleet::Fleet;
use crate::support::patience::{machine_ms, until};
use serde_json::Value;

/// Loses the node that publishes, and waits until another one has published.
///
/// How soon that happens on a busy machine is the machine's business; that the lease is over after three seconds, to the
/// millisecond, is tested with a clock in the test's hand (`tests/it/revocations/publication.rs`). Here processes die,
/// and what is looked at is what no machine is too slow for: heads never go back and never say that more is known than
/// was published, another node takes over, and what was committed after the loss is told.
fn another_takes_over(
    fleet: &mut Fleet,
    lose: impl Fn(&mut Fleet, usize),
    bring_back: impl Fn(&mut Fleet, usize),
) {
    let victim = fleet.publisher();
    lose(fleet, victim);
    // By the database's clock, as `published_to` is; the one that is lost can publish nothing later than this.
    let lost_at = machine_ms();
    let node = fleet.node((victim + 1) % 3);
    let (mut reader, mut last) = (FeedReader::default(), 0);
    until("publication by another node", || {
        let Times { published_to, now } = reader.ask(&node, 1);
        assert!(
            published_to <= now && published_to >= last,
            "a head of {now} knows of {published_to} after {last}"
        );
        last = published_to;
        (published_to > lost_at).then_some(())
    });
    until("a publisher among the others", || {
        let mut others = (0..3).filter(|at| *at != victim);
        others.any(|at| fleet.publishes(at)).then_some(())
    });
    bring_back(fleet, victim);
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
fn a_publisher_that_dies_or_stands_still_is_replaced() {
    let mut fleet = Fleet::start(Place::postgres(), 3);
    fleet.person("ada");
    let app = fleet.client("web", &["--first-party"]);
    let tokens = app.sign_in(&fleet, "ada", &[]);

    another_takes_over(
        &mut fleet,
        |fleet, node| fleet.signal(node, "STOP"),
        |fleet, node| fleet.signal(node, "CONT"),
    );
    another_takes_over(&mut fleet, Fleet::kill, Fleet::start_again);
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
