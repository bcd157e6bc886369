//! Whether the audit log is whole: reads the chain from its beginning, in slices, and says where it breaks. What is
//! removed because it is old leaves its number and digest behind, so that nothing else can be missing at the beginning.
//!
//! The chain of the revocation feed is read along with it: what resource servers were told follows from the records, so
//! that whoever changes it where it is stored is noticed too.

use crate::db;
use crate::store::{Publication, Removed, Store, StoreError};
use vouchsafe_core::model::revocation::{ChainHash, EMPTY, Entry};
use vouchsafe_core::model::{AuditRecord, BrokenRecord};

/// Records read at once.
const SLICE: i64 = 1_000;

/// A chain that was read from the first record that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// How many records there are.
    pub records: u64,
    /// The number of the first one; none when there is no record.
    pub first: Option<i64>,
    /// The number of the last one that was read; 0 when there is none.
    pub last: i64,
    /// The digest of that one.
    pub hash: Vec<u8>,
    /// Whether it is the last record there is; otherwise only the beginning of the log was read.
    pub to_the_end: bool,
}

/// Why a log is not whole.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotWhole {
    /// A record does not fit.
    #[error("the audit log is broken at record {}: {}", .0.seq, .0.what)]
    Broken(BrokenRecord),
    /// A record does not fit into the chain of the revocation feed, which is stored beside it.
    #[error("the revocation feed is broken at record {}: {}", .0.seq, .0.what)]
    Feed(BrokenRecord),
    /// The feed's chain ends elsewhere than what was published.
    #[error("the revocation feed is broken: its chain does not end where the last entry leads")]
    FeedEnd,
    /// Records at the end are missing, or were put there.
    #[error("the audit log is broken: its last record is {last}, but {written} were written")]
    End {
        /// The last record that is there.
        last: i64,
        /// The last record that was written.
        written: i64,
    },
}

/// How often a reading begins anew because the oldest records were removed under it.
const ATTEMPTS: usize = 3;

/// Reads the chain from the oldest record that was not removed in time, up to the record that was the last one when it
/// began, but no more than `most` records. Blocks on the store.
///
/// # Errors
/// When the store fails.
pub fn verify(store: &Store, most: u64) -> Result<Result<Chain, NotWhole>, StoreError> {
    let mut found = read(store, most)?;
    for _ in 1..ATTEMPTS {
        if found.1.is_ok() || beginning(store)? == found.0 {
            break;
        }
        found = read(store, most)?;
    }
    Ok(found.1)
}

/// What stands before the oldest record that is kept: its number and digest.
fn beginning(store: &Store) -> Result<Removed, StoreError> {
    store.read_blocking("publication", |tx| db!(tx, publisher::removed()))
}

/// Reads the chain once, and says from where.
fn read(store: &Store, most: u64) -> Result<(Removed, Result<Chain, NotWhole>), StoreError> {
    let publication = store.read_blocking("publication", |tx| db!(tx, publisher::read()))?;
    let begin = beginning(store)?;
    let mut reading = Reading::after(&begin);
    while reading.count < most && reading.last < publication.last_seq {
        let after = if reading.count == 0 {
            i64::MIN
        } else {
            reading.last
        };
        let mut records = store.read_blocking("audit-records", move |tx| {
            db!(tx, events::records_of_feed(after, SLICE))
        })?;
        records.retain(|(record, _)| record.seq <= publication.last_seq);
        if records.is_empty() {
            break;
        }
        if let Err(broken) = reading.take(records) {
            return Ok((begin, Err(broken)));
        }
    }
    let stopped_early = reading.count >= most && reading.last < publication.last_seq;
    Ok((begin, reading.finish(&publication, stopped_early)))
}

struct Reading {
    first: Option<i64>,
    count: u64,
    last: i64,
    hash: Vec<u8>,
    /// Where the feed's chain stands; unknown until the first entry says it, where some before it were removed.
    feed: Option<ChainHash>,
}

impl Reading {
    fn after(removed: &Removed) -> Self {
        Self {
            first: None,
            count: 0,
            last: removed.seq,
            hash: removed.hash.clone(),
            feed: (removed.seq == 0).then_some(EMPTY),
        }
    }

    fn take(&mut self, records: Vec<(AuditRecord, Option<Vec<u8>>)>) -> Result<(), NotWhole> {
        for (record, feed_before) in records {
            record
                .check_place(self.last, &self.hash)
                .and_then(|()| record.check(None))
                .map_err(NotWhole::Broken)?;
            self.follow_feed(&record, feed_before)?;
            self.first = self.first.or(Some(record.seq));
            self.count += 1;
            self.last = record.seq;
            self.hash = record.hash;
        }
        Ok(())
    }

    /// Goes on along the feed's chain, of which every record that concerns resource servers is a part, and no other.
    fn follow_feed(&mut self, record: &AuditRecord, before: Option<Vec<u8>>) -> Result<(), NotWhole> {
        let broken = |what| {
            NotWhole::Feed(BrokenRecord {
                seq: record.seq,
                what,
            })
        };
        let (entry, before) = match (Entry::of(record.seq, &record.event), before) {
            (None, None) => return Ok(()),
            (Some(entry), Some(before)) => (entry, before),
            (Some(_), None) => return Err(broken("it was taken out of the feed")),
            (None, Some(_)) => return Err(broken("it was put into the feed")),
        };
        let before = ChainHash::try_from(before).ok();
        let before = before.filter(|before| self.feed.is_none_or(|stands| stands == *before));
        let before = before.ok_or_else(|| broken("it was told behind another entry"))?;
        self.feed = Some(entry.chain(&before));
        Ok(())
    }

    fn finish(self, publication: &Publication, stopped_early: bool) -> Result<Chain, NotWhole> {
        let Self {
            first,
            count,
            last,
            hash,
            feed,
        } = self;
        if !stopped_early && (last != publication.last_seq || hash != publication.last_hash) {
            return Err(NotWhole::End {
                last,
                written: publication.last_seq,
            });
        }
        if !stopped_early && feed.is_some_and(|stands| stands != publication.feed_hash) {
            return Err(NotWhole::FeedEnd);
        }
        Ok(Chain {
            records: count,
            first,
            last,
            hash,
            to_the_end: !stopped_early,
        })
    }
}
