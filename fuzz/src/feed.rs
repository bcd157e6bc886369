//! Any bytes as a page of the revocation feed, and as what a head says beside the entries that it vouches for. What is
//! refused changes nothing.

use std::time::Duration;

use crate::issuer::{ISSUER, KEYS, NOW, sign};
use vouchsafe_verify::Revocations;
use vouchsafe_verify::revocations::{Moment, Page};

const MOMENT: Moment = Moment {
    unix_seconds: NOW,
    monotonic: Duration::from_secs(1000),
};

/// Runs the target; whether anything was taken.
///
/// # Panics
/// When a promise is broken.
#[must_use]
pub fn run(data: &[u8]) -> bool {
    assert!(Page::open(data, ISSUER, &KEYS).is_err(), "nobody signed this");
    // Lines: what a head says, then a page with @ where the head belongs, and so on.
    let Ok(text) = std::str::from_utf8(data) else {
        return false;
    };
    let mut known = Revocations::new();
    let mut taken = false;
    let mut lines = text.lines();
    while let (Some(claims), Some(page)) = (lines.next(), lines.next()) {
        let head = sign("revocations-head+jwt", claims.as_bytes());
        let Ok(page) = Page::open(page.replacen('@', &head, 1).as_bytes(), ISSUER, &KEYS) else {
            continue;
        };
        let before = Seen::of(&known);
        let has_more = page.has_more();
        match known.apply(page, MOMENT) {
            Err(problem) => {
                assert_eq!(Seen::of(&known), before, "{problem}");
                if problem.needs_snapshot() {
                    known.ask_anew();
                    assert!(known.position().is_none());
                }
            }
            Ok(()) if has_more => assert_eq!(known.heads(), before.heads),
            Ok(()) => {
                taken = true;
                assert_eq!(known.heads(), before.heads + 1);
                assert!(known.seq().is_some() && known.position().is_some());
                assert!(known.freshness().exposure(NOW, MOMENT) >= 0);
            }
        }
    }
    taken
}

/// What can be seen of what is known.
#[derive(Debug, PartialEq)]
struct Seen {
    entries: usize,
    seq: Option<u64>,
    heads: u64,
    position: Option<(String, u64)>,
}

impl Seen {
    fn of(known: &Revocations) -> Self {
        Self {
            entries: known.len(),
            seq: known.seq(),
            heads: known.heads(),
            position: known.position().map(|(timeline, seq)| (timeline.to_owned(), seq)),
        }
    }
}
