//! By what people and clients are found: the beginnings of folded names, kept by whoever writes the rows.

use super::super::Conn;
use crate::store::StoreError;
use crate::store::listing::{Part, Range};
use crate::store::schema::search_terms::{self, dsl};
use diesel::dsl::min;
use diesel::prelude::*;
use std::collections::HashMap;

/// What a person is found by.
pub(super) const USER: &str = "user";
/// The roles of a person.
pub(super) const ROLE: &str = "role";
/// The groups of a person.
pub(super) const GROUP: &str = "group";
/// What a client is found by.
pub(super) const CLIENT: &str = "client";
/// What a client uses of APIs.
pub(super) const USES: &str = "uses";

/// Replaces the terms of a row.
pub(super) fn replace(c: &mut Conn, kind: &str, id: &str, terms: &[String]) -> Result<(), StoreError> {
    remove(c, kind, id)?;
    // A client may have many redirect URIs, and bound variables of one statement are limited.
    for some in terms.chunks(500) {
        let rows: Vec<_> = some
            .iter()
            .map(|term| (dsl::kind.eq(kind), dsl::term.eq(term), dsl::id.eq(id)))
            .collect();
        diesel::insert_into(search_terms::table).values(rows).execute(c)?;
    }
    Ok(())
}

/// Removes the terms of a row.
pub(super) fn remove(c: &mut Conn, kind: &str, id: &str) -> Result<(), StoreError> {
    let of_row = search_terms::table.filter(dsl::kind.eq(kind).and(dsl::id.eq(id)));
    diesel::delete(of_row).execute(c)?;
    Ok(())
}

/// The first term in the range of each of these rows that has one, in their order.
pub(super) fn first_of(
    c: &mut Conn,
    kind: &str,
    range: &Range,
    ids: &[String],
) -> Result<Vec<(String, String)>, StoreError> {
    let found: Vec<(Option<String>, String)> = search_terms::table
        .filter(dsl::kind.eq(kind))
        .filter(dsl::id.eq_any(ids))
        .filter(dsl::term.ge(&range.from))
        .filter(dsl::term.lt(&range.to))
        .group_by(dsl::id)
        .select((min(dsl::term), dsl::id))
        .load(c)?;
    let mut first: Vec<(String, String)> = found
        .into_iter()
        .filter_map(|(term, id)| Some((term?, id)))
        .collect();
    // Byte by byte, as the databases compare them.
    first.sort_unstable();
    Ok(first)
}

/// Of rows in order, those that one page needs: behind the place where the last one ended, and one more than it shows.
pub(super) fn of_page(mut found: Vec<(String, String)>, part: &Part) -> Vec<(String, String)> {
    if let Some(place) = &part.after {
        let (term, id) = place.as_text();
        found.retain(|(of, named)| (of.as_str(), named.as_str()) > (term, id));
    }
    found.truncate(usize::try_from(part.limit.saturating_add(1)).unwrap_or_default());
    found
}

/// Where a page ends that looks through as many terms of the range as it may; none when it comes to their end before that.
pub(super) fn edge(
    c: &mut Conn,
    kind: &str,
    range: &Range,
    part: &Part,
) -> Result<Option<(String, String)>, StoreError> {
    let mut terms = search_terms::table
        .filter(dsl::kind.eq(kind))
        .filter(dsl::term.ge(&range.from))
        .filter(dsl::term.lt(&range.to))
        .into_boxed();
    if let Some(place) = &part.after {
        let (term, id) = place.as_text();
        terms = terms
            .filter(dsl::term.ge(term))
            .filter(dsl::term.gt(term).or(dsl::id.gt(id)));
    }
    let mut last: Vec<(String, String)> = terms
        .order((dsl::term, dsl::id))
        .offset(part.reach.saturating_sub(1))
        .limit(2)
        .select((dsl::term, dsl::id))
        .load(c)?;
    // The second is the first that the page does not look at.
    Ok(if last.len() > 1 {
        Some(last.swap_remove(0))
    } else {
        None
    })
}

/// The rows of what was found, each with its term, in the order in which they were found.
pub(super) fn with_rows<R>(
    found: Vec<(String, String)>,
    rows: Vec<R>,
    id: impl Fn(&R) -> &str,
) -> Vec<(String, R)> {
    let mut rows: HashMap<String, R> = rows.into_iter().map(|row| (id(&row).to_owned(), row)).collect();
    let each = found.into_iter();
    each.filter_map(|(term, id)| Some((term, rows.remove(&id)?)))
        .collect()
}

/// Whether these are no more than `most`.
pub(super) fn is_few(ids: &[String], most: i64) -> bool {
    i64::try_from(ids.len()).is_ok_and(|count| count <= most)
}
