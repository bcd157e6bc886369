//! A page looks through a bounded part of its list. Whatever that part is, all pages together hold the same rows in the same
//! order; and a page that looked at everything that it may, and found nothing, says that the search goes on.

use super::list_parts::{pages, some_clients, some_events, some_people};
use super::samples::{at, client, event, user};
use crate::support::databases::{Database, on_both_stores};
use vouchsafe::db;
use vouchsafe::store::listing::{
    ClientsWanted, EventsWanted, Page, Part, RegisteredBy, UserState, UsersWanted,
};
use vouchsafe_core::model::{Client, ClientId, ClientKind, Event, EventKind, Registrar, User};

on_both_stores! {
    people_are_the_same_however_far_a_page_looks,
    clients_are_the_same_however_far_a_page_looks,
    events_are_the_same_however_far_a_page_looks,
    a_page_that_found_nothing_so_far_goes_on,
}

/// A few rows, and more of them; sets of half as many are looked up one by one.
const REACHES: [i64; 3] = [2, 7, 18];

fn part(reach: i64) -> Part {
    let mut part = Part::first(2);
    part.reach = reach;
    part
}

/// All rows of all pages, of which none has more than two.
fn all(mut page: impl FnMut(Option<String>) -> Page<String>) -> Vec<String> {
    pages(500, |cursor| {
        let page = page(cursor);
        assert!(page.items.len() <= 2);
        page
    })
}

fn people(store: &Database, wanted: &UsersWanted, reach: i64) -> Vec<String> {
    all(|cursor| some_people(store, wanted, part(reach), cursor))
}

/// Thirty people: every third disabled, every fifth banned (every tenth no more), every seventh an administrator.
fn crowd() -> Vec<User> {
    let person = |number: usize| {
        let mut user = user(&format!("{}{number:02}", ["ab", "b", "ac"][number % 3]));
        user.claims =
            serde_json::from_value(serde_json::json!({ "name": format!("Anna Abel {number}") })).unwrap();
        user.disabled_at = number.is_multiple_of(3).then(|| at(-5));
        user.banned_at = number.is_multiple_of(5).then(|| at(-5));
        user.banned_until = number.is_multiple_of(10).then(|| at(-1));
        user.is_admin = number.is_multiple_of(7);
        user.roles = [("clerk", 2), ("boss", 11)]
            .iter()
            .filter(|(_, of)| number.is_multiple_of(*of))
            .map(|(role, _)| (*role).to_owned())
            .collect();
        user
    };
    (0..30).map(person).collect()
}

fn is_wanted(user: &User, wanted: &UsersWanted) -> bool {
    let banned = user.banned_at.is_some() && user.banned_until.is_none_or(|until| until > at(0));
    let state = match (user.disabled_at.is_some(), banned) {
        (true, _) => UserState::Disabled,
        (false, true) => UserState::Banned,
        (false, false) => UserState::Active,
    };
    wanted.state.is_none_or(|wanted| wanted == state)
        && wanted.is_admin.is_none_or(|wanted| wanted == user.is_admin)
        && wanted.role.as_ref().is_none_or(|role| user.roles.contains(role))
}

fn people_are_the_same_however_far_a_page_looks(store: &Database) {
    let crowd = crowd();
    let added = crowd.clone();
    store
        .write_blocking("people", move |tx| {
            added.iter().try_for_each(|user| db!(tx, users::add(user)))
        })
        .unwrap();
    let states = [
        None,
        Some(UserState::Active),
        Some(UserState::Disabled),
        Some(UserState::Banned),
    ];
    for text in ["a", "b"] {
        for (state, is_admin, role) in states.into_iter().flat_map(|state| {
            [
                (None, None),
                (Some(true), None),
                (None, Some("clerk")),
                (Some(false), Some("boss")),
            ]
            .map(|(is_admin, role)| (state, is_admin, role))
        }) {
            let wanted = UsersWanted {
                text: Some(text.to_owned()),
                state,
                is_admin,
                role: role.map(str::to_owned),
                ..UsersWanted::default()
            };
            let in_order = people(store, &wanted, 1_000);
            for reach in REACHES {
                assert_eq!(people(store, &wanted, reach), in_order, "{reach}: {wanted:?}");
            }
            let begins = |user: &&User| text != "b" || user.username.starts_with('b');
            let mut expected: Vec<_> = crowd.iter().filter(begins).collect();
            expected.retain(|user| is_wanted(user, &wanted));
            let mut expected: Vec<_> = expected.iter().map(|user| user.username.clone()).collect();
            expected.sort();
            let mut found = in_order;
            found.sort();
            assert_eq!(found, expected, "{wanted:?}");
        }
    }
}

fn clients(store: &Database, wanted: &ClientsWanted, reach: i64) -> Vec<String> {
    all(|cursor| some_clients(store, wanted, part(reach), cursor))
}

fn clients_are_the_same_however_far_a_page_looks(store: &Database) {
    let kinds = [ClientKind::Web, ClientKind::Web, ClientKind::Web, ClientKind::Spa];
    let made = |number: usize| -> Client {
        let mut client = client(&format!("app{number:02}"));
        client.metadata.client_name = format!("Accounts {}", number % 4);
        client.metadata.kind = kinds[number % 4];
        client.metadata.redirect_uris = vec![format!("https://app{number}.example/cb")];
        client.disabled_at = number.is_multiple_of(5).then(|| at(-5));
        client.registrar = match number % 6 {
            0 => Registrar::Token(format!("t{number}")),
            1 => Registrar::Document,
            2 | 3 => Registrar::Anybody,
            _ => Registrar::Administrator,
        };
        client
    };
    let registered_by = |client: &Client| match client.registrar {
        Registrar::Administrator => RegisteredBy::Administrator,
        Registrar::Token(_) => RegisteredBy::Token,
        Registrar::Anybody => RegisteredBy::Anybody,
        Registrar::Document => RegisteredBy::Document,
    };
    let added: Vec<Client> = (0..24).map(made).collect();
    let apps = added.clone();
    store
        .write_blocking("clients", move |tx| {
            added.iter().try_for_each(|client| db!(tx, clients::add(client)))
        })
        .unwrap();
    for kind in [
        None,
        Some(ClientKind::Web),
        Some(ClientKind::Spa),
        Some(ClientKind::Native),
    ] {
        for disabled in [None, Some(true), Some(false)] {
            for by in RegisteredBy::ALL.map(Some).into_iter().chain([None]) {
                let wanted = ClientsWanted {
                    text: Some("a".to_owned()),
                    kind,
                    disabled,
                    registered_by: by,
                    ..ClientsWanted::default()
                };
                let in_order = clients(store, &wanted, 1_000);
                for reach in REACHES {
                    assert_eq!(clients(store, &wanted, reach), in_order, "{reach}: {wanted:?}");
                }
                let meant = apps.iter().filter(|client| {
                    kind.is_none_or(|kind| kind == client.metadata.kind)
                        && disabled.is_none_or(|disabled| disabled == client.disabled_at.is_some())
                        && by.is_none_or(|by| by == registered_by(client))
                });
                assert_eq!(in_order.len(), meant.count(), "{wanted:?}");
            }
        }
    }
}

fn events(store: &Database, wanted: &EventsWanted, reach: i64) -> Vec<String> {
    all(|cursor| some_events(store, wanted, part(reach), cursor))
}

/// Sixty events, four at each instant.
fn history() -> Vec<Event> {
    let happened = |number: i64| {
        let mut event = event(&format!("e{:02}", (number * 37) % 60), number / 4);
        event.kind = [EventKind::SignedIn, EventKind::SessionEnded][usize::from(number % 2 == 1)];
        event.actor =
            ["sub-ann", "server", "cli"][usize::from(number % 3 == 1) + usize::from(number >= 40)].to_owned();
        event.subject = (number % 4 != 0).then(|| format!("sub-{}", number % 4));
        event.client_id = (number % 5 != 0).then(|| ClientId::new(format!("app{}", number % 3)));
        event.request_id = (number % 2 == 0).then(|| format!("R{}", number / 10));
        event
    };
    (0..60).map(happened).collect()
}

fn add_history(store: &Database) -> Vec<Event> {
    let history = history();
    let added = history.clone();
    store
        .write_blocking("events", move |tx| db!(tx, events::append_all(&added)))
        .unwrap();
    history
}

fn events_are_the_same_however_far_a_page_looks(store: &Database) {
    let mut history = add_history(store);
    history.sort_by(|one, other| (other.at, other.id.as_str()).cmp(&(one.at, one.id.as_str())));
    let filters: [fn(&mut EventsWanted); 7] = [
        |wanted| wanted.kind = Some(EventKind::SignedIn),
        |wanted| wanted.actor = Some("server".to_owned()),
        |wanted| wanted.subject = Some("sub-1".to_owned()),
        |wanted| wanted.client = Some(ClientId::new("app1")),
        |wanted| wanted.request_id = Some("R2".to_owned()),
        |wanted| wanted.since = Some(at(3)),
        |wanted| wanted.until = Some(at(12)),
    ];
    for choice in 0..1_usize << filters.len() {
        let mut wanted = EventsWanted::default();
        for (number, filter) in filters.iter().enumerate() {
            if (choice >> number) & 1 == 1 {
                filter(&mut wanted);
            }
        }
        let meant = |event: &&Event| {
            wanted.kind.is_none_or(|kind| kind == event.kind)
                && wanted.actor.as_ref().is_none_or(|actor| *actor == event.actor)
                && (wanted.subject.is_none() || wanted.subject == event.subject)
                && (wanted.client.is_none() || wanted.client == event.client_id)
                && (wanted.request_id.is_none() || wanted.request_id == event.request_id)
                && wanted.since.is_none_or(|since| event.at >= since)
                && wanted.until.is_none_or(|until| event.at < until)
        };
        let expected: Vec<_> = history
            .iter()
            .filter(meant)
            .map(|event| event.id.as_str())
            .collect();
        for reach in [1, 1_000] {
            assert_eq!(events(store, &wanted, reach), expected, "{reach}: {wanted:?}");
        }
    }
}

fn a_page_that_found_nothing_so_far_goes_on(store: &Database) {
    // Who signed in was never the server, which did as much in between.
    let happened = |number: i64| {
        let mut event = event(&format!("e{number:02}"), number);
        let (kind, actor) = if number % 2 == 0 {
            (EventKind::SignedIn, "cli")
        } else {
            (EventKind::SessionEnded, "server")
        };
        event.kind = kind;
        event.actor = actor.to_owned();
        event
    };
    let added: Vec<Event> = (0..20).map(happened).collect();
    store
        .write_blocking("events", move |tx| db!(tx, events::append_all(&added)))
        .unwrap();
    let by = |actor: &str, kind| EventsWanted {
        actor: Some(actor.to_owned()),
        kind: Some(kind),
        ..EventsWanted::default()
    };
    // Ten of each, of which a page looks at four.
    let mut pages = Vec::new();
    all(|cursor| {
        let page = some_events(store, &by("server", EventKind::SignedIn), part(2), cursor);
        pages.push((page.items.len(), page.next.is_some()));
        page
    });
    assert_eq!(pages, [(0, true), (0, true), (0, false)]);
    for (actor, kind) in [("nobody", EventKind::SignedIn), ("server", EventKind::UserBanned)] {
        let page = some_events(store, &by(actor, kind), part(2), None);
        assert_eq!(
            (page.items.len(), page.next),
            (0, None),
            "that there is none is known at once"
        );
    }
}
