//! Token Status Lists: what resource servers learn that follow no feed.

mod places;

use crate::support::people::{Registered, metadata};
use crate::support::postgres;
use crate::support::relying_party::{claims, header};
use crate::support::resource_server::ResourceServer;
use crate::support::world::{Answer, World};
use serde_json::Value;
use vouchsafe::audit::emergency;
use vouchsafe_core::decide::status_list::new_id;
use vouchsafe_core::model::{ClientKind, Kid, Span, StatusListId};
use vouchsafe_verify::Rejection;

const OFFLINE: &[(&str, &str)] = &[("scope", "openid offline_access"), ("prompt", "consent")];

/// Runs a test in a world with status lists on either database.
fn on_both(name: &str, test: impl Fn(&World)) {
    for database in [None, Some(postgres::migrated_database())] {
        let world = World::with(name, database, |config| config.tokens.status_lists = true);
        world.publish();
        test(&world);
    }
}

/// Tells the resource servers what happened: the feed, and the time after which they fetch a list again.
fn told(world: &World) {
    world.publish();
    world.wait(Span::from_seconds(30));
    world.publish();
}

fn access_token(tokens: &Value) -> &str {
    tokens["access_token"].as_str().unwrap()
}

/// Where the status of a token stands.
fn place(token: &str) -> (String, u64) {
    let claim = claims(token)["status"]["status_list"].clone();
    (
        claim["uri"].as_str().unwrap().to_owned(),
        claim["idx"].as_u64().unwrap(),
    )
}

fn refreshed(app: &Registered, world: &World, tokens: &Value) -> Value {
    let answer = app.refresh(world, tokens["refresh_token"].as_str().unwrap());
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

#[test]
fn a_ban_reaches_a_resource_server_that_knows_nothing_but_status_lists() {
    on_both("ban-by-list", |world| {
        world.person("ada");
        world.person("bob");
        let app = world.client(metadata(ClientKind::Spa));
        let server = ResourceServer::of_status_lists(world);
        let [ada, bob] = ["ada", "bob"].map(|name| app.sign_in(world, name, &[]));
        assert_eq!(place(access_token(&ada)).0, place(access_token(&bob)).0);
        assert_ne!(place(access_token(&ada)).1, place(access_token(&bob)).1);
        for tokens in [&ada, &bob] {
            assert_eq!(server.accepts(access_token(tokens)), Ok(()));
        }
        world.ban("ada");
        told(world);
        assert_eq!(server.accepts(access_token(&ada)), Err(Rejection::Revoked));
        assert_eq!(server.accepts(access_token(&bob)), Ok(()));
        let again = World::on(world);
        again.publish();
        let (uri, _) = place(access_token(&ada));
        let list = Answer::to(again.get(uri.strip_prefix(&world.issuer).unwrap()));
        assert_eq!(list.status, 200, "a node that has just started serves it as well");
        world.services.drain();
    });
}

#[test]
fn a_changed_role_and_a_revoked_token_end_their_place_and_a_refresh_gives_another() {
    on_both("role-by-list", |world| {
        world.person("ada");
        let app = world.client(metadata(ClientKind::Spa));
        let server = ResourceServer::of_status_lists(world);
        let mut tokens = app.sign_in(world, "ada", OFFLINE);
        for round in 0..2 {
            let old = access_token(&tokens).to_owned();
            assert_eq!(server.accepts(&old), Ok(()));
            if round == 0 {
                world.set_roles("ada", &["support"]);
            } else {
                assert_eq!(app.revoke(world, &old).status, 200);
            }
            told(world);
            assert_eq!(server.accepts(&old), Err(Rejection::Revoked));
            tokens = refreshed(&app, world, &tokens);
            assert_ne!(place(&old), place(access_token(&tokens)));
            assert_eq!(server.accepts(access_token(&tokens)), Ok(()));
        }
        world.disable("ada");
        told(world);
        assert_eq!(server.accepts(access_token(&tokens)), Err(Rejection::Revoked));
    });
}

#[test]
fn revoking_everything_ends_every_place_of_every_list_and_new_grants_get_new_lists() {
    on_both("panic-by-list", |world| {
        world.person("ada");
        let app = world.client(metadata(ClientKind::Spa));
        let server = ResourceServer::of_status_lists(world);
        let before = app.sign_in(world, "ada", &[]);
        assert_eq!(server.accepts(access_token(&before)), Ok(()));
        let act = world.act();
        world.write(move |tx| emergency::revoke_everything(tx, &act));
        world.follow();
        told(world);
        assert_eq!(server.accepts(access_token(&before)), Err(Rejection::Revoked));
        let after = app.sign_in(world, "ada", &[]);
        assert_ne!(place(access_token(&before)).0, place(access_token(&after)).0);
        assert_eq!(server.accepts(access_token(&after)), Ok(()));
    });
}

#[test]
fn a_list_is_signed_for_its_address_and_may_be_kept() {
    on_both("list", |world| {
        world.person("ada");
        let app = world.client(metadata(ClientKind::Spa));
        let tokens = app.sign_in(world, "ada", &[]);
        let (uri, _) = place(access_token(&tokens));
        assert!(
            uri.starts_with(&format!("{}/status-lists/", world.issuer)),
            "{uri}"
        );
        let answer = Answer::to(world.get(&uri).header("origin", "https://dashboard.example"));
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.header("content-type"), "application/statuslist+jwt");
        assert_eq!(answer.header("cache-control"), "public, max-age=5");
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert_eq!(header(&answer.body)["typ"], "statuslist+jwt");
        let (list, now) = (claims(&answer.body), world.clock_seconds());
        assert_eq!(
            [&list["iss"], &list["sub"]],
            [world.issuer.as_str(), uri.as_str()]
        );
        assert_eq!([&list["iat"], &list["exp"], &list["ttl"]], [now, now + 300, 30]);
        assert_eq!(list["status_list"]["bits"], 1);
        let known = world.get(&uri).header("if-none-match", answer.header("etag"));
        assert_eq!(Answer::to(known).status, 304);
        assert_eq!(Answer::to(world.request("HEAD", &uri)).status, 200);
        // Somebody else's end changes it.
        world.ban("ada");
        world.publish();
        let changed = Answer::to(world.get(&uri));
        assert_ne!(changed.header("etag"), answer.header("etag"));
        for unknown in ["x", "AAAAAAAAAAAAAAAAAAAAAA", "%ff", "a/b"] {
            let answer = Answer::to(world.get(&format!("/status-lists/{unknown}")));
            assert!(matches!(answer.status, 400 | 404), "{unknown}: {}", answer.status);
        }
        assert_eq!(
            Answer::to(world.get("/status-lists/AAAAAAAAAAAAAAAAAAAAAA")).status,
            404
        );
    });
}

#[test]
fn a_list_never_looks_fresher_than_it_is() {
    on_both("stale-list", |world| {
        world.person("ada");
        let app = world.client(metadata(ClientKind::Spa));
        let (uri, _) = place(access_token(&app.sign_in(world, "ada", &[])));
        let first = Answer::to(world.get(&uri));
        // From here on nobody reads the database.
        world.wait(Span::from_minutes(4));
        let kept = Answer::to(world.get(&uri));
        assert_eq!((kept.status, &kept.body), (200, &first.body));
        world.wait(Span::from_minutes(1));
        let over = Answer::to(world.get(&uri));
        assert_eq!(over.error(), (503, "temporarily_unavailable".to_owned()));
        assert_ne!(over.header("retry-after"), "");
        world.publish();
        assert_eq!(Answer::to(world.get(&uri)).status, 200);
    });
}

#[test]
fn a_list_that_a_revoked_key_signed_is_served_no_more() {
    on_both("revoked-key", |world| {
        world.person("ada");
        let app = world.client(metadata(ClientKind::Spa));
        world.wait(Span::from_days(2));
        world.publish();
        let (uri, _) = place(access_token(&app.sign_in(world, "ada", &[])));
        let kid = |list: &Answer| header(&list.body)["kid"].as_str().unwrap().to_owned();
        let before = Answer::to(world.get(&uri));
        let revoked = Kid::new(kid(&before));
        let services = &world.services;
        services
            .keys
            .revoke(&services.store, &world.act(), &revoked)
            .unwrap();
        world.follow();
        world.publish();
        let after = Answer::to(world.get(&uri));
        assert_eq!(after.status, 200, "{}", after.body);
        assert_ne!(kid(&after), revoked.as_str());
    });
}

#[test]
fn invented_lists_are_unknown_without_a_look_into_the_database() {
    on_both("invented", |world| {
        world.sql("ALTER TABLE status_lists RENAME TO elsewhere");
        for seed in 0..8 {
            let id = StatusListId::from_entropy([seed; 16]);
            assert_eq!(Answer::to(world.get(&format!("/status-lists/{id}"))).status, 404);
        }
    });
}

#[test]
fn without_the_switch_tokens_refer_to_no_list_and_those_there_are_stay() {
    for database in [None, Some(postgres::migrated_database())] {
        let world = World::with("no-lists", database, |_| {});
        world.publish();
        world.person("ada");
        let tokens = world
            .client(metadata(ClientKind::Spa))
            .sign_in(&world, "ada", &[]);
        assert_eq!(claims(access_token(&tokens)).get("status"), None);
        let id = new_id(world.services.keys.secrets().identifier_key(), [1; 10]);
        let row = vouchsafe::store::StatusListRow {
            id: id.clone(),
            seed: [1; 32],
            epoch: 1,
            closes_at: world.services.ports.clock.now().plus(Span::from_hours(1)),
            expires_at: world.services.ports.clock.now().plus(Span::from_hours(2)),
        };
        world.write(move |tx| vouchsafe::db!(tx, status_lists::add(&row)));
        let list = || Answer::to(world.get(&format!("/status-lists/{id}")));
        assert_eq!(list().status, 200, "tokens of the time before may refer to it");
        world.wait(Span::from_hours(2));
        world.publish();
        assert_eq!(list().status, 404);
    }
}
