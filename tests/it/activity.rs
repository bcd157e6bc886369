//! When clients and secrets were last used, and what clients were refused: bounded, and without anything secret.

use crate::support::on_both_databases;
use crate::support::people::{Registered, metadata};
use crate::support::world::World;
use vouchsafe::audit::Act;
use vouchsafe::clients::registration::Pepper;
use vouchsafe::clients::standing::{self, SecretAdded, SecretEnded};
use vouchsafe::db;
use vouchsafe::store::{ClientRefusal, SecretFacts};
use vouchsafe_core::model::{ClientId, ClientKind, EventKind, Span, UnixTime};

const GRANT: [(&str, &str); 1] = [("grant_type", "client_credentials")];

fn now(world: &World) -> UnixTime {
    world.services.ports.clock.now()
}

fn act(world: &World) -> Act {
    Act::new("cli", now(world), &world.services.ports.entropy)
}

fn record(world: &World) {
    world.services.record_activity().unwrap();
}

fn secrets(world: &World, client: &Registered) -> Vec<SecretFacts> {
    let (id, now) = (ClientId::new(client.id.as_str()), now(world));
    world.write(move |tx| db!(tx, clients::secret_facts(&id, now)))
}

fn last_used(world: &World, client: &Registered) -> Option<UnixTime> {
    let ids = [ClientId::new(client.id.as_str())];
    let known = world.write(move |tx| db!(tx, client_uses::last_of(&ids)));
    known.first().map(|(_, at)| *at)
}

fn refusals(world: &World, client: &Registered) -> Vec<ClientRefusal> {
    let id = ClientId::new(client.id.as_str());
    world.write(move |tx| db!(tx, client_refusals::latest(&id, 1_000)))
}

fn add_secret(world: &World, client: &Registered, expires_at: Option<UnixTime>) -> SecretAdded {
    let (id, act) = (ClientId::new(client.id.as_str()), act(world));
    let (version, pepper) = world.services.keys.secrets().newest_pepper();
    let pepper = *pepper;
    let added = world.write(move |tx| {
        let pepper = Pepper {
            version,
            key: &pepper,
        };
        standing::add_secret(tx, &act, (&id, expires_at), pepper).map(std::sync::Arc::new)
    });
    world.follow();
    std::sync::Arc::into_inner(added).unwrap()
}

fn end_secret(world: &World, client: &Registered, secret: &str, end: UnixTime) -> SecretEnded {
    let (id, act, secret) = (ClientId::new(client.id.as_str()), act(world), secret.to_owned());
    let ended = world.write(move |tx| standing::end_secret(tx, &act, (&id, &secret), end));
    world.follow();
    ended
}

fn told(world: &World, kind: EventKind) -> usize {
    let all = world.write(|tx| db!(tx, events::list(None, 1_000)));
    all.iter().filter(|event| event.kind == kind).count()
}

on_both_databases! {
    fn a_use_is_noted_once_an_hour_for_the_client_and_the_secret_that_proved_right(world: World) {
        world.orders_api();
        let service = world.client(metadata(ClientKind::Service));
        assert_eq!((last_used(world, &service), secrets(world, &service)[0].last_used_at), (None, None));
        let first = now(world);
        assert_eq!(service.token(world, &GRANT).status, 200);
        record(world);
        assert_eq!(last_used(world, &service), Some(first));
        assert_eq!(secrets(world, &service)[0].last_used_at, Some(first));

        world.wait(Span::from_minutes(59));
        assert_eq!(service.token(world, &GRANT).status, 200);
        record(world);
        assert_eq!(last_used(world, &service), Some(first), "the hour is not over");
        world.wait(Span::from_minutes(1));
        let second = now(world);
        assert_eq!(service.token(world, &GRANT).status, 200);
        record(world);
        assert_eq!((last_used(world, &service), secrets(world, &service)[0].last_used_at), (Some(second), Some(second)));
    }

    fn a_second_node_writes_no_use_within_the_hour_again(world: World) {
        world.orders_api();
        let service = world.client(metadata(ClientKind::Service));
        let first = now(world);
        assert_eq!(service.token(world, &GRANT).status, 200);
        record(world);
        let other = World::on(world);
        world.wait(Span::from_minutes(30));
        assert_eq!(service.token(&other, &GRANT).status, 200);
        other.services.record_activity().unwrap();
        assert_eq!((last_used(world, &service), secrets(world, &service)[0].last_used_at), (Some(first), Some(first)));
    }

    fn a_wrong_secret_is_no_use_and_is_told_to_the_administrator_without_it(world: World) {
        world.orders_api();
        let service = world.client(metadata(ClientKind::Service));
        let other = world.client(metadata(ClientKind::Service));
        let wrong = Registered { id: service.id.clone(), secret: other.secret.clone(), redirect_uri: String::new() };
        for _ in 0..3 {
            assert_eq!(wrong.token(world, &GRANT).status, 401);
        }
        record(world);
        assert_eq!((last_used(world, &service), secrets(world, &service)[0].last_used_at), (None, None));
        let told = refusals(world, &service);
        assert_eq!(told.len(), 1, "the same again is counted");
        assert_eq!((told[0].endpoint.as_str(), told[0].reason.as_str(), told[0].count), ("/token", "VS-CLIENT-SECRET-WRONG", 3));
        assert!(!format!("{told:?}").contains(other.secret.as_deref().unwrap()));
        assert!(refusals(world, &other).is_empty());
    }

    fn a_redirect_uri_that_is_not_registered_is_told_without_its_query(world: World) {
        let app = world.client(metadata(ClientKind::Web));
        let asked = app.authorization(&[("redirect_uri", "https://client.example/other?code=hidden#x")]);
        assert_eq!(world.browser().get(&asked).status, 400);
        let without_pkce = app.authorization(&[("code_challenge", ""), ("code_challenge_method", "")]);
        assert_eq!(world.browser().get(&without_pkce).status, 303);
        record(world);
        let told = refusals(world, &app);
        let mut reasons: Vec<_> = told.iter().map(|one| (one.reason.as_str(), one.detail.as_deref())).collect();
        reasons.sort_unstable();
        assert_eq!(reasons, [
            ("VS-PKCE-MISSING", None),
            ("VS-REDIRECT-URI-NOT-REGISTERED", Some("https://client.example/other")),
        ]);
        assert!(told.iter().all(|one| one.endpoint == "/authorize" && !one.request_id.is_empty()));
    }

    fn nobody_fills_the_database_with_refusals(world: World) {
        let app = world.client(metadata(ClientKind::Web));
        let browser = world.browser();
        for round in 0..7 {
            for number in 0..15 {
                let uri = format!("https://evil.test/{round}/{number}");
                assert_eq!(browser.get(&app.authorization(&[("redirect_uri", uri.as_str())])).status, 400);
            }
            record(world);
            world.wait(Span::from_minutes(1));
        }
        let told = refusals(world, &app);
        assert_eq!(told.len(), 50, "ten in a minute, fifty in all");
        assert!(told.iter().all(|one| one.detail.as_deref() != Some("https://evil.test/0/0")), "the oldest went");
        assert_eq!(browser.get("/authorize?client_id=unknown&redirect_uri=https://evil.test/").status, 400);
        record(world);
        world.wait(Span::from_days(31));
        world.services.tend().unwrap();
        assert!(refusals(world, &app).is_empty());
    }

    fn of_two_secrets_both_count_and_either_can_be_ended_but_not_the_last(world: World) {
        world.orders_api();
        let service = world.client(metadata(ClientKind::Service));
        let old = secrets(world, &service)[0].id.clone();
        assert_eq!(end_secret(world, &service, &old, now(world)), SecretEnded::Last);
        world.wait(Span::from_seconds(1));
        let SecretAdded::Added(secret) = add_secret(world, &service, None) else {
            panic!("no secret was added");
        };
        let renewed = Registered {
            id: service.id.clone(),
            secret: Some(secret.expose().to_owned()),
            redirect_uri: String::new(),
        };
        for client in [&service, &renewed] {
            assert_eq!(client.token(world, &GRANT).status, 200);
        }
        assert!(matches!(add_secret(world, &service, None), SecretAdded::TooMany));

        assert_eq!(end_secret(world, &service, "000000000000", now(world)), SecretEnded::Unknown);
        assert_eq!(end_secret(world, &service, &old, now(world)), SecretEnded::Ended);
        assert_eq!(service.token(world, &GRANT).status, 401);
        assert_eq!(renewed.token(world, &GRANT).status, 200);
        assert_eq!(secrets(world, &service).len(), 1);
        assert_eq!((told(world, EventKind::ClientSecretAdded), told(world, EventKind::ClientSecretEnded)), (1, 1));
    }

    fn a_secret_with_an_end_stops_to_count_by_itself_and_a_public_client_gets_none(world: World) {
        world.orders_api();
        let service = world.client(metadata(ClientKind::Service));
        let SecretAdded::Added(secret) = add_secret(world, &service, Some(now(world).plus(Span::from_hours(1)))) else {
            panic!("no secret was added");
        };
        let brief = Registered {
            id: service.id.clone(),
            secret: Some(secret.expose().to_owned()),
            redirect_uri: String::new(),
        };
        assert_eq!(brief.token(world, &GRANT).status, 200);
        world.wait(Span::from_hours(1));
        assert_eq!(brief.token(world, &GRANT).status, 401);
        let spa = world.client(metadata(ClientKind::Spa));
        assert!(matches!(add_secret(world, &spa, None), SecretAdded::NotByOne));
        let nobody = Registered { id: "nobody".to_owned(), secret: None, redirect_uri: String::new() };
        assert!(matches!(add_secret(world, &nobody, None), SecretAdded::Unknown));
    }
}
