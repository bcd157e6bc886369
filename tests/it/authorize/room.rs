//! How much one person may hold: what ends their access must be able to end all of it at once.

use crate::support::on_both_databases;
use crate::support::people::{Registered, metadata};
use crate::support::relying_party::{claims, param};
use crate::support::world::World;
use vouchsafe::accounts::room::MOST_GRANTS;
use vouchsafe::db;
use vouchsafe_core::model::{
    ClientKind, Code, EndReason, Event, EventKind, Grant, GrantId, Plain, Span, UnixTime,
};

const OFFLINE: &[(&str, &str)] = &[("scope", "openid offline_access"), ("prompt", "consent")];

/// Signs a person in for good, and returns the grant.
fn offline(world: &World, app: &Registered) -> Grant {
    let tokens = app.sign_in(world, "ada", OFFLINE);
    let gid = claims(tokens["access_token"].as_str().unwrap())["gid"].clone();
    stored(world, gid.as_str().unwrap()).unwrap()
}

fn stored(world: &World, gid: &str) -> Option<Grant> {
    let gid = GrantId::new(gid);
    let store = &world.services.store;
    store
        .read_blocking("grant", move |tx| db!(tx, grants::by_id(&gid)))
        .unwrap()
}

/// Gives the person as many more grants like this one, older than it.
fn add(world: &World, like: &Grant, many: i64) {
    let made: Vec<_> = (0..many)
        .map(|number| Grant {
            id: GrantId::new(format!("{}-{number:04}", like.id.as_str())),
            created_at: UnixTime::from_millis(like.created_at.millis() - 1_000_000 + number),
            ..like.clone()
        })
        .collect();
    for some in made.chunks(100) {
        let some = some.to_vec();
        world.write(move |tx| {
            for grant in &some {
                let mut bytes = [0_u8; 32];
                for (byte, of_id) in bytes.iter_mut().zip(grant.id.as_str().bytes().rev()) {
                    *byte = of_id;
                }
                db!(
                    tx,
                    grants::add(grant, &Plain::<Code>::from_entropy(bytes).digest())
                )?;
            }
            Ok(())
        });
    }
}

fn told(world: &World, kind: EventKind) -> Vec<Event> {
    let store = &world.services.store;
    let mut events = store
        .read_blocking("list", |tx| db!(tx, events::list(None, 10_000)))
        .unwrap();
    events.retain(|event| event.kind == kind);
    events
}

on_both_databases! {
    fn the_oldest_grant_of_the_same_client_makes_room(world: World) {
        world.person("ada");
        let (app, other) = (world.client(metadata(ClientKind::Spa)), world.client(metadata(ClientKind::Spa)));
        let oldest = offline(world, &other);
        world.wait(Span::from_hours(1));
        let one = offline(world, &app);
        add(world, &one, MOST_GRANTS - 2);
        let last = offline(world, &app);
        assert_eq!(last.ended, None);
        assert_eq!(stored(world, oldest.id.as_str()).unwrap().ended, None, "another client's");
        let ended = told(world, EventKind::GrantEnded);
        assert_eq!(ended.len(), 1);
        let displaced = stored(world, ended[0].target.as_deref().unwrap()).unwrap();
        assert_eq!(displaced.id.as_str(), format!("{}-0000", one.id.as_str()));
        assert_eq!(displaced.ended.unwrap().1, EndReason::Displaced);
        assert_eq!(ended[0].detail["reason"], "displaced");
        // All of it ends at once.
        world.disable("ada");
        assert_eq!(told(world, EventKind::GrantEnded).len(), usize::try_from(MOST_GRANTS).unwrap() + 1);
    }

    fn what_can_give_nothing_any_more_makes_room_without_a_word(world: World) {
        world.person("ada");
        let app = world.client(metadata(ClientKind::Spa));
        let tokens = app.sign_in(world, "ada", &[]);
        let gid = claims(tokens["access_token"].as_str().unwrap())["gid"].clone();
        let short = stored(world, gid.as_str().unwrap()).unwrap();
        let kept = offline(world, &app);
        let unused = Grant { code_used_at: None, id: GrantId::new("unused"), ..short.clone() };
        add(world, &short, MOST_GRANTS / 2);
        add(world, &unused, MOST_GRANTS / 2);
        // The tokens are over, and codes were not redeemed in time.
        world.wait(Span::from_minutes(10));
        let last = offline(world, &app);
        assert_eq!((last.ended, stored(world, kept.id.as_str()).unwrap().ended), (None, None));
        assert_eq!(stored(world, "unused-0000"), None);
        assert_eq!(stored(world, short.id.as_str()), None);
        assert_eq!(told(world, EventKind::GrantEnded), []);
    }

    fn of_a_code_that_was_never_used_nobody_needs_to_know(world: World) {
        world.person("ada");
        let app = world.client(metadata(ClientKind::Web));
        let browser = world.browser();
        let back = browser.authorize(&app.authorization(&[]), "ada");
        world.disable("ada");
        assert_eq!(told(world, EventKind::GrantEnded), []);
        let late = app.redeem(world, &param(&back, "code").unwrap());
        assert_eq!(late.error(), (400, "invalid_grant".to_owned()));
    }
}
