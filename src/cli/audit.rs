//! `audit tail`, `audit export` and `audit verify`.

mod remote;

use super::args::Global;
use super::exit::{Exit, Failure};
use super::instant::Until;
use super::open::Workplace;
use super::output::{Output, harmless_json};
use super::remote::Remote;
use super::user;
use crate::audit::export::{self, File, SLICE, Wanted};
use crate::audit::{Publisher, names_person, verification};
use crate::cx::RequestId;
use crate::db;
use crate::store::listing::{EventsWanted, Part};
use crate::store::{Publication, StoreError};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;
use std::time::Duration;
use vouchsafe_core::model::{AuditRecord, EventKind, UnixTime};

/// How often a log that is followed is looked at.
const LOOK: Duration = Duration::from_millis(250);
/// How often a running server is given the time to number what has just happened: longer than the lease of one that
/// died.
const PATIENCE: usize = 16;

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
        long_about = "Show the newest records of the audit log, one JSON document on each line, in the order of their \
                      numbers, with the members seq, at, event, actor, subject, client_id, request_id, target, value, \
                      detail, previous and hash",
        after_help = "Example:\n  vouchsafe audit tail --follow"
    )]
    Tail(TailArgs),
    /// Write the records of the audit log that are asked for, as JSON lines or as a table
    #[command(
        after_help = "Example:\n  vouchsafe audit export --since 30d --event user.banned > banned.jsonl\n  vouchsafe audit export --format csv --subject ada > ada.csv"
    )]
    Export(ExportArgs),
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

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Jsonl,
    Csv,
}

impl From<Format> for export::Format {
    fn from(format: Format) -> Self {
        match format {
            Format::Jsonl => Self::Jsonl,
            Format::Csv => Self::Csv,
        }
    }
}

#[derive(Debug, Args)]
struct ExportArgs {
    /// One JSON document on each line, or rows with columns
    #[arg(long, default_value = "jsonl")]
    format: Format,
    /// Only records after this number
    #[arg(long, value_name = "SEQ", default_value_t = 0)]
    after: i64,
    /// Only from this instant on (RFC 3339), or from this long ago
    #[arg(long, value_name = "TIME", value_parser = Until::parse)]
    since: Option<Until>,
    /// Only before this instant (RFC 3339), or until this long ago
    #[arg(long, value_name = "TIME", value_parser = Until::parse)]
    until: Option<Until>,
    /// Only records of this kind, such as `user.banned`
    #[arg(long, value_name = "EVENT", value_parser = kind)]
    event: Vec<EventKind>,
    /// Only records about this person: user name, e-mail address or `sub`; of somebody who was deleted the `sub` only
    #[arg(long, value_name = "USER")]
    subject: Option<String>,
    /// Only records about this client
    #[arg(long, value_name = "CLIENT_ID")]
    client: Option<String>,
    /// Only what this one did: a person as above, `client:<client_id>`, `cli` or `server`
    #[arg(long)]
    actor: Option<String>,
    /// Only what was done in this request: the reference that an error page shows
    #[arg(long, value_name = "REFERENCE")]
    request_id: Option<String>,
}

/// As what a person stands in records.
#[derive(Clone, Copy)]
enum Role {
    Subject,
    Actor,
}

impl Role {
    /// Whom somebody names; nobody else is called `cli`, `server` or `client:…`.
    fn is_person(self, named: &str) -> bool {
        match self {
            Self::Subject => true,
            Self::Actor => names_person(named),
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Actor => "actor",
        }
    }

    /// The records in which this `sub` stands so.
    fn wanted(self, sub: String) -> EventsWanted {
        let (subject, actor) = match self {
            Self::Subject => (Some(sub), None),
            Self::Actor => (None, Some(sub)),
        };
        EventsWanted {
            subject,
            actor,
            part: Part::first(1),
            ..EventsWanted::default()
        }
    }
}

impl ExportArgs {
    /// What is wanted at `now`, once it is known whom names mean.
    fn wanted(
        self,
        now: UnixTime,
        whom: impl Fn(Role, String) -> Result<String, Failure>,
    ) -> Result<Wanted, Failure> {
        let meant = |role: Role, named: String| {
            if role.is_person(&named) {
                whom(role, named)
            } else {
                Ok(named)
            }
        };
        Ok(Wanted {
            since: self.since.map(|since| since.before(now)),
            until: self.until.map(|until| until.before(now)),
            kinds: self.event,
            subject: self
                .subject
                .map(|named| meant(Role::Subject, named))
                .transpose()?,
            client_id: self.client,
            actor: self.actor.map(|named| meant(Role::Actor, named)).transpose()?,
            request_id: self.request_id.map(|typed| typed.to_uppercase()),
        })
    }
}

fn kind(text: &str) -> Result<EventKind, String> {
    EventKind::parse(text).ok_or_else(|| {
        let known: Vec<_> = EventKind::ALL.iter().map(|kind| kind.as_str()).collect();
        format!("it is none of {}", known.join(", "))
    })
}

pub(crate) fn run(global: &Global, args: AuditArgs, output: &Output) -> Result<(), Failure> {
    if let Some(server) = Remote::wanted(global)? {
        return remote::run(&server, args.verb, output);
    }
    let place = Workplace::open(global)?;
    let log = Log::new(place);
    match args.verb {
        AuditVerb::Tail(args) => tail(&log, &args, output),
        AuditVerb::Export(args) => export(&log, args, output),
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
            output.print(&harmless_json(&export::document(record).to_string()));
            after = record.seq;
        }
        if !records.is_empty() && !output.is_broken() {
            continue;
        }
        if !args.follow || output.is_broken() {
            return Ok(());
        }
        pause();
        log.number()?;
    }
}

/// Reads everything up to what has happened until now, a slice at a time.
fn export(log: &Log, args: ExportArgs, output: &Output) -> Result<(), Failure> {
    let (format, after) = (args.format.into(), args.after);
    let now = log.place.ports.clock.now();
    let wanted = args.wanted(now, |role, named| sub(log, role, named))?;
    let last = log.settled()?.last_seq;
    let mut file = File::new(format, wanted, (after, last));
    output.write(&file.head());
    while let Some(after) = file.goes_on_after().filter(|_| !output.is_broken()) {
        output.write(&file.take(&log.slice(after)?));
    }
    Ok(())
}

/// The `sub` of whom the records are wanted. Records outlive the accounts that they are about.
fn sub(log: &Log, role: Role, named: String) -> Result<String, Failure> {
    match user::find(&log.place, &named) {
        Ok(user) => return Ok(user.id.into_string()),
        Err(failure) if failure.exit == Exit::Failed => {}
        Err(failure) => return Err(failure),
    }
    let wanted = role.wanted(named.clone());
    let found = log
        .place
        .store
        .read_blocking("events-of-person", move |tx| db!(tx, events::page(&wanted)))?;
    if found.items.is_empty() {
        return Err(nobody(&named));
    }
    Ok(named)
}

/// Nobody can be meant: neither somebody who is there, nor somebody who was.
fn nobody(named: &str) -> Failure {
    Failure::failed(format!(
        "there is no user {named:?}, and no such record has a `sub` {named:?}: of somebody who was deleted only the `sub` \
         is known"
    ))
}

/// What is said of a log that is whole.
fn whole(records: impl std::fmt::Display, last: i64) -> String {
    format!("the audit log is whole: {records} records, the last is {last}")
}

fn verify(log: &Log, output: &Output) -> Result<(), Failure> {
    log.settled()?;
    let chain = verification::verify(&log.place.store, u64::MAX)?
        .map_err(|broken| Failure::failed(broken.to_string()))?;
    let (count, last) = (chain.records, chain.last);
    let hash = export::hex(&chain.hash);
    let document = json!({
        "whole": true,
        "records": count,
        "first": chain.first,
        "last": last,
        "hash": hash,
        "to_the_end": chain.to_the_end,
        "broken": null,
    });
    output.report(&document, &whole(count, last));
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
        loop {
            let published = self.publisher.publish(store, self.place.ports.clock.now())?;
            if published.more {
                continue;
            }
            if published.mine {
                self.publisher.resign(store)?;
            }
            return Ok(());
        }
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

#[expect(
    clippy::disallowed_methods,
    reason = "a command that follows a log waits for it"
)]
fn pause() {
    std::thread::sleep(LOOK);
}
