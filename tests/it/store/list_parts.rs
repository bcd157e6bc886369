//! Lists as their readers go through them: part by part, from one cursor to the next.

use super::samples::at;
use crate::support::databases::Database;
use std::fmt::Debug;
use vouchsafe::db;
use vouchsafe::store::listing::{ClientsWanted, EventsWanted, Page, Part, UsersWanted};

/// All pages of a list, whose cursors lead from one to the next; no more than `most` of them.
pub(super) fn pages<T: Debug>(most: usize, mut page: impl FnMut(Option<String>) -> Page<T>) -> Vec<T> {
    let (mut rows, mut cursor) = (Vec::new(), None);
    for _ in 0..most {
        let next = page(cursor.take());
        rows.extend(next.items);
        match next.next {
            Some(more) => cursor = Some(more),
            None => return rows,
        }
    }
    panic!("a list without an end: {rows:?}");
}

/// User names in the part of a list that a cursor leads to.
pub(super) fn some_people(
    store: &Database,
    wanted: &UsersWanted,
    part: Part,
    cursor: Option<String>,
) -> Page<String> {
    let mut wanted = UsersWanted {
        part,
        now: at(0),
        ..wanted.clone()
    };
    if let Some(cursor) = cursor {
        wanted.resume(&cursor).unwrap();
    }
    store
        .read_blocking("list", move |tx| db!(tx, users::page(&wanted)))
        .unwrap()
        .map(|user| user.username)
}

/// Ids of clients in the part of a list that a cursor leads to.
pub(super) fn some_clients(
    store: &Database,
    wanted: &ClientsWanted,
    part: Part,
    cursor: Option<String>,
) -> Page<String> {
    let mut wanted = ClientsWanted {
        part,
        ..wanted.clone()
    };
    if let Some(cursor) = cursor {
        wanted.resume(&cursor).unwrap();
    }
    store
        .read_blocking("list", move |tx| db!(tx, clients::page_of(&wanted)))
        .unwrap()
        .map(|client| client.id.as_str().to_owned())
}

/// Ids of events in the part of a list that a cursor leads to.
pub(super) fn some_events(
    store: &Database,
    wanted: &EventsWanted,
    part: Part,
    cursor: Option<String>,
) -> Page<String> {
    let mut wanted = EventsWanted {
        part,
        ..wanted.clone()
    };
    if let Some(cursor) = cursor {
        wanted.resume(&cursor).unwrap();
    }
    store
        .read_blocking("list", move |tx| db!(tx, events::page(&wanted)))
        .unwrap()
        .map(|listed| listed.event.id.as_str().to_owned())
}
