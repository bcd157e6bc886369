//! `audit tail` and `audit verify`.

use super::args::Global;
use super::exit::Failure;
use super::open::Workplace;
use super::output::Output;
use crate::audit::Publisher;
use crate::cx::RequestId;
use crate::db;
use crate::store::{Publication, StoreError};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::time::Duration;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use vouchsafe_core::model::AuditRecord;
use vouchsafe_core::model::UnixTime;

/// Records read at once.
const SLICE: i64 = 1_000;
/// How often a log that is followed is looked at.
const LOOK: Duration = Duration::from_millis(250);
/// How often a running server is given the time to number what has just happened.
const PATIENCE: usize = 8;

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  vouchsafe audit tail --lines 20")]
pub(crate) struct AuditArgs {
    #[command(subcommand)]
    verb: AuditVerb,
}

#[derive(Debug, Subcommand)]
enum AuditVerb {
    /// Show the newest records of the audit log, one JSON document on each line
    #[command(
        after_help = "Example:\n  vouchsafe audit tail --follow\n\nMembers: seq at event actor subject client_id request_id \
                      target value detail previous hash."
    )]
    Tail(TailArgs),
    /// Check that no record was changed, taken out or put in
    #[command(after_help = "Example:\n  vouchsafe audit verify --json")]
    Verify,
}

#[derive(Debug, Args)]
struct TailArgs {
    /// How many records to show
    #[arg(long, value_name = "N", default_value_t = 100, conflicts_with = "after")]
    lines: u32,
    /// Show all records after this number instead
    #[arg(long, value_name = "SEQ")]
    after: Option<i64>,
    /// Go on with new records until interrupted
    #[arg(long)]
    follow: bool,
}

pub(crate) fn run(global: &Global, args: AuditArgs, output: &Output) -> Result<(), Failure> {
    let place = Workplace::open(global)?;
    let log = Log::new(place);
    match args.verb {
        AuditVerb::Tail(args) => tail(&log, &args, output),
        AuditVerb::Verify => verify(&log, output),
    }
}

fn tail(log: &Log, args: &TailArgs, output: &Output) -> Result<(), Failure> {
    let publication = log.settled()?;
    let newest = publication.last_seq.saturating_sub(i64::from(args.lines));
    let mut after = args.after.unwrap_or(newest);
    loop {
        let records = log.slice(after)?;
        for record in &records {
            output.print(&line(record).to_string());
            after = record.seq;
        }
        if !records.is_empty() {
            continue;
        }
        if !args.follow {
            return Ok(());
        }
        pause();
        log.number()?;
    }
}

fn verify(log: &Log, output: &Output) -> Result<(), Failure> {
    let publication = log.settled()?;
    let mut before: Option<AuditRecord> = None;
    let (mut first, mut count) = (None, 0_u64);
    loop {
        let after = before.as_ref().map_or(0, |record| record.seq);
        let mut records = log.slice(after)?;
        records.retain(|record| record.seq <= publication.last_seq);
        if records.is_empty() {
            break;
        }
        for record in records {
            record.check(before.as_ref()).map_err(|broken| {
                Failure::failed(format!(
                    "the audit log is broken at record {}: {}",
                    broken.seq, broken.what
                ))
            })?;
            first = first.or(Some(record.seq));
            count += 1;
            before = Some(record);
        }
    }
    let last = before.as_ref().map_or(0, |record| record.seq);
    let hash = before.map(|record| record.hash).unwrap_or_default();
    // Old records are removed in time; the newest never are.
    if last != publication.last_seq || hash != publication.last_hash {
        return Err(Failure::failed(format!(
            "the audit log is broken: its last record is {last}, but {} were written",
            publication.last_seq
        )));
    }
    let document = json!({"records": count, "first": first, "last": last, "hash": hex(&hash), "whole": true});
    output.report(
        &document,
        &format!("the audit log is whole: {count} records, the last is {last}"),
    );
    Ok(())
}

/// The log of a database, and this command's part in numbering it: without a server, nobody else does.
struct Log {
    place: Workplace,
    publisher: Publisher,
}

impl Log {
    fn new(place: Workplace) -> Self {
        let name = RequestId::from_entropy(place.ports.entropy.bytes());
        Self {
            publisher: Publisher::new(format!("cli-{}", name.as_str())),
            place,
        }
    }

    /// Numbers what waits, unless a server does.
    fn number(&self) -> Result<(), Failure> {
        let store = &self.place.store;
        store.write_blocking("publication", |tx| db!(tx, publisher::init()))?;
        if self.publisher.publish(store, self.place.ports.clock.now())?.mine {
            self.publisher.resign(store)?;
        }
        Ok(())
    }

    /// How far publication has come, once everything that has happened until now has its number.
    fn settled(&self) -> Result<Publication, Failure> {
        for _ in 0..PATIENCE {
            self.number()?;
            let waits = self
                .place
                .store
                .read_blocking("unnumbered", |tx| db!(tx, events::any_unnumbered()))?;
            if !waits {
                break;
            }
            pause();
        }
        Ok(self
            .place
            .store
            .read_blocking("publication", |tx| db!(tx, publisher::read()))?)
    }

    fn slice(&self, after: i64) -> Result<Vec<AuditRecord>, StoreError> {
        self.place
            .store
            .read_blocking("audit-records", move |tx| db!(tx, events::records(after, SLICE)))
    }
}

fn line(record: &AuditRecord) -> Value {
    let event = &record.event;
    json!({
        "seq": record.seq,
        "at": instant(event.at),
        "event": event.kind.as_str(),
        "actor": event.actor,
        "subject": event.subject,
        "client_id": event.client_id,
        "request_id": event.request_id,
        "target": event.target,
        "value": event.value,
        "detail": event.detail,
        "previous": hex(&record.previous),
        "hash": hex(&record.hash),
    })
}

fn instant(at: UnixTime) -> String {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(at.millis()) * 1_000_000)
        .ok()
        .and_then(|at| at.format(&Rfc3339).ok())
        .unwrap_or_default()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing into a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "a command that follows a log waits for it"
)]
fn pause() {
    std::thread::sleep(LOOK);
}
