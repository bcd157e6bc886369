//! Lists, page by page: each row once, in the order that was asked for, found by the beginnings of its words.

use super::list_parts::{pages, some_clients, some_events, some_people};
use super::samples::{add_ann_and_shop, add_grant, api, at, client, digest, event, grant, session, user};
use crate::support::databases::{Database, on_both_stores};
use std::fmt::Debug;
use vouchsafe::db;
use vouchsafe::store::listing::{
    ApisWanted, ClientSort, ClientsWanted, EventsWanted, GrantsPage, Page, Part, SessionsWanted, UserSort,
    UserState, UsersWanted,
};
use vouchsafe_core::model::{ClientId, ClientKind, EventKind, User, UserId};

on_both_stores! {
    people_come_in_each_order_once_over_all_pages,
    people_are_found_by_the_beginnings_of_what_they_are_called,
    nothing_in_a_search_text_is_a_pattern,
    people_are_filtered_by_standing_role_and_office,
    a_person_who_changed_is_found_by_what_they_are_now,
    clients_are_found_by_name_id_and_redirect_uri,
    clients_are_filtered_and_sorted,
    apis_sessions_and_grants_come_in_pages,
    events_are_filtered_and_come_newest_first,
    a_cursor_is_good_for_its_own_list_only,
}

fn all<T: Debug>(page: impl FnMut(Option<String>) -> Page<T>) -> Vec<T> {
    pages(100, page)
}

pub(super) fn people(store: &Database, wanted: &UsersWanted) -> Vec<String> {
    all(|cursor| some_people(store, wanted, Part::first(2), cursor))
}

fn clients(store: &Database, wanted: &ClientsWanted) -> Vec<String> {
    all(|cursor| some_clients(store, wanted, Part::first(2), cursor))
}

fn events(store: &Database, wanted: &EventsWanted) -> Vec<String> {
    all(|cursor| some_events(store, wanted, Part::first(2), cursor))
}

fn searched(text: &str) -> UsersWanted {
    UsersWanted {
        text: Some(text.to_owned()),
        ..UsersWanted::default()
    }
}

fn person(name: &str, full: &str, change: impl FnOnce(&mut User)) -> User {
    let mut user = user(name);
    user.claims = serde_json::from_value(serde_json::json!({ "name": full })).unwrap();
    user.banned_at = None;
    user.banned_until = None;
    change(&mut user);
    user
}

/// Five people: carl and dora were made at the same time.
pub(super) fn add_people(store: &Database) {
    let people = [
        person("ada", "Ada Lovelace", |user| {
            user.created_at = at(50);
            user.is_admin = true;
        }),
        person("bob", "Bob  van Ädam", |user| user.created_at = at(40)),
        person("carl", "100% Carl_", |user| {
            user.created_at = at(30);
            user.banned_at = Some(at(-10));
            user.banned_until = Some(at(10));
        }),
        person("dora", "Dora", |user| {
            user.created_at = at(30);
            user.banned_at = Some(at(-10));
            user.banned_until = Some(at(0));
            user.roles = vec!["clerk".to_owned(), "boss".to_owned()];
            user.groups = vec!["staff".to_owned(), "night shift".to_owned()];
        }),
        person("eve", "", |user| {
            user.created_at = at(10);
            user.email = "adam@example.net".to_owned();
            user.disabled_at = Some(at(0));
            user.banned_at = Some(at(0));
            user.roles = vec!["bossy".to_owned()];
        }),
    ];
    store
        .write_blocking("people", move |tx| {
            people.iter().try_for_each(|user| db!(tx, users::add(user)))
        })
        .unwrap();
}

fn people_come_in_each_order_once_over_all_pages(store: &Database) {
    add_people(store);
    for (sort, expected) in [
        (UserSort::Username, ["ada", "bob", "carl", "dora", "eve"]),
        (UserSort::Email, ["ada", "eve", "bob", "carl", "dora"]),
        (UserSort::CreatedAt, ["eve", "carl", "dora", "bob", "ada"]),
    ] {
        let mut wanted = UsersWanted {
            sort,
            ..UsersWanted::default()
        };
        assert_eq!(people(store, &wanted), expected, "{sort:?}");
        wanted.descending = true;
        let mut turned = people(store, &wanted);
        turned.reverse();
        assert_eq!(turned, expected, "{sort:?} turned round");
    }
}

fn people_are_found_by_the_beginnings_of_what_they_are_called(store: &Database) {
    add_people(store);
    for (text, expected) in [
        ("ADA", &["ada", "eve"][..]),
        ("ada@", &["ada"]),
        ("Lovel", &["ada"]),
        ("ada  love", &["ada"]),
        ("van äd", &["bob"]),
        ("ÄDAM", &["bob"]),
        ("sub-c", &["carl"]),
        ("adam@EXAMPLE.net", &["eve"]),
        ("lace", &[]),
        ("zoe", &[]),
    ] {
        assert_eq!(people(store, &searched(text)), expected, "{text:?}");
    }
    let everybody = people(store, &searched(""));
    assert_eq!(
        everybody.len(),
        5,
        "each once, though found by several terms: {everybody:?}"
    );
}

fn nothing_in_a_search_text_is_a_pattern(store: &Database) {
    add_people(store);
    assert_eq!(people(store, &searched("100%")), ["carl"]);
    assert_eq!(people(store, &searched("carl_")), ["carl"]);
    let long = "x".repeat(10_000);
    for text in [
        "%",
        "_",
        "a%",
        "c_rl",
        "'",
        "\\",
        "ada\0",
        "\0",
        "*",
        "a.*",
        "(a+)+$",
        long.as_str(),
    ] {
        assert_eq!(people(store, &searched(text)), [] as [&str; 0], "{text:?}");
    }
}

fn people_are_filtered_by_standing_role_and_office(store: &Database) {
    add_people(store);
    let state = |state| UsersWanted {
        state: Some(state),
        ..UsersWanted::default()
    };
    assert_eq!(people(store, &state(UserState::Active)), ["ada", "bob", "dora"]);
    assert_eq!(people(store, &state(UserState::Banned)), ["carl"]);
    assert_eq!(people(store, &state(UserState::Disabled)), ["eve"]);
    let office = |is_admin| UsersWanted {
        is_admin: Some(is_admin),
        sort: UserSort::CreatedAt,
        ..UsersWanted::default()
    };
    assert_eq!(people(store, &office(true)), ["ada"]);
    assert_eq!(people(store, &office(false)), ["eve", "carl", "dora", "bob"]);
    let role = |role: &str| UsersWanted {
        role: Some(role.to_owned()),
        ..UsersWanted::default()
    };
    assert_eq!(people(store, &role("clerk")), ["ada", "bob", "carl", "dora"]);
    assert_eq!(people(store, &role("boss")), ["dora"]);
    assert_eq!(people(store, &role("b%")), [] as [&str; 0]);
    assert_eq!(people(store, &role("boss\0")), [] as [&str; 0]);
    let all_at_once = UsersWanted {
        group: Some("staff".to_owned()),
        text: Some("d".to_owned()),
        state: Some(UserState::Active),
        is_admin: Some(false),
        ..role("boss")
    };
    assert_eq!(people(store, &all_at_once), ["dora"]);
}

fn a_person_who_changed_is_found_by_what_they_are_now(store: &Database) {
    add_people(store);
    store
        .write_blocking("change", |tx| {
            let ada = UserId::new("sub-ada");
            db!(tx, users::set_roles(&ada, &["chief".to_owned()], at(1)))?;
            db!(tx, users::remove(&UserId::new("sub-eve")))
        })
        .unwrap();
    let role = |role: &str| UsersWanted {
        role: Some(role.to_owned()),
        ..UsersWanted::default()
    };
    assert_eq!(people(store, &role("chief")), ["ada"]);
    assert_eq!(people(store, &role("clerk")), ["bob", "carl", "dora"]);
    assert_eq!(people(store, &searched("adam@")), [] as [&str; 0]);
}

fn add_clients(store: &Database) {
    let mut shop = client("Shop1");
    shop.metadata.redirect_uris = vec![
        "https://Shop.example/cb".to_owned(),
        "https://shop.example/other".to_owned(),
    ];
    let mut wiki = client("w2");
    wiki.metadata.client_name = "The Wiki".to_owned();
    wiki.metadata.kind = ClientKind::Spa;
    wiki.metadata.redirect_uris = vec!["https://wiki.example/".to_owned()];
    wiki.created_at = at(5);
    let mut robot = client("r3");
    robot.metadata.client_name = "robot".to_owned();
    robot.metadata.kind = ClientKind::Service;
    robot.metadata.redirect_uris = vec![];
    robot.disabled_at = Some(at(1));
    robot.created_at = at(3);
    store
        .write_blocking("clients", move |tx| {
            for client in [&shop, &wiki, &robot] {
                db!(tx, clients::add(client))?;
            }
            Ok(())
        })
        .unwrap();
}

fn clients_are_found_by_name_id_and_redirect_uri(store: &Database) {
    add_clients(store);
    let found = |text: &str| {
        clients(
            store,
            &ClientsWanted {
                text: Some(text.to_owned()),
                ..ClientsWanted::default()
            },
        )
    };
    assert_eq!(found("shop"), ["Shop1"]);
    assert_eq!(found("https://SHOP"), ["Shop1"]);
    assert_eq!(found("wiki"), ["w2"]);
    assert_eq!(found("wiki.example/"), ["w2"]);
    assert_eq!(found("R3"), ["r3"]);
    assert_eq!(found("%"), [] as [&str; 0]);
    assert_eq!(found("").len(), 3);
    store
        .write_blocking("change", |tx| {
            let mut wiki = db!(tx, clients::by_id(&ClientId::new("w2")))?.unwrap();
            wiki.metadata.client_name = "Handbook".to_owned();
            db!(tx, clients::update(&wiki))?;
            db!(tx, clients::remove(&ClientId::new("r3")))
        })
        .unwrap();
    assert_eq!(found("hand"), ["w2"]);
    assert_eq!(found("the wiki"), [] as [&str; 0]);
    assert_eq!(found("r3"), [] as [&str; 0]);
}

fn clients_are_filtered_and_sorted(store: &Database) {
    add_clients(store);
    let any = ClientsWanted::default();
    assert_eq!(clients(store, &any), ["r3", "Shop1", "w2"]);
    let by_age = ClientsWanted {
        sort: ClientSort::CreatedAt,
        descending: true,
        ..any.clone()
    };
    assert_eq!(clients(store, &by_age), ["w2", "r3", "Shop1"]);
    let of_kind = ClientsWanted {
        kind: Some(ClientKind::Spa),
        ..any.clone()
    };
    assert_eq!(clients(store, &of_kind), ["w2"]);
    for (disabled, expected) in [(true, &["r3"][..]), (false, &["Shop1", "w2"])] {
        let wanted = ClientsWanted {
            disabled: Some(disabled),
            ..any.clone()
        };
        assert_eq!(clients(store, &wanted), expected);
    }
}

fn apis_sessions_and_grants_come_in_pages(store: &Database) {
    add_ann_and_shop(store);
    store
        .write_blocking("rows", |tx| {
            for name in ["a", "b", "c"] {
                let scope = format!("{name}:read");
                db!(tx, apis::add(&api(&format!("https://{name}.example"), &[&scope])))?;
            }
            for (filling, name) in (0..).zip(["s1", "s2", "s3"]) {
                db!(tx, sessions::add(&session(name), &digest(filling)))?;
            }
            Ok(())
        })
        .unwrap();
    for (filling, name) in (0..).zip(["g1", "g2", "g3"]) {
        let mut used = grant(name);
        used.code_used_at = Some(at(0));
        add_grant(store, &used, digest(filling));
    }
    let apis = all(|cursor| {
        let mut wanted = ApisWanted { part: Part::first(2) };
        if let Some(cursor) = cursor {
            wanted.resume(&cursor).unwrap();
        }
        store
            .read_blocking("apis", move |tx| db!(tx, apis::page(&wanted)))
            .unwrap()
    });
    let scopes: Vec<_> = apis.iter().map(|api| api.scopes[0].name.as_str()).collect();
    assert_eq!(scopes, ["a:read", "b:read", "c:read"]);
    let sessions = all(|cursor| {
        let mut wanted = SessionsWanted {
            user: Some(UserId::new("sub-ann")),
            now: at(0),
            part: Part::first(2),
        };
        if let Some(cursor) = cursor {
            wanted.resume(&cursor).unwrap();
        }
        store
            .read_blocking("sessions", move |tx| db!(tx, sessions::page(&wanted)))
            .unwrap()
    });
    assert_eq!(sessions.len(), 3);
    let grants = all(|cursor| {
        let mut wanted = GrantsPage {
            client: Some(ClientId::new("shop")),
            now: at(0),
            part: Part::first(2),
            ..GrantsPage::default()
        };
        if let Some(cursor) = cursor {
            wanted.resume(&cursor).unwrap();
        }
        store
            .read_blocking("grants", move |tx| db!(tx, grants::page(&wanted)))
            .unwrap()
    });
    assert_eq!(grants.len(), 3);
}

fn events_are_filtered_and_come_newest_first(store: &Database) {
    store
        .write_blocking("events", |tx| {
            let mut one = event("e1", 1);
            one.kind = EventKind::UserBanned;
            one.actor = "sub-ada".to_owned();
            one.client_id = None;
            one.request_id = Some("R1".to_owned());
            let mut two = event("e2", 2);
            two.subject = Some("sub-bob".to_owned());
            let mut same = event("e3", 2);
            same.client_id = Some(ClientId::new("wiki"));
            for event in [&one, &two, &same, &event("e4", 4)] {
                db!(tx, events::append(event))?;
            }
            Ok(())
        })
        .unwrap();
    let any = EventsWanted::default();
    assert_eq!(events(store, &any), ["e4", "e3", "e2", "e1"]);
    let cases = [
        (
            EventsWanted {
                kind: Some(EventKind::UserBanned),
                ..any.clone()
            },
            &["e1"][..],
        ),
        (
            EventsWanted {
                actor: Some("cli".to_owned()),
                ..any.clone()
            },
            &["e4", "e3", "e2"],
        ),
        (
            EventsWanted {
                subject: Some("sub-ann".to_owned()),
                ..any.clone()
            },
            &["e4", "e3", "e1"],
        ),
        (
            EventsWanted {
                client: Some(ClientId::new("shop")),
                ..any.clone()
            },
            &["e4", "e2"],
        ),
        (
            EventsWanted {
                request_id: Some("R1".to_owned()),
                ..any.clone()
            },
            &["e1"],
        ),
        (
            EventsWanted {
                since: Some(at(2)),
                until: Some(at(4)),
                ..any.clone()
            },
            &["e3", "e2"],
        ),
        (
            EventsWanted {
                subject: Some("sub-ann".to_owned()),
                kind: Some(EventKind::GrantClaimsRaised),
                actor: Some("cli".to_owned()),
                client: Some(ClientId::new("shop")),
                ..any.clone()
            },
            &["e4"],
        ),
        (
            EventsWanted {
                actor: Some("cli\0".to_owned()),
                ..any.clone()
            },
            &[],
        ),
        (
            EventsWanted {
                actor: Some("%".to_owned()),
                ..any
            },
            &[],
        ),
    ];
    for (wanted, expected) in cases {
        assert_eq!(events(store, &wanted), expected, "{wanted:?}");
    }
}

fn a_cursor_is_good_for_its_own_list_only(store: &Database) {
    add_people(store);
    let wanted = UsersWanted {
        part: Part::first(1),
        ..UsersWanted::default()
    };
    let mut other = UsersWanted {
        descending: true,
        ..wanted.clone()
    };
    let mut again = wanted.clone();
    let page = store
        .read_blocking("users", move |tx| db!(tx, users::page(&wanted)))
        .unwrap();
    let cursor = page.next.unwrap();
    again.resume(&cursor).unwrap();
    other.resume(&cursor).unwrap_err();
    searched("a").resume(&cursor).unwrap_err();
    ClientsWanted::default().resume(&cursor).unwrap_err();
    EventsWanted::default().resume("' OR 1=1 --").unwrap_err();
}
