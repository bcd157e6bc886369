//! Long lists: read page by page, written as one JSON document while they are read, or as a table.

use super::exit::Failure;
use super::open::Workplace;
use super::output::{Output, table};
use crate::store::listing::{self, Page};
use crate::store::{StoreError, Tx};
use serde_json::Value;

/// Rows that are read at once.
const PAGE: i64 = 500;

/// Lists everything that `read` finds after the row before, as `show` has it, without what it has nothing to say of.
pub(crate) fn list<T, R, const N: usize>(
    (place, output): (&Workplace, &Output),
    heads: [&str; N],
    read: R,
    show: impl Fn(&T) -> Option<(Value, [String; N])>,
) -> Result<(), Failure>
where
    T: Clone + Send + 'static,
    R: Fn(&mut Tx<'_>, Option<&T>, i64) -> Result<Vec<T>, StoreError> + Clone + Send + 'static,
{
    let mut listing = Listing::new(output);
    let mut last: Option<T> = None;
    loop {
        let (read, after) = (read.clone(), last.clone());
        let page = place
            .store
            .read_blocking("list", move |tx| read(tx, after.as_ref(), PAGE))?;
        for item in &page {
            let Some((document, row)) = show(item) else {
                continue;
            };
            listing.add(&document, || row);
        }
        last = page.last().cloned();
        if last.is_none() || output.is_broken() {
            break;
        }
    }
    listing.end(heads);
    Ok(())
}

/// Lists everything that `read` finds page by page, from the cursor that the page before gave, as `show` has it.
pub(crate) fn pages<T, R, const N: usize>(
    (place, output): (&Workplace, &Output),
    heads: [&str; N],
    read: R,
    show: impl Fn(&T) -> (Value, [String; N]),
) -> Result<(), Failure>
where
    T: Send + 'static,
    R: Fn(&mut Tx<'_>, Option<&str>) -> Result<Page<T>, StoreError> + Clone + Send + 'static,
{
    let mut listing = Listing::new(output);
    let mut cursor: Option<String> = None;
    loop {
        let (read, from) = (read.clone(), cursor.take());
        let page = place
            .store
            .read_blocking("list", move |tx| read(tx, from.as_deref()))?;
        for item in &page.items {
            let (document, row) = show(item);
            listing.add(&document, || row);
        }
        match page.next {
            Some(next) if !output.is_broken() => cursor = Some(next),
            Some(_) | None => break,
        }
    }
    listing.end(heads);
    Ok(())
}

/// The fault of a cursor that we made ourselves.
pub(crate) fn bad_cursor(bad: listing::BadCursor) -> StoreError {
    StoreError::Refused(bad.to_string())
}

/// A list on its way out: a JSON document while it comes, or a table when all of it is there.
pub(crate) struct Listing<'o, const N: usize> {
    output: &'o Output,
    before: &'static str,
    rows: Vec<[String; N]>,
}

impl<'o, const N: usize> Listing<'o, N> {
    /// Nothing yet.
    pub(crate) const fn new(output: &'o Output) -> Self {
        Self {
            output,
            before: "[",
            rows: Vec::new(),
        }
    }

    /// The next item, as a document or as a row.
    pub(crate) fn add(&mut self, document: &Value, row: impl FnOnce() -> [String; N]) {
        if self.output.is_json() {
            self.output.write(&format!("{}{document}", self.before));
            self.before = ",";
        } else {
            self.rows.push(row());
        }
    }

    /// That was all.
    pub(crate) fn end(self, heads: [&str; N]) {
        let Self { output, before, rows } = self;
        if output.is_json() {
            output.print(if before == "[" { "[]" } else { "]" });
        } else if rows.is_empty() {
            output.note("there are none");
        } else {
            output.note(&table(heads, &rows));
        }
    }
}
