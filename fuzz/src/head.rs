//! Any text as the head of a feed, unsigned and signed. An empty feed is taken only when the head is honest about it.

use std::time::Duration;

use crate::issuer::{ISSUER, KEYS, NOW, sign};
use vouchsafe_verify::Revocations;
use vouchsafe_verify::revocations::{Exposure, FeedProblem, Moment, Page};

const MOMENT: Moment = Moment {
    unix_seconds: NOW,
    monotonic: Duration::from_secs(1000),
};

fn open(head: &str) -> Result<Page, FeedProblem> {
    let page = format!(r#"{{"head":"{head}","snapshot":true,"more":false,"entries":[]}}"#);
    Page::open(page.as_bytes(), ISSUER, &KEYS)
}

/// Runs the target; whether anything was taken.
///
/// # Panics
/// When a promise is broken.
#[must_use]
pub fn run(data: &[u8]) -> bool {
    if let Ok(text) = std::str::from_utf8(data) {
        assert!(open(text).is_err(), "nobody signed this");
    }
    for typ in ["JWT", "at+jwt"] {
        assert!(open(&sign(typ, data)).is_err(), "a head is marked as one");
    }
    let Ok(page) = open(&sign("revocations-head+jwt", data)) else {
        return false;
    };
    let mut known = Revocations::new();
    if known.apply(page, MOMENT).is_err() {
        return false;
    }
    let freshness = known.freshness();
    assert!(freshness.lag(MOMENT).is_some_and(|lag| lag >= 0));
    // Whatever a head says, it makes no token that was just issued look old, nor time run backwards.
    let judged = freshness.judge(NOW, NOW + 300, Some(0), MOMENT);
    assert_ne!(judged, Exposure::Beyond);
    assert!(freshness.server_now(MOMENT) >= (NOW - 60) * 1000);
    true
}
