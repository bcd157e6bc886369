//! Whether the audit log is whole: reads the chain from its beginning, in slices, and says where it breaks. What is
//! removed because it is old leaves its number and digest behind, so that nothing else can be missing at the beginning.

use crate::db;
use crate::store::{Publication, Removed, Store, StoreError};
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
        let mut records =
            store.read_blocking("audit-records", move |tx| db!(tx, events::records(after, SLICE)))?;
        records.retain(|record| record.seq <= publication.last_seq);
        if records.is_empty() {
            break;
        }
        if let Err(broken) = reading.take(records) {
            return Ok((begin, Err(NotWhole::Broken(broken))));
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
}

impl Reading {
    fn after(removed: &Removed) -> Self {
        Self {
            first: None,
            count: 0,
            last: removed.seq,
            hash: removed.hash.clone(),
        }
    }

    fn take(&mut self, records: Vec<AuditRecord>) -> Result<(), BrokenRecord> {
        for record in records {
            record.check_place(self.last, &self.hash)?;
            record.check(None)?;
            self.first = self.first.or(Some(record.seq));
            self.count += 1;
            self.last = record.seq;
            self.hash = record.hash;
        }
        Ok(())
    }

    fn finish(self, publication: &Publication, stopped_early: bool) -> Result<Chain, NotWhole> {
        let Self {
            first,
            count,
            last,
            hash,
        } = self;
        if !stopped_early && (last != publication.last_seq || hash != publication.last_hash) {
            return Err(NotWhole::End {
                last,
                written: publication.last_seq,
            });
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
