//! Clients, searched, filtered and sorted, page by page.

use super::super::super::Conn;
use super::super::search_terms::{self, CLIENT};
use super::{Row, TOKEN, read, registrar};
use crate::store::StoreError;
use crate::store::convert::word;
use crate::store::listing::{ClientSort, ClientsWanted, Page, Place, Range, RegisteredBy};
use crate::store::schema::{clients, search_terms as search_term};
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use vouchsafe_core::model::{Client, Registrar};

/// Keeps those that were registered by them.
macro_rules! registered_by {
    ($rows:expr, $by:expr) => {
        match $by {
            RegisteredBy::Administrator => $rows.filter(clients::registrar.is_null()),
            RegisteredBy::Token => $rows.filter(clients::registrar.like(format!("{TOKEN}%"))),
            RegisteredBy::Anybody => $rows.filter(clients::registrar.eq(registrar(&Registrar::Anybody))),
            RegisteredBy::Document => $rows.filter(clients::registrar.eq(registrar(&Registrar::Document))),
        }
    };
}

/// Keeps those of the type, standing and origin that are wanted.
macro_rules! of_standing {
    ($rows:ident, $wanted:ident) => {
        $rows = match $wanted.disabled {
            None => $rows,
            Some(true) => $rows.filter(clients::disabled_at.is_not_null()),
            Some(false) => $rows.filter(clients::disabled_at.is_null()),
        };
        if let Some(kind) = &$wanted.kind {
            $rows = $rows.filter(clients::kind.eq(word(kind)?));
        }
        if let Some(by) = $wanted.registered_by {
            $rows = registered_by!($rows, by);
        }
    };
}

/// A page of clients.
pub fn page_of(c: &mut Conn, wanted: &ClientsWanted) -> Result<Page<Client>, StoreError> {
    match wanted.searched() {
        None => sorted(c, wanted),
        Some(text) => match Range::of(&text) {
            Some(range) => found(c, wanted, &range),
            None => Ok(Page::default()),
        },
    }
}

/// In the order of the first term of each client that lies in the range: each appears once, whatever it was found by.
/// Where the filters leave few, those are looked up; otherwise the page looks through so many terms, and the next goes on.
fn found(c: &mut Conn, wanted: &ClientsWanted, range: &Range) -> Result<Page<Client>, StoreError> {
    if let Some(ids) = few(c, wanted)? {
        return found_among(c, wanted, range, ids);
    }
    let edge = search_terms::edge(c, CLIENT, range, &wanted.part)?;
    let lesser = diesel::alias!(search_term as lesser);
    let lesser_found = lesser
        .filter(lesser.field(search_term::kind).eq(CLIENT))
        .filter(lesser.field(search_term::id).eq(search_term::id))
        .filter(lesser.field(search_term::term).ge(&range.from))
        .filter(lesser.field(search_term::term).lt(search_term::term));
    let mut rows = search_term::table
        .inner_join(clients::table.on(clients::id.eq(search_term::id)))
        .filter(search_term::kind.eq(CLIENT))
        .filter(search_term::term.ge(&range.from))
        .filter(search_term::term.lt(&range.to))
        .filter(not(exists(lesser_found)))
        .into_boxed();
    of_standing!(rows, wanted);
    if let Some(place) = &wanted.part.after {
        let (term, id) = place.as_text();
        rows = rows
            .filter(search_term::term.ge(term))
            .filter(search_term::term.gt(term).or(search_term::id.gt(id)));
    }
    if let Some((term, id)) = &edge {
        rows = rows
            .filter(search_term::term.le(term))
            .filter(search_term::term.lt(term).or(search_term::id.le(id)));
    }
    let rows: Vec<(String, Row)> = rows
        .order((search_term::term, search_term::id))
        .limit(wanted.part.limit.saturating_add(1))
        .select((search_term::term, Row::as_select()))
        .load(c)?;
    let edge = edge.map(|(term, id)| Place::text(wanted.order(), &term, &id));
    in_order(wanted, rows)
        .or_on_from(edge)
        .try_map(|(_, row)| read(row))
}

/// The same of these clients, each of which is looked up.
fn found_among(
    c: &mut Conn,
    wanted: &ClientsWanted,
    range: &Range,
    ids: Vec<String>,
) -> Result<Page<Client>, StoreError> {
    let mut rows = clients::table
        .filter(clients::id.eq_any(ids))
        .select(clients::id)
        .into_boxed();
    of_standing!(rows, wanted);
    let meant: Vec<String> = rows.load(c)?;
    let found = search_terms::first_of(c, CLIENT, range, &meant)?;
    let found = search_terms::of_page(found, &wanted.part);
    let rows: Vec<Row> = clients::table
        .filter(clients::id.eq_any(found.iter().map(|(_, id)| id)))
        .select(Row::as_select())
        .load(c)?;
    let rows = search_terms::with_rows(found, rows, |row| &row.id);
    in_order(wanted, rows).try_map(|(_, row)| read(row))
}

fn in_order(wanted: &ClientsWanted, rows: Vec<(String, Row)>) -> Page<(String, Row)> {
    Page::of(rows, wanted.part.limit, |(term, row)| {
        Place::text(wanted.order(), term, &row.id)
    })
}

/// The only clients that the filters can leave, when these are so few that each can be looked up.
fn few(c: &mut Conn, wanted: &ClientsWanted) -> Result<Option<Vec<String>>, StoreError> {
    // Looking one up costs as much as looking at two terms.
    let most = wanted.part.reach / 2;
    let mut sets = Vec::new();
    let some = || clients::table.select(clients::id).limit(most + 1).into_boxed();
    if wanted.disabled == Some(true) {
        sets.push(some().filter(clients::disabled_at.is_not_null()));
    }
    if let Some(kind) = &wanted.kind {
        sets.push(some().filter(clients::kind.eq(word(kind)?)));
    }
    if let Some(by) = wanted.registered_by {
        sets.push(registered_by!(some(), by));
    }
    for set in sets {
        let ids: Vec<String> = set.load(c)?;
        if search_terms::is_few(&ids, most) {
            return Ok(Some(ids));
        }
    }
    Ok(None)
}

/// In the order that was asked for.
fn sorted(c: &mut Conn, wanted: &ClientsWanted) -> Result<Page<Client>, StoreError> {
    let mut rows = clients::table.into_boxed();
    of_standing!(rows, wanted);
    rows = match (wanted.sort, wanted.descending) {
        (ClientSort::Name, false) => rows.order((clients::name_key.asc(), clients::id.asc())),
        (ClientSort::Name, true) => rows.order((clients::name_key.desc(), clients::id.desc())),
        (ClientSort::CreatedAt, false) => rows.order((clients::created_at.asc(), clients::id.asc())),
        (ClientSort::CreatedAt, true) => rows.order((clients::created_at.desc(), clients::id.desc())),
    };
    if let Some(place) = &wanted.part.after {
        let ((name, id), (made, _)) = (place.as_text(), place.as_number());
        rows = match (wanted.sort, wanted.descending) {
            (ClientSort::Name, false) => rows
                .filter(clients::name_key.ge(name))
                .filter(clients::name_key.gt(name).or(clients::id.gt(id))),
            (ClientSort::Name, true) => rows
                .filter(clients::name_key.le(name))
                .filter(clients::name_key.lt(name).or(clients::id.lt(id))),
            (ClientSort::CreatedAt, false) => rows
                .filter(clients::created_at.ge(made))
                .filter(clients::created_at.gt(made).or(clients::id.gt(id))),
            (ClientSort::CreatedAt, true) => rows
                .filter(clients::created_at.le(made))
                .filter(clients::created_at.lt(made).or(clients::id.lt(id))),
        };
    }
    let rows: Vec<Row> = rows
        .limit(wanted.part.limit.saturating_add(1))
        .select(Row::as_select())
        .load(c)?;
    let page = Page::of(rows, wanted.part.limit, |row| match wanted.sort {
        ClientSort::Name => Place::text(wanted.order(), &row.name_key, &row.id),
        ClientSort::CreatedAt => Place::number(wanted.order(), row.created_at, &row.id),
    });
    page.try_map(read)
}
