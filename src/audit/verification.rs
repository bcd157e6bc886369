//! Whether the audit log is whole: reads the chain from its beginning, in slices, and says where it breaks.

use crate::db;
use crate::store::{Publication, Store, StoreError};
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

/// Reads the chain up to the record that was the last one when it began, but no more than `most` records. Old records
/// are removed in time; the newest never are. Blocks on the store.
///
/// # Errors
/// When the store fails.
pub fn verify(store: &Store, most: u64) -> Result<Result<Chain, NotWhole>, StoreError> {
    let publication = store.read_blocking("publication", |tx| db!(tx, publisher::read()))?;
    let mut reading = Reading::default();
    while reading.count < most && reading.last() < publication.last_seq {
        let after = reading.last();
        let mut records =
            store.read_blocking("audit-records", move |tx| db!(tx, events::records(after, SLICE)))?;
        records.retain(|record| record.seq <= publication.last_seq);
        if records.is_empty() {
            break;
        }
        if let Err(broken) = reading.take(records) {
            return Ok(Err(NotWhole::Broken(broken)));
        }
    }
    let stopped_early = reading.count >= most && reading.last() < publication.last_seq;
    Ok(reading.finish(&publication, stopped_early))
}

#[derive(Default)]
struct Reading {
    first: Option<i64>,
    count: u64,
    before: Option<AuditRecord>,
}

impl Reading {
    fn last(&self) -> i64 {
        self.before.as_ref().map_or(0, |record| record.seq)
    }

    fn take(&mut self, records: Vec<AuditRecord>) -> Result<(), BrokenRecord> {
        for record in records {
            record.check(self.before.as_ref())?;
            self.first = self.first.or(Some(record.seq));
            self.count += 1;
            self.before = Some(record);
        }
        Ok(())
    }

    fn finish(self, publication: &Publication, stopped_early: bool) -> Result<Chain, NotWhole> {
        let last = self.last();
        let hash = self.before.map(|record| record.hash).unwrap_or_default();
        if !stopped_early && (last != publication.last_seq || hash != publication.last_hash) {
            return Err(NotWhole::End {
                last,
                written: publication.last_seq,
            });
        }
        Ok(Chain {
            records: self.count,
            first: self.first,
            last,
            hash,
            to_the_end: !stopped_early,
        })
    }
}
