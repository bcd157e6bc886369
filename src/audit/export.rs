//! The audit log as a file: which records are wanted, a record as a JSON document and as a row of a table, and the file
//! that grows of them.

use super::with;
use crate::store::listing::Listed;
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::fmt::Write as _;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use utoipa::ToSchema;
use vouchsafe_core::model::{AuditRecord, ClientId, Event, EventKind, UnixTime};

/// Which records are wanted; what is left out is no condition.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// From this instant on.
    pub since: Option<UnixTime>,
    /// Before this instant.
    pub until: Option<UnixTime>,
    /// Of one of these kinds.
    pub kinds: Vec<EventKind>,
    /// About this person, by their `sub`.
    pub subject: Option<String>,
    /// Through this client.
    pub client_id: Option<String>,
    /// Done by this `sub`, client, `cli` or `server`.
    pub actor: Option<String>,
    /// In this request.
    pub request_id: Option<String>,
}

impl Wanted {
    /// Whether this record is wanted.
    #[must_use]
    pub fn includes(&self, record: &AuditRecord) -> bool {
        let event = &record.event;
        let is = |wanted: &Option<String>, found: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| found == Some(wanted))
        };
        self.since.is_none_or(|since| event.at >= since)
            && self.until.is_none_or(|until| event.at < until)
            && (self.kinds.is_empty() || self.kinds.contains(&event.kind))
            && is(&self.subject, event.subject.as_deref())
            && is(&self.client_id, event.client_id.as_ref().map(ClientId::as_str))
            && is(&self.actor, Some(&event.actor))
            && is(&self.request_id, event.request_id.as_deref())
    }

    /// The conditions, as `audit.exported` tells them.
    fn members(&self) -> Map<String, Value> {
        let kinds: Vec<_> = self.kinds.iter().map(|kind| kind.as_str()).collect();
        let text = |text: &Option<String>| text.as_ref().map(|text| json!(text));
        let members = [
            ("event", (!kinds.is_empty()).then(|| json!(kinds))),
            ("actor", text(&self.actor)),
            ("subject", text(&self.subject)),
            ("client_id", text(&self.client_id)),
            ("request_id", text(&self.request_id)),
            ("since", self.since.map(|since| json!(instant(since)))),
            ("until", self.until.map(|until| json!(instant(until)))),
        ];
        let told = members.into_iter();
        told.filter_map(|(name, value)| Some((name.to_owned(), value?)))
            .collect()
    }
}

/// What tells of a file: how it is written, and of which records after which number.
#[must_use]
pub fn exported(event: Event, format: Format, (wanted, after): (&Wanted, i64)) -> Event {
    let mut filters = wanted.members();
    if after > 0 {
        filters.insert("after".to_owned(), json!(after));
    }
    let event = with("format", json!(format.as_str()), event);
    if filters.is_empty() {
        return event;
    }
    with("filters", Value::Object(filters), event)
}

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON document on each line.
    Jsonl,
    /// Rows with columns (RFC 4180).
    Csv,
}

impl Format {
    /// Its name, which is also the ending of a file.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
        }
    }

    fn line(self, record: &AuditRecord) -> String {
        match self {
            Self::Jsonl => format!("{}\n", document(record)),
            Self::Csv => format!("{}\r\n", csv_row_of(&document(record))),
        }
    }
}

/// Records that a file takes in at once.
pub const SLICE: i64 = 1_000;

/// A file that is being written, a slice of the log at a time. Whoever can read the log hands it the records.
#[derive(Clone, Debug)]
pub struct File {
    format: Format,
    wanted: Wanted,
    has_head: bool,
    after: i64,
    last: i64,
}

impl File {
    /// A file of what is wanted of the records after `after`, up to `last`.
    #[must_use]
    pub const fn new(format: Format, wanted: Wanted, (after, last): (i64, i64)) -> Self {
        Self {
            format,
            wanted,
            has_head: matches!(format, Format::Csv),
            after,
            last,
        }
    }

    /// What a file begins with; nothing the second time.
    pub fn head(&mut self) -> String {
        if std::mem::take(&mut self.has_head) {
            format!("{}\r\n", csv_head())
        } else {
            String::new()
        }
    }

    /// The number after which it goes on; none when it is written.
    #[must_use]
    pub fn goes_on_after(&self) -> Option<i64> {
        (self.after < self.last).then_some(self.after)
    }

    /// Takes in the records after that number, at most [`SLICE`] of them, and gives what they add to the file.
    pub fn take(&mut self, records: &[AuditRecord]) -> String {
        let last = self.last;
        self.after = records.last().map_or(last, |newest| newest.seq);
        let wanted = records
            .iter()
            .filter(|record| record.seq <= last && self.wanted.includes(record));
        wanted.map(|record| self.format.line(record)).collect()
    }
}

/// The members of a record, in their order.
pub const MEMBERS: [&str; 12] = [
    "seq",
    "at",
    "event",
    "actor",
    "subject",
    "client_id",
    "request_id",
    "target",
    "value",
    "detail",
    "previous",
    "hash",
];

/// An event as the command line and the admin API show it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Event)]
pub struct EventDocument {
    /// Its number; none for an event of this moment.
    pub seq: Option<i64>,
    /// When (RFC 3339).
    #[schema(format = DateTime)]
    pub at: String,
    /// What happened.
    pub event: &'static str,
    /// Who did it: a `sub`, `client:<client_id>`, `cli` or `server`.
    pub actor: String,
    /// To whom: a `sub`.
    pub subject: Option<String>,
    /// Through which client.
    pub client_id: Option<String>,
    /// The request it happened in.
    pub request_id: Option<String>,
    /// What a verifier must know: `gid`, `jti`, `client_id` or `kid`.
    pub target: Option<String>,
    /// The least acceptable version or epoch, where the kind has one.
    pub value: Option<i64>,
    /// Further facts.
    #[schema(value_type = Object)]
    pub detail: Map<String, Value>,
    /// The digest of the record before, in hexadecimal.
    pub previous: Option<String>,
    /// The digest of this record, in hexadecimal.
    pub hash: Option<String>,
}

impl From<&Listed> for EventDocument {
    fn from(listed: &Listed) -> Self {
        let (event, chained) = (&listed.event, listed.chained.as_ref());
        Self {
            seq: chained.map(|chained| chained.seq),
            at: instant(event.at),
            event: event.kind.as_str(),
            actor: event.actor.clone(),
            subject: event.subject.clone(),
            client_id: event.client_id.as_ref().map(|id| id.as_str().to_owned()),
            request_id: event.request_id.clone(),
            target: event.target.clone(),
            value: event.value,
            detail: event.detail.clone(),
            previous: chained.map(|chained| hex(&chained.previous)),
            hash: chained.map(|chained| hex(&chained.hash)),
        }
    }
}

/// A record as a JSON document.
#[must_use]
pub fn document(record: &AuditRecord) -> Value {
    let listed = Listed::from(record.clone());
    serde_json::to_value(EventDocument::from(&listed)).unwrap_or_default()
}

/// The heads of the columns (RFC 4180), without the line end.
fn csv_head() -> String {
    MEMBERS.join(",")
}

/// The document of a record as a row, without the line end.
fn csv_row_of(document: &Value) -> String {
    let cells: Vec<_> = MEMBERS
        .iter()
        .map(|name| match document.get(name) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => cell(text),
            Some(other) => cell(&other.to_string()),
        })
        .collect();
    cells.join(",")
}

/// A cell in quotation marks. One that a spreadsheet would take for a formula gets an apostrophe before it, by which
/// it stays text: names and details come from people.
fn cell(text: &str) -> String {
    let begins = |c: char| matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n');
    let formula = text.starts_with(begins) || text.trim_start().starts_with(begins);
    // A number is one although it begins with a sign.
    let apostrophe = if formula && text.parse::<i64>().is_err() {
        "'"
    } else {
        ""
    };
    format!("\"{apostrophe}{}\"", text.replace('"', "\"\""))
}

/// An instant of a record (RFC 3339), always with three digits after the second: so texts stand in the order of time.
fn instant(at: UnixTime) -> String {
    let (seconds, millis) = (at.millis().div_euclid(1000), at.millis().rem_euclid(1000));
    OffsetDateTime::from_unix_timestamp(seconds)
        .ok()
        .and_then(|at| at.format(&Rfc3339).ok())
        .map(|text| format!("{}.{millis:03}Z", text.trim_end_matches('Z')))
        .unwrap_or_default()
}

/// Bytes in hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing into a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_instant_has_three_digits_after_the_second() {
        for (millis, written) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (1_700_000_006_390, "2023-11-14T22:13:26.390Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(instant(UnixTime::from_millis(millis)), written);
        }
    }

    #[test]
    fn a_cell_is_never_a_formula() {
        for (text, written) in [
            ("plain", "\"plain\""),
            ("say \"hi\", twice", "\"say \"\"hi\"\", twice\""),
            ("=1+1", "\"'=1+1\""),
            ("+49 30", "\"'+49 30\""),
            ("-x", "\"'-x\""),
            ("-12", "\"-12\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            (" \t=1", "\"' \t=1\""),
            ("\r=1", "\"'\r=1\""),
        ] {
            assert_eq!(cell(text), written);
        }
    }
}
