//! The revocation feed in this node's memory: what resource servers must know now, and the signed head that says up
//! to when it is all.
//!
//! A head is signed only after the database was read, and it says how far the publisher had come: a node without
//! its database signs none, and a publisher that stands still makes heads old, never falsely fresh.

use super::ended_places::EndedPlaces;
use super::page::{Content, Page, Pages};
use crate::db;
use crate::keys::{Keys, OpenError};
use crate::metrics::FeedFigures;
use crate::store::{FeedEntry, Publication, Store, StoreError, Tx};
use serde_json::{Map, Value, json};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use tokio::sync::watch;
use vouchsafe_core::model::revocation::{ChainHash, EntryKind, HEAD_TYP, hash_text};
use vouchsafe_core::model::{Span, StatusListId, UnixTime};

/// A head is signed anew after so long, also when nothing happened.
const HEAD_LIFE: Span = Span::from_seconds(2);
/// Entries of one page.
const PAGE: usize = 10_000;
/// Entries that one look at the database reads at most.
const READ: i64 = 10_000;

/// The feed of this node.
#[derive(Debug)]
pub struct Feed {
    window: RwLock<Window>,
    /// The number of heads so far; readers wait for the next one. None ends their waiting for good.
    news: watch::Sender<Option<u64>>,
}

/// What is known.
#[derive(Debug)]
struct Window {
    timeline: String,
    /// All numbers up to this one are known.
    seq: i64,
    /// The chain at `seq`.
    hash: ChainHash,
    /// What has this number or a lower one does not matter any more.
    floor: i64,
    published_to: UnixTime,
    /// What still matters, in order, each with the chain before it.
    entries: VecDeque<FeedEntry>,
    /// The places in status lists that ended.
    ended: EndedPlaces,
    head: Option<Head>,
}

#[derive(Debug)]
struct Head {
    text: String,
    signed_at: UnixTime,
    /// The number that it reaches. What came since is told with the next one.
    seq: i64,
    /// What readers were told under it.
    pages: Mutex<Pages>,
}

/// What a head says of the window, and the window will be when it is out.
struct Plan {
    claims: Map<String, Value>,
    seq: i64,
    floor: i64,
}

/// How far a reader is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// The history that the number belongs to; empty at the very beginning.
    pub timeline: String,
    /// The last number known.
    pub seq: i64,
}

/// What one look at the database brought.
struct Seen {
    timeline: String,
    publication: Publication,
    /// Whether the window begins anew, behind `begins_after`.
    anew: bool,
    begins_after: i64,
    entries: Vec<FeedEntry>,
}

impl Feed {
    /// An empty feed without a head.
    #[must_use]
    pub fn new() -> Self {
        let window = Window {
            timeline: String::new(),
            seq: 0,
            hash: ChainHash::default(),
            floor: 0,
            published_to: UnixTime::from_millis(0),
            entries: VecDeque::new(),
            ended: EndedPlaces::default(),
            head: None,
        };
        Self {
            window: RwLock::new(window),
            news: watch::Sender::new(Some(0)),
        }
    }

    /// Reads what was published, and signs a head when there is news or the last one is old. Blocks on the store.
    ///
    /// # Errors
    /// When the store fails or nothing can be signed; the last head stays, and grows old.
    pub fn follow(&self, store: &Store, keys: &Keys, issuer: &str, now: UnixTime) -> Result<(), OpenError> {
        let mut news = false;
        loop {
            let (timeline, seq) = {
                let window = self.read();
                (window.timeline.clone(), window.seq)
            };
            let seen = store.read_blocking("feed", move |tx| look(tx, &timeline, seq, now))?;
            news |= seen.anew || !seen.entries.is_empty();
            if seen
                .entries
                .iter()
                .any(|known| known.entry.kind == EntryKind::Key)
            {
                // A head that tells of a revoked key must not be signed by it.
                keys.reload(store)?;
            }
            let all = self.write().take(seen);
            match all {
                Ok(true) => break,
                Ok(false) => {}
                Err(error) => {
                    // Another history after all: the next look begins anew.
                    self.write().timeline.clear();
                    return Err(error.into());
                }
            }
        }
        let plan = {
            let window = self.read();
            // One of the future was signed before the clock was set back: verifiers would take it for fresh too long.
            let is_old =
                |head: &Head| head.signed_at.plus(HEAD_LIFE) <= now || now.plus(HEAD_LIFE) <= head.signed_at;
            if !news && !window.head.as_ref().is_none_or(is_old) {
                return Ok(());
            }
            window.plan(issuer, now)
        };
        let text = keys.sign(now, HEAD_TYP, &plan.claims)?;
        self.write().show(text, &plan, now);
        self.news.send_modify(|heads| {
            if let Some(heads) = heads {
                *heads = heads.wrapping_add(1);
            }
        });
        Ok(())
    }

    /// What a reader at this position does not know; none before the first head. Readers at one place share it.
    #[must_use]
    pub fn page(&self, from: &Position) -> Option<Arc<Page>> {
        let window = self.read();
        let head = window.head.as_ref()?;
        let snapshot = from.timeline != window.timeline || from.seq < window.floor;
        // A reader that another node has brought further waits here until this one is there too.
        let after = if snapshot { window.floor } else { from.seq };
        let mut pages = head.pages.lock().unwrap_or_else(PoisonError::into_inner);
        pages
            .take((snapshot, after), || window.page(head, snapshot, after))
            .ok()
    }

    /// What this node knows of a status list: the history and up to when it knows it, and how many of its places ended;
    /// none before the first head.
    #[must_use]
    pub fn status_list(&self, list: &StatusListId) -> Option<(String, UnixTime, usize)> {
        let window = self.read();
        window.head.as_ref()?;
        let ended = window.ended.count(list);
        Some((window.timeline.clone(), window.published_to, ended))
    }

    /// As [`Feed::status_list`], with the places themselves: for a list that is about to be signed.
    #[must_use]
    pub fn ended_places(&self, list: &StatusListId) -> Option<(String, UnixTime, Vec<u32>)> {
        let window = self.read();
        window.head.as_ref()?;
        let ended = window.ended.of(list);
        Some((window.timeline.clone(), window.published_to, ended))
    }

    /// Tells of each new head; an end of the value's life, `None`, means that there will be no more.
    #[must_use]
    pub fn news(&self) -> watch::Receiver<Option<u64>> {
        self.news.subscribe()
    }

    /// Sends those who wait away: the server stops.
    pub fn close(&self) {
        self.news.send_replace(None);
    }

    /// Figures for metrics.
    #[must_use]
    pub fn figures(&self) -> FeedFigures {
        let window = self.read();
        FeedFigures {
            seq: window.seq,
            entries: window.entries.len(),
            published_to: window.published_to,
            signed_at: window.head.as_ref().map(|head| head.signed_at),
            readers: self.news.receiver_count(),
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, Window> {
        self.window.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Window> {
        self.window.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Feed {
    fn default() -> Self {
        Self::new()
    }
}

/// Reads how far publication is before the entries up to there: they were committed together.
fn look(tx: &mut Tx<'_>, timeline: &str, seq: i64, now: UnixTime) -> Result<Seen, StoreError> {
    let state = db!(tx, issuer_state::read())?;
    let publication = db!(tx, publisher::read())?;
    // A database that was put back to an earlier state tells another history.
    let anew = state.timeline != timeline || publication.last_seq < seq;
    let after = if anew {
        let first = db!(tx, events::feed_begins(now))?;
        first.map_or(publication.last_seq, |first| first.saturating_sub(1))
    } else {
        seq
    };
    let entries = db!(tx, events::feed(after, publication.last_seq, READ))?;
    Ok(Seen {
        timeline: state.timeline,
        publication,
        anew,
        begins_after: after,
        entries,
    })
}

impl Window {
    /// Takes in what was seen; `true` when that is all there is.
    fn take(&mut self, seen: Seen) -> Result<bool, StoreError> {
        let Seen {
            timeline,
            publication,
            anew,
            begins_after,
            entries,
        } = seen;
        if anew {
            // The head of another history goes with it.
            self.head = None;
            self.entries.clear();
            self.ended = EndedPlaces::default();
            self.timeline = timeline;
            self.seq = begins_after;
            self.floor = begins_after;
            self.hash = entries
                .first()
                .map_or(publication.feed_hash, |first| first.before);
        }
        let all = i64::try_from(entries.len()).is_ok_and(|read| read < READ);
        for mut known in entries {
            if known.before != self.hash {
                return Err(broken_chain());
            }
            self.hash = known.entry.chain(&known.before);
            self.seq = known.entry.seq;
            self.ended.add(std::mem::take(&mut known.status));
            self.entries.push_back(known);
        }
        if all {
            if self.hash != publication.feed_hash {
                return Err(broken_chain());
            }
            self.seq = publication.last_seq;
            self.published_to = publication.published_to;
        }
        Ok(all)
    }

    /// Puts out a head, and forgets what does not matter any more in the same moment: a page never mixes two states.
    fn show(&mut self, text: String, plan: &Plan, now: UnixTime) {
        self.floor = plan.floor;
        self.ended.forget(now);
        while self
            .entries
            .pop_front_if(|known| known.entry.seq <= plan.floor)
            .is_some()
        {}
        self.head = Some(Head {
            text,
            signed_at: now,
            seq: plan.seq,
            pages: Mutex::default(),
        });
    }

    fn page(&self, head: &Head, snapshot: bool, after: i64) -> Result<Page, serde_json::Error> {
        let first = self.entries.partition_point(|known| known.entry.seq <= after);
        let end = self.entries.partition_point(|known| known.entry.seq <= head.seq);
        let waiting = end.saturating_sub(first);
        let news = self.entries.iter().skip(first).take(waiting.min(PAGE));
        let content = Content {
            head: &head.text,
            snapshot,
            more: waiting > PAGE,
            entries: news.map(|known| &known.entry).collect(),
        };
        let seq = match content.entries.last() {
            Some(last) if content.more => last.seq,
            Some(_) | None => head.seq.max(after),
        };
        let at = Position {
            timeline: self.timeline.clone(),
            seq,
        };
        Page::of(&content, at)
    }

    fn plan(&self, issuer: &str, now: UnixTime) -> Plan {
        let is_over = |known: &&FeedEntry| known.entry.exp <= now.seconds();
        let over = self.entries.iter().take_while(is_over);
        let floor = over.last().map_or(self.floor, |last| last.entry.seq);
        let first = self.entries.iter().find(|known| known.entry.seq > floor);
        let window_hash = first.map_or(self.hash, |first| first.before);
        let claims = json!({
            "iss": issuer,
            "iat": now.seconds(),
            "timeline": self.timeline,
            "seq": self.seq,
            "hash": hash_text(&self.hash),
            "window_after": floor,
            "window_hash": hash_text(&window_hash),
            "published_to": self.published_to.millis(),
            "now": now.millis(),
        });
        Plan {
            claims: claims.as_object().cloned().unwrap_or_default(),
            seq: self.seq,
            floor,
        }
    }
}

/// Somebody changed the log, or two numbered it at once: nothing that verifiers could rely on.
const fn broken_chain() -> StoreError {
    StoreError::Corrupt {
        table: "events",
        column: "feed_before",
    }
}
