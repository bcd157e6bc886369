//! An answer of the revocation feed, made once and sent to any number of readers.

use super::feed::Position;
use serde::Serialize;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;
use vouchsafe_core::model::revocation::Entry;

/// Bytes of pages that are kept for one head at most. Readers may ask from wherever they like: what does not fit is made
/// for each of them.
const KEPT: usize = 16 * 1024 * 1024;

/// An answer to a resource server.
#[derive(Debug)]
pub struct Page {
    /// As a server-sent event, within which the JSON is.
    event: String,
    json: Range<usize>,
    /// Whether it tells nothing that the reader did not know.
    pub is_empty: bool,
    /// Whether the reader must ask again, behind the last entry, before it is at the head.
    pub more: bool,
    /// Where the reader is after this page.
    pub at: Position,
}

/// Its JSON.
#[derive(Serialize)]
pub(super) struct Content<'a> {
    /// The signed head.
    pub(super) head: &'a str,
    /// Whether this begins at the beginning, whatever the reader knew.
    pub(super) snapshot: bool,
    /// Whether there is more.
    pub(super) more: bool,
    /// What the reader did not know yet.
    pub(super) entries: Vec<&'a Entry>,
}

impl Page {
    /// Writes it out.
    pub(super) fn of(content: &Content<'_>, at: Position) -> Result<Self, serde_json::Error> {
        let json = serde_json::to_string(content)?;
        let before = format!("event: page\nid: {}\ndata: ", at.seq);
        let place = before.len()..before.len() + json.len();
        Ok(Self {
            event: before + &json + "\n\n",
            json: place,
            is_empty: content.entries.is_empty() && !content.snapshot,
            more: content.more,
            at,
        })
    }

    /// Where in its bytes the JSON is.
    #[must_use]
    pub fn json(&self) -> Range<usize> {
        self.json.clone()
    }
}

/// The whole server-sent event (HTML Standard §9.2).
impl AsRef<[u8]> for Page {
    fn as_ref(&self) -> &[u8] {
        self.event.as_bytes()
    }
}

/// The pages that belong to one head, by whether they begin at the beginning and after which number.
#[derive(Debug, Default)]
pub(super) struct Pages {
    kept: HashMap<(bool, i64), Arc<Page>>,
    bytes: usize,
}

impl Pages {
    /// The page for this place, made unless it is here.
    pub(super) fn take<E>(
        &mut self,
        place: (bool, i64),
        make: impl FnOnce() -> Result<Page, E>,
    ) -> Result<Arc<Page>, E> {
        if let Some(page) = self.kept.get(&place) {
            return Ok(Arc::clone(page));
        }
        let page = Arc::new(make()?);
        let size = page.event.len();
        let (snapshot, _) = place;
        // All that begin at the beginning get the same page: it is kept whatever others asked for.
        if snapshot || self.bytes.saturating_add(size) <= KEPT {
            self.bytes = self.bytes.saturating_add(size);
            self.kept.insert(place, Arc::clone(&page));
        }
        Ok(page)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    fn page(after: i64, letters: usize) -> Result<Page, serde_json::Error> {
        let head = "h".repeat(letters);
        let content = Content {
            head: &head,
            snapshot: false,
            more: false,
            entries: Vec::new(),
        };
        let at = Position {
            timeline: "t".to_owned(),
            seq: after,
        };
        Page::of(&content, at)
    }

    #[test]
    fn a_page_is_made_once_for_all_who_are_at_one_place() {
        let (mut pages, made) = (Pages::default(), Cell::new(0));
        for place in [(true, 0), (false, 5), (true, 0), (false, 5), (false, 6)] {
            let fresh = || {
                made.set(made.get() + 1);
                page(place.1, 10)
            };
            assert_eq!(pages.take(place, fresh).unwrap().at.seq, place.1);
        }
        assert_eq!(made.get(), 3);
    }

    #[test]
    fn what_readers_ask_for_takes_so_much_room_and_no_more() {
        let mut pages = Pages::default();
        for after in 0..100 {
            pages.take((false, after), || page(after, 1024 * 1024)).unwrap();
        }
        assert!(pages.kept.len() < 16 && pages.bytes <= KEPT);
        pages.take((true, 0), || page(0, 10)).unwrap();
        assert!(pages.kept.contains_key(&(true, 0)));
    }

    #[test]
    fn the_json_stands_within_the_event() {
        let page = page(7, 3).unwrap();
        let text = std::str::from_utf8(page.as_ref()).unwrap();
        assert_eq!(
            text.get(page.json()).unwrap(),
            r#"{"head":"hhh","snapshot":false,"more":false,"entries":[]}"#
        );
        assert_eq!(text.lines().nth(1), Some("id: 7"));
        assert!(text.ends_with("]}\n\n"));
    }
}
