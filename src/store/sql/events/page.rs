//! Events, filtered, the newest first, page by page. Of the filters that are given the rarest is looked up in its
//! index, and only that: which it is, the indexes are asked, because the databases do not know. Where each is frequent, a
//! page looks through so many events, and the next goes on: what both filters leave may be nothing at all.

use super::super::super::Conn;
use super::{Row, read};
use crate::store::StoreError;
use crate::store::listing::{Chained, EventsWanted, Listed, Page, Place};
use crate::store::schema::events::{self, dsl};
use diesel::prelude::*;
use vouchsafe_core::model::{ClientId, EventId, EventKind};

type Stored = (Row, Option<i64>, Option<Vec<u8>>, Option<Vec<u8>>);

/// Looking at an event costs half of looking at a term: they lie in the order in which they happened.
const EVENTS_PER_TERM: i64 = 2;

type Rows<'a> = events::BoxedQuery<'a, <Conn as Connection>::Backend>;

/// A filter, for which there is an index.
#[derive(Clone, Copy)]
enum Filter<'a> {
    Request(&'a str),
    Subject(&'a str),
    Client(&'a str),
    Actor(&'a str),
    Kind(&'a str),
}

/// A page of events.
pub fn page(c: &mut Conn, wanted: &EventsWanted) -> Result<Page<Listed>, StoreError> {
    if wanted.is_hopeless() {
        return Ok(Page::default());
    }
    let filters = filters(wanted);
    let (rarest, edge) = rarest(c, wanted, &filters)?;
    let mut rows = within(events::table.into_boxed(), wanted);
    for (number, filter) in filters.into_iter().enumerate() {
        rows = if number == rarest {
            filter.through_its_index(rows)
        } else {
            filter.row_by_row(rows)
        };
    }
    if let Some((at, id)) = &edge {
        rows = rows
            .filter(dsl::at.ge(*at))
            .filter(dsl::at.gt(*at).or(dsl::id.ge(id)));
    }
    let rows: Vec<Stored> = rows
        .order((dsl::at.desc(), dsl::id.desc()))
        .limit(wanted.part.limit.saturating_add(1))
        .select((Row::as_select(), dsl::seq, dsl::previous, dsl::hash))
        .load(c)?;
    let page = Page::of(rows, wanted.part.limit, |(row, ..)| {
        Place::number("event", row.at, &row.id)
    });
    let edge = edge.map(|(at, id)| Place::number("event", at, &id));
    page.or_on_from(edge).try_map(listed)
}

/// The filters that are given, those first that are usually rare.
fn filters(wanted: &EventsWanted) -> Vec<Filter<'_>> {
    let given = [
        wanted.request_id.as_deref().map(Filter::Request),
        wanted.subject.as_deref().map(Filter::Subject),
        wanted.client.as_ref().map(ClientId::as_str).map(Filter::Client),
        wanted.actor.as_deref().map(Filter::Actor),
        wanted.kind.map(EventKind::as_str).map(Filter::Kind),
    ];
    given.into_iter().flatten().collect()
}

/// Which of the filters leaves the fewest events, and where a page ends that goes by it; there is no such end when all that
/// it leaves can be looked at, or when it is the only one and thus leaves what is wanted.
fn rarest(
    c: &mut Conn,
    wanted: &EventsWanted,
    filters: &[Filter<'_>],
) -> Result<(usize, Option<(i64, String)>), StoreError> {
    let mut rarest = (0, None);
    if filters.len() < 2 {
        return Ok(rarest);
    }
    for (number, filter) in filters.iter().enumerate() {
        let Some(edge) = edge(c, wanted, *filter)? else {
            return Ok((number, None));
        };
        // What comes further back in as many events is rarer.
        if rarest.1.as_ref().is_none_or(|before| edge < *before) {
            rarest = (number, Some(edge));
        }
    }
    Ok(rarest)
}

/// Where a page ends that looks through as many events of this filter as it may; none when it comes to their end before.
fn edge(
    c: &mut Conn,
    wanted: &EventsWanted,
    filter: Filter<'_>,
) -> Result<Option<(i64, String)>, StoreError> {
    let reach = wanted.part.reach.saturating_mul(EVENTS_PER_TERM);
    let mut last: Vec<(i64, String)> = filter
        .through_its_index(within(events::table.into_boxed(), wanted))
        .order((dsl::at.desc(), dsl::id.desc()))
        .offset(reach.saturating_sub(1))
        .limit(2)
        .select((dsl::at, dsl::id))
        .load(c)?;
    // The second is the first that the page does not look at.
    Ok(if last.len() > 1 {
        Some(last.swap_remove(0))
    } else {
        None
    })
}

/// The time that is wanted, after the page before.
fn within<'a>(mut rows: Rows<'a>, wanted: &'a EventsWanted) -> Rows<'a> {
    if let Some(since) = wanted.since {
        rows = rows.filter(dsl::at.ge(since.millis()));
    }
    if let Some(until) = wanted.until {
        rows = rows.filter(dsl::at.lt(until.millis()));
    }
    if let Some(place) = &wanted.part.after {
        let (at, id) = place.as_number();
        rows = rows
            .filter(dsl::at.le(at))
            .filter(dsl::at.lt(at).or(dsl::id.lt(id)));
    }
    rows
}

impl<'a> Filter<'a> {
    fn through_its_index(self, rows: Rows<'a>) -> Rows<'a> {
        match self {
            Self::Request(id) => rows.filter(dsl::request_id.eq(id)),
            Self::Subject(sub) => rows.filter(dsl::subject.eq(sub)),
            Self::Client(id) => rows.filter(dsl::client_id.eq(id)),
            Self::Actor(actor) => rows.filter(dsl::actor.eq(actor)),
            Self::Kind(kind) => rows.filter(dsl::kind.eq(kind)),
        }
    }

    /// The same, hidden from its index.
    fn row_by_row(self, rows: Rows<'a>) -> Rows<'a> {
        match self {
            Self::Request(id) => rows.filter(dsl::request_id.concat("").eq(id)),
            Self::Subject(sub) => rows.filter(dsl::subject.concat("").eq(sub)),
            Self::Client(id) => rows.filter(dsl::client_id.concat("").eq(id)),
            Self::Actor(actor) => rows.filter(dsl::actor.concat("").eq(actor)),
            Self::Kind(kind) => rows.filter(dsl::kind.concat("").eq(kind)),
        }
    }
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
