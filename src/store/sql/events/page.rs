//! Events, filtered, the newest first, page by page. Of the filters that are given the rarest is looked up in its
//! index, and only that: the databases cannot know which it is, and one of them would take the first.

use super::super::super::Conn;
use super::{Row, read};
use crate::store::StoreError;
use crate::store::listing::{Chained, EventsWanted, Listed, Page, Place};
use crate::store::schema::events::{self, dsl};
use diesel::prelude::*;
use vouchsafe_core::model::{ClientId, EventId, EventKind};

type Stored = (Row, Option<i64>, Option<Vec<u8>>, Option<Vec<u8>>);

/// Adds a filter: the first through its index, the others hidden from theirs.
macro_rules! keep {
    ($rows:ident, $first:ident, $column:expr, $value:expr) => {
        if let Some(value) = $value {
            $rows = if $first {
                $rows.filter($column.eq(value))
            } else {
                $rows.filter($column.concat("").eq(value))
            };
            $first = false;
        }
    };
}

/// A page of events.
pub fn page(c: &mut Conn, wanted: &EventsWanted) -> Result<Page<Listed>, StoreError> {
    if wanted.is_hopeless() {
        return Ok(Page::default());
    }
    let mut rows = events::table.into_boxed();
    let mut first = true;
    keep!(rows, first, dsl::request_id, wanted.request_id.as_deref());
    keep!(rows, first, dsl::subject, wanted.subject.as_deref());
    keep!(
        rows,
        first,
        dsl::client_id,
        wanted.client.as_ref().map(ClientId::as_str)
    );
    if wanted.actor.as_deref().is_some_and(is_a_person) {
        keep!(rows, first, dsl::actor, wanted.actor.as_deref());
        keep!(rows, first, dsl::kind, wanted.kind.map(EventKind::as_str));
    } else {
        keep!(rows, first, dsl::kind, wanted.kind.map(EventKind::as_str));
        keep!(rows, first, dsl::actor, wanted.actor.as_deref());
    }
    let _ = first;
    if let Some(from) = wanted.from {
        rows = rows.filter(dsl::at.ge(from.millis()));
    }
    if let Some(before) = wanted.before {
        rows = rows.filter(dsl::at.lt(before.millis()));
    }
    if let Some(place) = &wanted.part.after {
        let (at, id) = place.as_number();
        rows = rows
            .filter(dsl::at.le(at))
            .filter(dsl::at.lt(at).or(dsl::id.lt(id)));
    }
    let rows: Vec<Stored> = rows
        .order((dsl::at.desc(), dsl::id.desc()))
        .limit(wanted.part.limit.saturating_add(1))
        .select((Row::as_select(), dsl::seq, dsl::previous, dsl::hash))
        .load(c)?;
    let page = Page::of(rows, wanted.part.limit, |(row, ..)| {
        Place::number("event", row.at, &row.id)
    });
    page.try_map(listed)
}

/// One event, as a list shows it.
pub fn by_id(c: &mut Conn, id: &EventId) -> Result<Option<Listed>, StoreError> {
    let found: Option<Stored> = events::table
        .find(id.as_str())
        .select((Row::as_select(), dsl::seq, dsl::previous, dsl::hash))
        .get_result(c)
        .optional()?;
    found.map(listed).transpose()
}

fn listed((row, seq, previous, hash): Stored) -> Result<Listed, StoreError> {
    let chained = seq.map(|seq| Chained {
        seq,
        previous: previous.unwrap_or_default(),
        hash: hash.unwrap_or_default(),
    });
    Ok(Listed {
        event: read(row)?,
        chained,
    })
}

/// Whether an actor is one of many. The server itself and the command line do much.
fn is_a_person(actor: &str) -> bool {
    !matches!(actor, "server" | "cli")
}
