//! Clients, searched, filtered and sorted, page by page.

use super::super::super::Conn;
use super::super::search_terms::CLIENT;
use super::{Row, read};
use crate::store::StoreError;
use crate::store::convert::word;
use crate::store::listing::{ClientSort, ClientsWanted, Page, Place, Range};
use crate::store::schema::{clients, search_terms};
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use vouchsafe_core::model::Client;

/// Keeps those of the type and standing that are wanted.
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
fn found(c: &mut Conn, wanted: &ClientsWanted, range: &Range) -> Result<Page<Client>, StoreError> {
    let lesser = diesel::alias!(search_terms as lesser);
    let lesser_found = lesser
        .filter(lesser.field(search_terms::kind).eq(CLIENT))
        .filter(lesser.field(search_terms::id).eq(search_terms::id))
        .filter(lesser.field(search_terms::term).ge(&range.from))
        .filter(lesser.field(search_terms::term).lt(search_terms::term));
    let mut rows = search_terms::table
        .inner_join(clients::table.on(clients::id.eq(search_terms::id)))
        .filter(search_terms::kind.eq(CLIENT))
        .filter(search_terms::term.ge(&range.from))
        .filter(search_terms::term.lt(&range.to))
        .filter(not(exists(lesser_found)))
        .into_boxed();
    of_standing!(rows, wanted);
    if let Some(place) = &wanted.part.after {
        let (term, id) = place.as_text();
        rows = rows
            .filter(search_terms::term.ge(term))
            .filter(search_terms::term.gt(term).or(search_terms::id.gt(id)));
    }
    let rows: Vec<(String, Row)> = rows
        .order((search_terms::term, search_terms::id))
        .limit(wanted.part.limit.saturating_add(1))
        .select((search_terms::term, Row::as_select()))
        .load(c)?;
    let page = Page::of(rows, wanted.part.limit, |(term, row)| {
        Place::text(wanted.order(), term, &row.id)
    });
    page.try_map(|(_, row)| read(row))
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
