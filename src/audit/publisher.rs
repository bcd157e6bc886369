//! Numbers and chains events after their commit. Any node can do it, one at a time does.
//!
//! A number given inside the transaction of the cause would come in another order than the commits, and a reader
//! that goes by numbers would miss what commits late. So the publisher numbers what it finds committed, in a
//! transaction that holds the row of the lease: whoever holds that row is the only one, and whoever sees a number
//! sees all below it.

use crate::db;
use crate::store::{DatabaseClock, Publication, Store, StoreError, Tx};
use vouchsafe_core::model::AuditRecord;
use vouchsafe_core::model::revocation::Entry;
use vouchsafe_core::model::{EventKind, Span, UnixTime};

/// A publisher that is not heard of for so long is dead, and another node goes on.
const LEASE: Span = Span::from_seconds(3);
/// How often the one that has nothing to number says that it is alive.
const RENEWAL: Span = Span::from_seconds(1);
/// Events that one transaction numbers at most, by one statement.
const BATCH: i64 = 500;

/// One node's part in the numbering.
#[derive(Debug)]
pub struct Publisher {
    node: String,
}

impl Publisher {
    /// A publisher of this name, which no other node has.
    #[must_use]
    pub fn new(node: String) -> Self {
        Self { node }
    }

    /// Numbers the events that have none, as many as one transaction does, if it is this node's turn. While there are
    /// more it is called again, and what has been numbered is told to verifiers in between. Blocks on the store.
    ///
    /// # Errors
    /// When the store fails.
    pub fn publish(&self, store: &Store, now: UnixTime) -> Result<Published, StoreError> {
        let (publication, waits) = store.read_blocking("publication", |tx| {
            Ok((db!(tx, publisher::read())?, db!(tx, events::any_unnumbered())?))
        })?;
        let mine = publication.owner == self.node;
        if !mine && holds(&publication, now) {
            return Ok(Published::default());
        }
        if mine && !waits && is_fresh(publication.published_to, now) {
            return Ok(Published {
                mine: true,
                ..Published::default()
            });
        }
        let (node, clock) = (self.node.clone(), store.clock());
        store.write_blocking("publish", move |tx| number(tx, &node, &clock))
    }

    /// Leaves the numbering to others at once. Blocks on the store.
    ///
    /// # Errors
    /// When the store fails.
    pub fn resign(&self, store: &Store) -> Result<(), StoreError> {
        let node = self.node.clone();
        store.write_blocking("resign", move |tx| {
            let publication = db!(tx, publisher::lock())?;
            if publication.owner != node {
                return Ok(());
            }
            let free = Publication {
                owner: String::new(),
                lease_expires_at: UnixTime::from_millis(0),
                ..publication
            };
            db!(tx, publisher::save(&free))
        })
    }
}

/// What a turn came to.
#[derive(Debug, Default)]
pub struct Published {
    /// Whether this node is the one that numbers.
    pub mine: bool,
    /// What had happened, in its order.
    pub kinds: Vec<EventKind>,
    /// Whether more waits.
    pub more: bool,
}

/// Whether a renewal at `published_to` is young enough. One further ahead than clocks may differ was told by a clock
/// that has been set back.
fn is_fresh(published_to: UnixTime, now: UnixTime) -> bool {
    published_to.plus(RENEWAL) > now && published_to < now.plus(LEASE)
}

/// Whether the lease stands. One that reaches further than a lease can was given by a clock that has been set back.
fn holds(publication: &Publication, now: UnixTime) -> bool {
    let end = publication.lease_expires_at;
    end > now && end <= now.plus(LEASE).plus(LEASE)
}

fn number(tx: &mut Tx<'_>, node: &str, clock: &DatabaseClock) -> Result<Published, StoreError> {
    let mut publication = db!(tx, publisher::lock())?;
    // Read before the events are looked at: what was committed by then is among them.
    let now = clock.now(tx)?;
    if publication.owner != node && holds(&publication, now) {
        return Ok(Published::default());
    }
    let events = db!(tx, events::unnumbered(BATCH))?;
    let more = i64::try_from(events.len()).is_ok_and(|found| found >= BATCH);
    let kinds = events.iter().map(|event| event.kind).collect();
    let mut numbered = Vec::with_capacity(events.len());
    for event in events {
        let seq = publication.last_seq.saturating_add(1);
        let record = AuditRecord::new(seq, std::mem::take(&mut publication.last_hash), event);
        let entry = Entry::of(seq, &record.event);
        let feed_before = entry.as_ref().map(|_| publication.feed_hash);
        if let Some(entry) = entry {
            publication.feed_hash = entry.chain(&publication.feed_hash);
        }
        publication.last_seq = seq;
        publication.last_hash.clone_from(&record.hash);
        numbered.push((record, feed_before));
    }
    db!(tx, publisher::number(&numbered))?;
    node.clone_into(&mut publication.owner);
    publication.lease_expires_at = now.plus(LEASE);
    if !more {
        publication.published_to = now;
    }
    db!(tx, publisher::save(&publication))?;
    Ok(Published {
        mine: true,
        kinds,
        more,
    })
}
