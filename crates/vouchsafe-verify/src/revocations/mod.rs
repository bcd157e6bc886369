//! The revocation feed of a vouchsafe issuer: what has ended before its time, kept current page by page.
//!
//! The issuer publishes numbered entries and, every two seconds, a signed *head*: how far the numbers go, a hash
//! chain over the entries, and up to when everything that happened is in it. [`Revocations`] believes nothing else:
//! entries count when the chain over them leads to the signed value, and knowledge is as fresh as the head says.
//! There is no I/O here; the feature `fetch` brings a client that asks for the pages.

mod entry;
mod exposure;
mod live;
mod page;
mod problem;

pub use entry::RevocationId;
pub use exposure::{Exposure, Freshness, Moment};
pub use page::{MAX_PAGE_BYTES, Page};
pub use problem::FeedProblem;

use entry::{Act, Chain, Entry};
use live::Live;
use page::Head;

use crate::access_token::AccessToken;
use crate::error::Rejection;

/// More live entries than this are not kept: some 100 MB.
const MAX_LIVE: usize = 2_000_000;
/// Entries are kept this much longer than they must be, in seconds: verifiers have a leeway.
const KEPT_LONGER: i64 = 60;
/// A head that is this much later than the newest one, in milliseconds, and yet has a lower number, is not of a node
/// that lags behind: its history is another one.
const LATER_MS: i64 = 5000;
/// How often the expired ones are looked for.
const SWEEP_EVERY: i64 = 60;

/// Everything that an issuer has revoked and that may still matter.
///
/// ```
/// use vouchsafe_verify::revocations::{FeedProblem, Moment, Page, Revocations};
/// use vouchsafe_verify::{AccessToken, Jwks, Rejection, Verified};
///
/// /// A page came from `/revocations`; it is good for going on, or a snapshot must be asked for.
/// fn learn(
///     known: &mut Revocations, page: &[u8], issuer: &str, keys: &Jwks, at: Moment,
/// ) -> Result<(), FeedProblem> {
///     known.apply(Page::open(page, issuer, keys)?, at)
/// }
///
/// fn check(known: &Revocations, token: &Verified<AccessToken>) -> Result<(), Rejection> {
///     known.check(token)
/// }
/// ```
#[derive(Debug, Default)]
pub struct Revocations {
    live: Live,
    place: Option<Place>,
    staged: Option<Staged>,
    newest: Option<Newest>,
    freshness: Freshness,
    swept_at: i64,
    heads: u64,
    snapshots: u64,
}

/// Where in the feed we are, and what the chain amounts to there.
#[derive(Clone, Debug)]
struct Place {
    timeline: Box<str>,
    seq: u64,
    chain: Chain,
}

/// The newest head that was accepted: none with a lower number is, unless the history is another one.
#[derive(Clone, Debug)]
struct Newest {
    timeline: Box<str>,
    seq: u64,
    published_to: i64,
}

/// Entries of an answer that has more pages. They count when the last page has shown that they were signed for.
#[derive(Debug)]
struct Staged {
    replaces: bool,
    place: Place,
    live: Live,
}

/// A page that was weighed and found good: all that is left is to take it over.
#[derive(Debug)]
pub struct Step {
    start: Start,
    entries: Vec<Entry>,
    place: Place,
    judged: Option<Judged>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Start {
    Snapshot,
    Increment,
    /// What an earlier page began.
    Continue,
}

#[derive(Debug)]
struct Judged {
    head: Head,
    moment: Moment,
}

impl Revocations {
    /// Nothing is known yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Where to go on: `timeline` and `after` of the next request. None asks for a snapshot.
    #[must_use]
    pub fn position(&self) -> Option<(&str, u64)> {
        let staged = self.staged.as_ref().map(|staged| &staged.place);
        let place = staged.or(self.place.as_ref())?;
        Some((&place.timeline, place.seq))
    }

    /// Forgets where in the feed we are, so that the next request asks for a snapshot. What is known stays known.
    pub fn ask_anew(&mut self) {
        self.place = None;
        self.staged = None;
    }

    /// Takes a page over, received at `moment`, or leaves everything as it was.
    ///
    /// # Errors
    /// Says why the page does not fit. When it [needs a snapshot](FeedProblem::needs_snapshot), [ask
    /// anew](Self::ask_anew).
    pub fn apply(&mut self, page: Page, moment: Moment) -> Result<(), FeedProblem> {
        let step = self.weigh(page, moment)?;
        self.take(step);
        Ok(())
    }

    /// The part of [`apply`](Self::apply) that costs: hashes the entries and compares. Readers need not wait for it.
    ///
    /// # Errors
    /// As [`apply`](Self::apply).
    pub fn weigh(&self, page: Page, moment: Moment) -> Result<Step, FeedProblem> {
        self.check_head(&page, moment)?;
        let (start, base) = self.base(&page)?;
        let (place, mut entries) = fold(base, page.entries, page.head.seq)?;
        if page.more && entries.is_empty() {
            return Err(FeedProblem::PageMalformed);
        }
        // One that lives long keeps all that came after it in the feed. Those count in the chain and nowhere else.
        let then = (page.head.now / 1000).saturating_sub(KEPT_LONGER);
        entries.retain(|entry| entry.exp >= then);
        self.check_room(start, entries.len())?;
        if page.more {
            return Ok(Step {
                start,
                entries,
                place,
                judged: None,
            });
        }
        if place.chain != page.head.chain {
            return Err(FeedProblem::HashMismatch);
        }
        let place = Place {
            seq: page.head.seq,
            ..place
        };
        let head = page.head;
        Ok(Step {
            start,
            entries,
            place,
            judged: Some(Judged { head, moment }),
        })
    }

    /// Takes over what [`weigh`](Self::weigh) found good. Nothing may have been taken over in between.
    pub fn take(&mut self, step: Step) {
        let Step {
            start,
            entries,
            place,
            judged,
        } = step;
        if let (Start::Increment, Some(judged)) = (start, &judged) {
            self.staged = None;
            self.live.extend(&entries);
            self.settle(place, judged);
            return;
        }
        let begun = self.staged.take().filter(|_| start == Start::Continue);
        let mut staged = begun.unwrap_or_else(|| Staged {
            replaces: start == Start::Snapshot,
            place: place.clone(),
            live: Live::default(),
        });
        staged.live.extend(&entries);
        staged.place = place;
        match judged {
            None => self.staged = Some(staged),
            Some(judged) => {
                self.adopt(staged.live, staged.replaces);
                self.settle(staged.place, &judged);
            }
        }
    }

    fn adopt(&mut self, mut live: Live, replaces: bool) {
        if !replaces {
            self.live.merge(&live);
            return;
        }
        // A database that was restored, under whatever timeline, may have forgotten a ban that its predecessor had
        // acknowledged.
        live.keep_ends_of(&self.live);
        self.snapshots = self.snapshots.saturating_add(1);
        self.live = live;
    }

    fn settle(&mut self, place: Place, judged: &Judged) {
        let Judged { head, moment } = judged;
        self.heads = self.heads.saturating_add(1);
        self.place = Some(place);
        let same = self
            .newest
            .as_ref()
            .filter(|newest| newest.timeline == head.timeline);
        // The issuer's clock may be set back. What was complete to a time stays complete to it.
        let published_to = same.map_or(head.published_to, |newest| {
            newest.published_to.max(head.published_to)
        });
        self.newest = Some(Newest {
            timeline: head.timeline.clone(),
            seq: head.seq,
            published_to,
        });
        self.freshness.learn(head.now, published_to, *moment);
        let now = head.now / 1000;
        if now >= self.swept_at.saturating_add(SWEEP_EVERY) {
            self.swept_at = now;
            self.live.forget_before(now.saturating_sub(KEPT_LONGER));
        }
    }

    fn check_head(&self, page: &Page, moment: Moment) -> Result<(), FeedProblem> {
        let head = &page.head;
        if let Some(signer) = head.signer {
            let staged = self.staged.as_ref();
            let is_revoked = self.live.key_is_revoked(signer)
                || staged.is_some_and(|staged| staged.live.key_is_revoked(signer))
                || page
                    .entries
                    .iter()
                    .any(|entry| entry.act == Act::KeyRevoked(signer));
            if is_revoked {
                return Err(FeedProblem::SignerRevoked);
            }
        }
        if Freshness::is_from_future(head.now, moment) {
            return Err(FeedProblem::HeadFromFuture);
        }
        self.check_history(page)
    }

    fn check_history(&self, page: &Page) -> Result<(), FeedProblem> {
        let head = &page.head;
        match &self.newest {
            Some(newest) if newest.timeline != head.timeline => {
                self.check_beginning(page, FeedProblem::TimelineChanged)
            }
            Some(newest) if head.seq < newest.seq => {
                let later = head.published_to.saturating_sub(newest.published_to);
                if later > LATER_MS {
                    self.check_beginning(page, FeedProblem::HistoryChanged)
                } else {
                    Err(FeedProblem::HeadOld)
                }
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Another history begins with a snapshot, and goes on with the pages of that snapshot.
    fn check_beginning(&self, page: &Page, problem: FeedProblem) -> Result<(), FeedProblem> {
        let goes_on = |staged: &Staged| staged.replaces && staged.place.timeline == page.head.timeline;
        if page.snapshot || self.staged.as_ref().is_some_and(goes_on) {
            Ok(())
        } else {
            Err(problem)
        }
    }

    fn base(&self, page: &Page) -> Result<(Start, Place), FeedProblem> {
        let head = &page.head;
        if page.snapshot {
            let place = Place {
                timeline: head.timeline.clone(),
                seq: head.window_after,
                chain: head.window_chain,
            };
            return Ok((Start::Snapshot, place));
        }
        let (start, place) = match (&self.staged, &self.place) {
            (Some(staged), _) => (Start::Continue, &staged.place),
            (None, Some(place)) => (Start::Increment, place),
            (None, None) => return Err(FeedProblem::Gap),
        };
        if place.timeline != head.timeline {
            return Err(FeedProblem::TimelineChanged);
        }
        Ok((start, place.clone()))
    }

    fn check_room(&self, start: Start, more: usize) -> Result<(), FeedProblem> {
        let staged = self.staged.as_ref().filter(|_| start == Start::Continue);
        let begun = staged.map_or(0, |staged| staged.live.len());
        let replaces = start == Start::Snapshot || staged.is_some_and(|staged| staged.replaces);
        let kept = if replaces { 0 } else { self.live.len() };
        if kept.saturating_add(begun).saturating_add(more) > MAX_LIVE {
            Err(FeedProblem::TooMany)
        } else {
            Ok(())
        }
    }

    /// Asks whether a token still counts.
    ///
    /// # Errors
    /// [`Rejection::KeyRevoked`], [`Rejection::Revoked`] or [`Rejection::ClaimsChanged`].
    pub fn check(&self, token: &AccessToken) -> Result<(), Rejection> {
        let live = &self.live;
        let names = token.revocation_ids();
        if names.key.is_some_and(|key| live.key_is_revoked(key)) {
            return Err(Rejection::KeyRevoked);
        }
        // A token without versions has the lowest: it cannot have been made after any was raised.
        let [issuer, client] = token.ep.unwrap_or_default();
        let is_ended = issuer < live.issuer_floor()
            || client < live.client_floor(names.client)
            || names.grant.is_some_and(|grant| live.grant_has_ended(grant))
            || live.token_has_ended(names.token);
        if is_ended {
            return Err(Rejection::Revoked);
        }
        let floor = names.grant.map_or(0, |grant| live.claims_floor(grant));
        if token.gver.unwrap_or_default() < floor {
            Err(Rejection::ClaimsChanged)
        } else {
            Ok(())
        }
    }

    /// How fresh this is.
    #[must_use]
    pub fn freshness(&self) -> Freshness {
        self.freshness
    }

    /// The number of the last entry that was signed for; none before the first head.
    #[must_use]
    pub fn seq(&self) -> Option<u64> {
        self.newest.as_ref().map(|newest| newest.seq)
    }

    /// Up to when everything is known, in milliseconds of the issuer's time; none before the first head.
    #[cfg(feature = "fetch")]
    pub(crate) fn published_to(&self) -> Option<i64> {
        self.newest.as_ref().map(|newest| newest.published_to)
    }

    /// How many heads were taken over.
    #[must_use]
    pub fn heads(&self) -> u64 {
        self.heads
    }

    /// How many snapshots were taken over.
    #[must_use]
    pub fn snapshots(&self) -> u64 {
        self.snapshots
    }

    /// How many entries are held.
    #[must_use]
    pub fn len(&self) -> usize {
        self.live.len()
    }

    /// Whether nothing that is known of is revoked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.live == Live::default()
    }

    /// Whether the same is revoked here and there.
    #[must_use]
    pub fn agrees_with(&self, other: &Self) -> bool {
        self.live == other.live
    }
}

/// Walks the chain from a place to the end of a page. What lies before the place was walked already.
fn fold(from: Place, entries: Vec<Entry>, last: u64) -> Result<(Place, Vec<Entry>), FeedProblem> {
    if !entries.is_sorted_by(|a, b| a.seq < b.seq) || entries.last().is_some_and(|entry| entry.seq > last) {
        return Err(FeedProblem::Disordered);
    }
    let mut entries = entries;
    entries.retain(|entry| entry.seq > from.seq);
    let chain = entries.iter().fold(from.chain, Chain::after);
    let seq = entries.last().map_or(from.seq, |entry| entry.seq);
    let timeline = from.timeline;
    Ok((Place { timeline, seq, chain }, entries))
}
