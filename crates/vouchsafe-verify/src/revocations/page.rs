//! A page of the feed and its signed head: read strictly, believed only with the issuer's signature.

use serde::Deserialize;

use super::entry::{Chain, Entry, Members, RevocationId};
use super::problem::FeedProblem;
use crate::error::Rejection;
use crate::json;
use crate::jwks::Jwks;
use crate::jws::{Compact, is_type};

/// The largest page that is read, in bytes.
pub const MAX_PAGE_BYTES: usize = 2 * 1024 * 1024;
const MAX_PAGE_ENTRIES: usize = 10_000;
const MAX_TIMELINE_BYTES: usize = 128;
/// The last millisecond of the year 9999.
const LAST_MILLISECOND: i64 = 253_402_300_799_999;

/// A page whose head the issuer signed. Whether its entries are those that were signed for shows when it is
/// [applied](super::Revocations::apply).
#[derive(Debug)]
pub struct Page {
    pub(super) head: Head,
    pub(super) snapshot: bool,
    pub(super) more: bool,
    pub(super) entries: Vec<Entry>,
}

#[derive(Deserialize)]
struct PageMembers<'a> {
    head: &'a str,
    snapshot: bool,
    more: bool,
    #[serde(borrow)]
    entries: Vec<Members<'a>>,
}

impl Page {
    /// Reads a page and verifies its head with the issuer's keys.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn open(page: &[u8], issuer: &str, keys: &Jwks) -> Result<Self, FeedProblem> {
        if page.len() > MAX_PAGE_BYTES {
            return Err(FeedProblem::PageTooLarge);
        }
        let page = std::str::from_utf8(page).map_err(|_| FeedProblem::PageMalformed)?;
        let members: PageMembers<'_> = json::read_object(page).map_err(|_| FeedProblem::PageMalformed)?;
        if members.entries.len() > MAX_PAGE_ENTRIES {
            return Err(FeedProblem::PageTooLarge);
        }
        let head = Head::verify(members.head, issuer, keys).map_err(FeedProblem::Head)?;
        let entries: Result<Vec<Entry>, _> = members.entries.iter().map(Entry::read).collect();
        Ok(Self {
            head,
            snapshot: members.snapshot,
            more: members.more,
            entries: entries?,
        })
    }

    /// Whether the answer has more pages: ask for the next one, after the last entry of this one.
    #[must_use]
    pub fn has_more(&self) -> bool {
        self.more
    }
}

/// What the issuer signed: how far the feed goes, what it amounts to, and when that was so.
#[derive(Clone, Debug)]
pub(super) struct Head {
    pub(super) timeline: Box<str>,
    pub(super) seq: u64,
    pub(super) chain: Chain,
    pub(super) window_after: u64,
    pub(super) window_chain: Chain,
    /// Everything committed before this server time is in the feed. Milliseconds.
    pub(super) published_to: i64,
    /// The server's time at the signature. Milliseconds.
    pub(super) now: i64,
    pub(super) signer: Option<RevocationId>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    #[serde(deserialize_with = "json::numeric_date")]
    #[expect(dead_code, reason = "must be there; `now` says the same more exactly")]
    iat: i64,
    timeline: String,
    seq: u64,
    hash: String,
    window_after: u64,
    window_hash: String,
    published_to: i64,
    now: i64,
}

impl Head {
    fn verify(head: &str, issuer: &str, keys: &Jwks) -> Result<Self, Rejection> {
        let opened = Compact::parse(head)?.open(keys)?;
        if !is_type(opened.typ.as_deref(), "revocations-head+jwt") {
            return Err(Rejection::TypeWrong);
        }
        let claims: Claims = json::read_object(&opened.payload).map_err(|_| Rejection::ClaimsMalformed)?;
        if claims.iss != issuer {
            return Err(Rejection::IssuerWrong);
        }
        claims.check(opened.key.revocation_id())
    }
}

impl Claims {
    fn check(self, signer: Option<RevocationId>) -> Result<Head, Rejection> {
        let malformed = Rejection::ClaimsMalformed;
        let times = 0..=LAST_MILLISECOND;
        let in_range = times.contains(&self.published_to)
            && times.contains(&self.now)
            && self.window_after <= self.seq
            && i64::try_from(self.seq).is_ok();
        if !in_range || !is_timeline(&self.timeline) {
            return Err(malformed);
        }
        Ok(Head {
            chain: Chain::parse(&self.hash).ok_or(malformed.clone())?,
            window_chain: Chain::parse(&self.window_hash).ok_or(malformed)?,
            timeline: self.timeline.into(),
            seq: self.seq,
            window_after: self.window_after,
            // Nothing is published before it happens.
            published_to: self.published_to.min(self.now),
            now: self.now,
            signer,
        })
    }
}

/// It comes back to the issuer in a query, and into logs.
fn is_timeline(text: &str) -> bool {
    (1..=MAX_TIMELINE_BYTES).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}
