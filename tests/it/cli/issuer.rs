//! `issuer new-timeline`: a restored database beside a server, with verifiers that are ahead of it.

use super::program::Place;
use crate::support::on_both_databases;
use crate::support::people::metadata;
use crate::support::relying_party::claims;
use crate::support::resource_server::ResourceServer;
use crate::support::world::{Answer, World};
use serde_json::Value;
use vouchsafe_core::model::{ClientKind, EventKind};
use vouchsafe_verify::Rejection;
use vouchsafe_verify::fetch::FeedMode;

/// The timeline that the feed says it has.
fn timeline(world: &World) -> String {
    world.publish();
    let page = Answer::to(world.get("/revocations")).json();
    let head = claims(page["head"].as_str().unwrap());
    head["timeline"].as_str().unwrap().to_owned()
}

fn token(tokens: &Value) -> &str {
    tokens["access_token"].as_str().unwrap()
}

/// Remembers the database as it is: what a copy that is made now holds.
fn copy(world: &World) {
    world.sql("CREATE TABLE copied AS SELECT * FROM publisher_lease");
}

/// Puts the database back to the copy. What was appended and ended since is forgotten.
fn restore(world: &World) {
    for column in ["published_to", "last_seq", "last_hash", "feed_hash"] {
        world.sql(&format!(
            "UPDATE publisher_lease SET {column} = (SELECT {column} FROM copied)"
        ));
    }
    world.sql("DELETE FROM events WHERE seq IS NULL OR seq > (SELECT last_seq FROM copied)");
    world.sql("UPDATE grants SET ended_at = NULL, end_reason = NULL");
    world.sql("UPDATE users SET banned_at = NULL, ban_reason = NULL");
    world.sql("DROP TABLE copied");
    // A node that went on over it finds that its memory does not fit, and begins anew at its next look.
    drop(world.services.publish());
}

on_both_databases! {
    fn verifiers_that_are_ahead_of_a_restored_database_read_it_anew_and_forget_no_end(world: World) {
        let place = Place::beside(world);
        for name in ["ada", "bob", "eve"] {
            world.person(name);
        }
        let app = world.client(metadata(ClientKind::Web));
        let [ada, bob, eve] = ["ada", "bob", "eve"].map(|name| app.sign_in(world, name, &[]));
        world.publish();
        let servers = [FeedMode::Poll, FeedMode::Stream].map(|mode| ResourceServer::new(world, mode));
        copy(world);
        world.ban("ada");
        for server in &servers {
            assert!(server.accepts(token(&bob)).is_ok());
            server.catches_up(world);
            assert_eq!(server.accepts(token(&ada)), Err(Rejection::Revoked));
        }
        restore(world);
        // Another end, which has the number that the copy's predecessor gave to ada's.
        world.ban("eve");
        let was = timeline(world);
        let done = place.run(&["issuer", "new-timeline", "--yes", "--json"]).document();
        assert_eq!(done["was"], was.as_str());
        let begun = timeline(world);
        assert_eq!(done["timeline"], begun.as_str());
        assert_ne!(begun, was);
        for server in &servers {
            let before = server.snapshots();
            while server.snapshots() == before {
                server.catches_up(world);
            }
            assert_eq!(server.accepts(token(&ada)), Err(Rejection::Revoked), "its end was acknowledged");
            assert_eq!(server.accepts(token(&eve)), Err(Rejection::Revoked), "the new history has it");
            assert_eq!(server.accepts(token(&bob)), Ok(()));
        }
        let told = world.events_of(EventKind::TimelineBegun);
        assert_eq!(told.len(), 1);
        assert_eq!((told[0].actor.as_str(), &told[0].detail["was"], &told[0].detail["timeline"]), ("cli", &was.into(), &begun.into()));
        assert_eq!(place.run(&["audit", "verify", "--json"]).document()["whole"], true);
    }

    fn a_timeline_is_changed_only_by_somebody_who_means_it(world: World) {
        let place = Place::beside(world);
        let was = timeline(world);
        let shown = place.run(&["issuer", "new-timeline", "--dry-run"]);
        assert_eq!(shown.status, 0, "{shown:?}");
        for word in [was.as_str(), "takes a snapshot", "vouchsafe panic --all", "nothing was changed"] {
            assert!(shown.stderr.contains(word), "{word}: {shown:?}");
        }
        let shown = place.run(&["issuer", "new-timeline", "--dry-run", "--json"]).document();
        assert_eq!((&shown["was"], &shown["dry_run"]), (&was.clone().into(), &true.into()));
        assert!(shown.get("timeline").is_none());
        place.run(&["issuer", "new-timeline"]).failed(2, "add --yes");
        place.run(&["issuer", "new-timeline", "--yes", "--dry-run"]).failed(2, "cannot be used with");
        place.run(&["issuer", "new-timeline", "--yes", "--server", &world.issuer]).failed(2, "on the database only");
        assert_eq!(timeline(world), was);
        assert!(world.events_of(EventKind::TimelineBegun).is_empty());
    }
}
