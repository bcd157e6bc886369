//! The places of grants: kept for an epoch, never shared, never forgotten while a token may refer to them.

use super::{OFFLINE, access_token, on_both, place, refreshed, told};
use crate::support::people::{PASSWORD, metadata};
use crate::support::relying_party::claims;
use crate::support::resource_server::ResourceServer;
use crate::support::steps::code;
use crate::support::world::{Answer, World};
use std::collections::HashSet;
use std::sync::Mutex;
use vouchsafe::audit::emergency;
use vouchsafe::config::DatabaseUrl;
use vouchsafe::db;
use vouchsafe_core::decide::status_list::BLOCK;
use vouchsafe_core::model::{ClientId, ClientKind, GrantId, Span};
use vouchsafe_verify::Rejection;

#[test]
fn a_grant_keeps_its_place_for_an_epoch_and_its_list_dies_after_the_last_token() {
    on_both("epochs", |world| {
        world.person("ada");
        for kind in [ClientKind::Spa, ClientKind::Web] {
            let app = world.client(metadata(kind));
            let first = app.sign_in(world, "ada", OFFLINE);
            world.wait(Span::from_minutes(55));
            let second = refreshed(&app, world, &first);
            assert_eq!(place(access_token(&first)), place(access_token(&second)));
            world.wait(Span::from_minutes(5));
            let third = refreshed(&app, world, &second);
            assert_ne!(place(access_token(&second)).0, place(access_token(&third)).0);
            world.publish();
            // The list before is still referred to, and is still told of.
            let (before, _) = place(access_token(&second));
            assert_eq!(Answer::to(world.get(&before)).status, 200);
            world.wait(Span::from_millis(7 * 60_000 + 1));
            world.publish();
            assert_eq!(Answer::to(world.get(&before)).status, 404, "{kind:?}");
            world.services.tend().unwrap();
            let id = before.rsplit('/').next().unwrap().to_owned();
            let left = world.write(move |tx| {
                db!(
                    tx,
                    status_lists::by_id(&vouchsafe_core::model::StatusListId::new(id.clone()))
                )
            });
            assert_eq!(left, None, "{kind:?}");
            world.wait(Span::from_hours(2));
        }
    });
}

#[test]
fn the_tokens_of_two_epochs_end_together() {
    on_both("two-epochs", |world| {
        world.person("ada");
        let app = world.client(metadata(ClientKind::Spa));
        let server = ResourceServer::of_status_lists(world);
        let first = app.sign_in(world, "ada", OFFLINE);
        world.wait(Span::from_minutes(58));
        let second = refreshed(&app, world, &first);
        world.wait(Span::from_minutes(2));
        world.publish();
        let third = refreshed(&app, world, &second);
        assert_ne!(place(access_token(&second)).0, place(access_token(&third)).0);
        assert_eq!(server.accepts(access_token(&second)), Ok(()));
        assert_eq!(server.accepts(access_token(&third)), Ok(()));
        world.ban("ada");
        told(world);
        assert_eq!(server.accepts(access_token(&second)), Err(Rejection::Revoked));
        assert_eq!(server.accepts(access_token(&third)), Err(Rejection::Revoked));
    });
}

#[test]
fn simultaneous_refreshes_that_need_a_place_forget_none_of_each_other() {
    on_both("at-once", |world| {
        world.person("ada");
        let app = world.client(metadata(ClientKind::Web));
        let server = ResourceServer::of_status_lists(world);
        let first = app.sign_in(world, "ada", OFFLINE);
        for raise in [false, true] {
            if raise {
                world.set_roles("ada", &["support"]);
            } else {
                world.wait(Span::from_hours(1));
            }
            world.publish();
            let tokens: Vec<_> = std::thread::scope(|scope| {
                let requests: Vec<_> = (0..12)
                    .map(|_| scope.spawn(|| refreshed(&app, world, &first)))
                    .collect();
                requests
                    .into_iter()
                    .map(|request| request.join().unwrap())
                    .collect()
            });
            let places: HashSet<_> = tokens.iter().map(|tokens| place(access_token(tokens))).collect();
            assert_eq!(places.len(), 1, "one gives the place, the others see it");
            for tokens in &tokens {
                assert_eq!(server.accepts(access_token(tokens)), Ok(()));
            }
        }
        let last = refreshed(&app, world, &first);
        world.ban("ada");
        told(world);
        assert_eq!(server.accepts(access_token(&last)), Err(Rejection::Revoked));
    });
}

#[test]
fn a_place_that_a_refused_refresh_has_written_is_given_to_nobody_else() {
    on_both("refused", |world| {
        world.person("ada");
        world.person("bob");
        for kind in [ClientKind::Spa, ClientKind::Web] {
            let app = world.client(metadata(kind));
            let first = app.sign_in(world, "ada", OFFLINE);
            let (act, id) = (world.act(), ClientId::new(app.id.clone()));
            world.write(move |tx| emergency::revoke_client(tx, &act, &id));
            world.follow();
            // The epoch of its place is over.
            world.wait(Span::from_hours(1));
            let refused = app.refresh(world, first["refresh_token"].as_str().unwrap());
            assert_eq!(refused.error(), (400, "invalid_grant".to_owned()));
            let gid = GrantId::new(claims(access_token(&first))["gid"].as_str().unwrap());
            let row = world.write(move |tx| db!(tx, grants::by_id(&gid))).unwrap();
            let written = &row.status[0];
            let (before, _) = place(access_token(&first));
            assert!(
                !before.ends_with(written.list.as_str()),
                "{kind:?}: it was written"
            );
            let (list, idx) = place(access_token(&app.sign_in(world, "bob", OFFLINE)));
            assert!(list.ends_with(written.list.as_str()), "{kind:?}");
            assert_ne!(idx, u64::from(written.idx), "{kind:?}");
        }
    });
}

#[test]
fn tokens_made_while_a_role_changes_refer_to_a_list_all_the_same() {
    on_both("while-a-role-changes", |world| {
        world.person("ada");
        let app = world.client(metadata(ClientKind::Web));
        let first = app.sign_in(world, "ada", OFFLINE);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for round in 0..40 {
                    world.set_roles("ada", &[&format!("role-{round}")]);
                }
            });
            for _ in 0..2 {
                scope.spawn(|| {
                    for _ in 0..30 {
                        place(access_token(&refreshed(&app, world, &first)));
                    }
                });
            }
        });
    });
}

/// A node that takes places, gives some back, and dies with the rest.
fn take(world: &World, number: u32) -> Vec<(String, u32)> {
    let services = &world.services;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let mut taken = Vec::new();
    for round in 0..number {
        let from = (&services.store, &services.ports, &services.keys);
        let now = services.ports.clock.now();
        let place = services.status_places.take(from, 1, now, Span::from_minutes(5));
        let place = runtime.block_on(place).unwrap();
        if round % 5 == 3 {
            services.status_places.give_back(&place);
        } else {
            taken.push((place.list.as_str().to_owned(), place.idx));
        }
    }
    taken
}

#[test]
fn no_two_grants_share_a_place_whatever_nodes_race_and_crash() {
    on_both("places", |world| {
        let seen = Mutex::new(HashSet::new());
        for generation in 0..4 {
            let nodes = [World::on(world), World::on(world)];
            std::thread::scope(|scope| {
                for node in nodes.iter().chain([world]) {
                    let seen = &seen;
                    scope.spawn(move || {
                        for place in take(node, BLOCK + 200) {
                            assert!(seen.lock().unwrap().insert(place), "{generation}");
                        }
                    });
                }
            });
        }
        let lists: HashSet<_> = seen
            .into_inner()
            .unwrap()
            .into_iter()
            .map(|(list, _)| list)
            .collect();
        assert_eq!(lists.len(), 1, "nodes that begin at the same time share a list");
    });
}

/// A database that takes no list any more gives no block: whoever wants a token is told to come again, and loses nothing.
#[test]
fn without_a_block_of_places_a_code_is_not_spent_and_the_answer_is_busy() {
    on_both("no-places", |world| {
        world.person("ada");
        let app = world.client(metadata(ClientKind::Spa));
        let browser = world.browser();
        let page = browser.ask(&app, OFFLINE);
        let page = browser.fill(&page, &[("username", "ada"), ("password", PASSWORD)]);
        let first = code(&page);
        let (refuse, let_in) = match world.database() {
            DatabaseUrl::Sqlite(_) => (
                "CREATE TRIGGER no_lists BEFORE INSERT ON status_lists BEGIN SELECT RAISE(IGNORE); END",
                "DROP TRIGGER no_lists",
            ),
            DatabaseUrl::Postgres(_) => (
                "CREATE FUNCTION no_lists() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; \
                 CREATE TRIGGER no_lists BEFORE INSERT ON status_lists FOR EACH ROW EXECUTE FUNCTION no_lists()",
                "DROP TRIGGER no_lists ON status_lists",
            ),
        };
        world.sql(refuse);
        let busy = app.redeem(world, &first);
        assert_eq!(busy.error(), (503, "temporarily_unavailable".to_owned()));
        assert_ne!(busy.header("retry-after"), "");
        world.sql(let_in);
        let tokens = app.redeem(world, &first);
        assert_eq!(tokens.status, 200, "{}", tokens.body);
        place(access_token(&tokens.json()));
    });
}
