//! Who numbers events, and what a signed head is worth when nobody does.

use super::{after, grant, head, page, snapshot};
use crate::support::databases::number;
use crate::support::on_both_databases;
use crate::support::patience::until;
use crate::support::world::World;
use serde_json::json;
use vouchsafe::db;
use vouchsafe_core::model::{EventKind, Span};

on_both_databases! {
    fn a_head_is_renewed_every_two_seconds_without_news(world: World) {
        world.publish();
        let first = snapshot(world);
        world.wait(Span::from_millis(1_999));
        world.publish();
        assert_eq!(snapshot(world)["head"], first["head"]);
        world.wait(Span::from_millis(1));
        world.publish();
        let second = head(&snapshot(world));
        assert_eq!(second["now"].as_i64(), head(&first)["now"].as_i64().map(|now| now + 2_000));
        let behind = second["now"].as_i64().unwrap() - second["published_to"].as_i64().unwrap();
        assert!((0..=1_000).contains(&behind), "{behind} ms");
    }

    fn a_clock_that_is_set_right_leaves_no_head_of_the_future(world: World) {
        world.wait(Span::from_minutes(30));
        world.publish();
        world.wait(Span::from_millis(-1_800_000));
        world.publish();
        let now = world.clock_seconds() * 1_000;
        let head = head(&snapshot(world));
        assert_eq!((&head["now"], &head["published_to"]), (&json!(now), &json!(now)));
    }

    fn one_node_numbers_until_its_lease_is_over_and_heads_say_how_far_it_came(world: World) {
        let other = World::on(world);
        world.person("ada");
        world.publish();
        other.publish();
        let published_to = head(&snapshot(world))["published_to"].clone();
        grant(world, "ada");
        world.disable("ada");
        // The first node stands still; the second signs heads, which do not pretend to be fresh until the lease is over.
        world.wait(Span::from_millis(2_999));
        other.publish();
        let early = snapshot(&other);
        assert_eq!(early["entries"], json!([]));
        assert_eq!(head(&early)["published_to"], published_to);
        assert_ne!(head(&early)["now"], published_to);
        world.wait(Span::from_millis(1));
        other.publish();
        let late = page(&other, &after(&early));
        assert_eq!(late["entries"].as_array().unwrap().len(), 1);
        assert_eq!(head(&late)["published_to"], head(&late)["now"]);
        // The first one comes back and is told by the second.
        world.publish();
        assert_eq!(head(&snapshot(world))["hash"], head(&late)["hash"]);
    }

    fn a_node_that_is_told_to_stop_ends_with_the_part_that_it_numbers(world: World) {
        world.publish();
        let act = world.act();
        for _ in 0..20 {
            let some: Vec<_> = (0..1_000).map(|_| act.event(EventKind::SignedIn)).collect();
            world.write(move |tx| db!(tx, events::append_all(&some)));
        }
        let unnumbered = || number(world.database(), "SELECT count(*) FROM events WHERE seq IS NULL");
        let all = unnumbered();
        std::thread::scope(|threads| {
            let publishing = threads.spawn(|| world.publish());
            until("the first part", || (unnumbered() < all).then_some(()));
            world.services.stop();
            let at_stop = unnumbered();
            publishing.join().unwrap();
            let since = at_stop - unnumbered();
            assert!((0..=500).contains(&since), "{since} of {at_stop} after it was told");
        });
        // Nor does it begin with more than one part.
        let before = unnumbered();
        world.publish();
        assert!(before - unnumbered() <= 500);
        world.services.resign().unwrap();
        let other = World::on(world);
        other.publish();
        assert_eq!(unnumbered(), 0, "another node does the rest");
    }

    fn a_node_that_stops_leaves_the_numbering_at_once(world: World) {
        let other = World::on(world);
        world.publish();
        world.services.resign().unwrap();
        world.person("ada");
        grant(world, "ada");
        world.disable("ada");
        other.publish();
        assert_eq!(snapshot(&other)["entries"].as_array().unwrap().len(), 1);
    }
}
