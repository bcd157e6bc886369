//! The feed as server-sent events.

use super::{after, grant, short_gid, snapshot};
use crate::support::on_both_databases;
use crate::support::postgres::migrated_database;
use crate::support::relying_party::claims;
use crate::support::world::{Answer, World};
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;
use vouchsafe::web::limits::Bounds;

/// The next event of a stream: its id and data.
fn event(lines: &mut impl Iterator<Item = String>) -> Option<(String, Value)> {
    let mut id = String::new();
    for line in lines {
        if let Some(text) = line.strip_prefix("id: ") {
            text.clone_into(&mut id);
        } else if let Some(text) = line.strip_prefix("data: ") {
            return Some((id, serde_json::from_str(text).unwrap()));
        }
    }
    None
}

fn stream(world: &World, query: &str) -> impl Iterator<Item = String> {
    let answer = world.get(&format!("/revocations/stream{query}")).send().unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    assert_eq!(answer.headers()["cache-control"], "no-store");
    BufReader::new(answer).lines().map_while(Result::ok)
}

on_both_databases! {
    fn a_stream_begins_with_what_there_is_and_goes_on_with_what_comes(world: World) {
        world.person("ada");
        world.publish();
        let mut lines = stream(world, "");
        let retry = lines.next().unwrap();
        let pause: u32 = retry.strip_prefix("retry: ").unwrap().parse().unwrap();
        assert!((1_000..=4_000).contains(&pause));
        let (_, first) = event(&mut lines).unwrap();
        assert_eq!(first["snapshot"], true);
        let gid = grant(world, "ada");
        world.disable("ada");
        world.publish();
        let (id, second) = event(&mut lines).unwrap();
        assert_eq!(second["snapshot"], false);
        assert_eq!(second["entries"][0]["id"], short_gid(&gid));
        assert_eq!(claims(second["head"].as_str().unwrap())["seq"].to_string(), id);
    }

    fn a_server_that_stops_sends_its_readers_away(world: World) {
        world.publish();
        let mut lines = stream(world, "");
        event(&mut lines).unwrap();
        world.services.drain();
        assert_eq!(event(&mut lines), None);
    }
}

/// How long a connection may rest is not how long a reader may wait for news.
#[test]
fn who_waits_for_news_may_wait_longer_than_who_asks_nothing() {
    let short = Duration::from_millis(500);
    let bounds = Bounds {
        head: short,
        keep_alive: short,
        write: short,
        ..Bounds::default()
    };
    for database in [None, Some(migrated_database())] {
        let world = World::within("waits for news", database, &bounds, |_| {});
        world.person("ada");
        let gid = grant(&world, "ada");
        world.publish();
        let mut lines = stream(&world, "");
        event(&mut lines).unwrap();
        let mut resting = TcpStream::connect(world.issuer.trim_start_matches("http://")).unwrap();
        resting
            .write_all(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
            .unwrap();
        // Ends when the server hangs up.
        resting.read_to_end(&mut Vec::new()).unwrap();
        let path = format!("/revocations{}&wait=2", after(&snapshot(&world)));
        assert_eq!(Answer::to(world.get(&path)).status, 200);
        world.disable("ada");
        world.publish();
        let (_, news) = event(&mut lines).unwrap();
        assert_eq!(news["entries"][0]["id"], short_gid(&gid));
    }
}
