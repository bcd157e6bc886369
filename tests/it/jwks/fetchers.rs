//! Who fetched the key set is remembered, in a table that stays small and never holds a request up.

use crate::support::on_both_databases;
use crate::support::world::{Answer, World};
use vouchsafe::db;
use vouchsafe::keys::fetchers::MOST;
use vouchsafe::store::KeySetFetch;
use vouchsafe_core::model::{Kid, Span, UnixTime};

fn fetch(world: &World, agent: &str) -> String {
    let answer = Answer::to(world.get("/jwks").header("user-agent", agent));
    assert_eq!(answer.status, 200);
    answer.header("etag").to_owned()
}

/// What the database knows once the server had time to write it down.
fn written(world: &World) -> Vec<KeySetFetch> {
    world.services.tend().unwrap();
    world.write(|tx| db!(tx, key_set_fetches::all(1_000)))
}

on_both_databases! {
    fn each_caller_is_remembered_with_the_edition_that_it_has(world: World) {
        let first = fetch(world, "vouchsafe-verify/0.1.0");
        fetch(world, "python-requests/2.31");
        let known = written(world);
        let named: Vec<_> = known.iter().map(|fetch| fetch.agent.as_str()).collect();
        assert_eq!(named, ["python-requests/2", "vouchsafe-verify/0"]);
        assert!(known.iter().all(|fetch| fetch.etag == first && fetch.network == "127.0.0.1"));

        let active = world.services.keys.states(world.services.ports.clock.now()).remove(0).0.kid;
        world.wait(Span::from_seconds(1));
        revoke(world, &active);
        let second = fetch(world, "vouchsafe-verify/0.2.0");
        assert_ne!(first, second);
        let known = written(world);
        assert_eq!((known[0].agent.as_str(), known[0].etag.as_str()), ("vouchsafe-verify/0", second.as_str()));
        assert_eq!(known[1].etag, first, "the other has not come again");
        assert!(known[0].first_at < known[0].last_at);
    }

    fn who_has_the_edition_already_counts_too_and_a_head_does_not(world: World) {
        let etag = fetch(world, "first/1");
        let again = world.get("/jwks").header("user-agent", "second/1").header("if-none-match", &etag);
        assert_eq!(Answer::to(again).status, 304);
        assert_eq!(Answer::to(world.request("HEAD", "/jwks").header("user-agent", "third/1")).status, 200);
        let mut named: Vec<_> = written(world).into_iter().map(|fetch| fetch.agent).collect();
        named.sort();
        assert_eq!(named, ["first/1", "second/1"]);
    }

    fn the_table_is_bounded_and_forgets_who_stays_away(world: World) {
        let now = world.services.ports.clock.now();
        world.write(move |tx| {
            for n in 0..i64::try_from(MOST).unwrap() + 50 {
                let fetch = KeySetFetch {
                    network: format!("10.0.0.{n}"),
                    agent: "crowd/1".to_owned(),
                    first_at: UnixTime::from_millis(now.millis() - n),
                    last_at: UnixTime::from_millis(now.millis() - n),
                    etag: "\"x\"".to_owned(),
                };
                db!(tx, key_set_fetches::note(&fetch))?;
            }
            Ok(())
        });
        fetch(world, "regular/1");
        let known = written(world);
        assert_eq!(known.len(), MOST);
        assert!(known.iter().any(|fetch| fetch.agent == "regular/1"));
        world.wait(Span::from_days(31));
        fetch(world, "regular/1");
        assert_eq!(written(world).len(), 1);
    }
}

fn revoke(world: &World, kid: &Kid) {
    let services = &world.services;
    let act = vouchsafe::audit::Act::new("cli", services.ports.clock.now(), &services.ports.entropy);
    services.keys.revoke(&services.store, &act, kid).unwrap().unwrap();
}
