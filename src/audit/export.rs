//! The audit log as files: which records are wanted, a record as a JSON document, and as a row of a table.

use serde_json::{Value, json};
use std::fmt::Write as _;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use vouchsafe_core::model::{AuditRecord, ClientId, EventKind, UnixTime};

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

/// A record as a JSON document.
#[must_use]
pub fn document(record: &AuditRecord) -> Value {
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

/// The heads of the columns (RFC 4180), without the line end.
#[must_use]
pub fn csv_head() -> String {
    MEMBERS.join(",")
}

/// A record as a row (RFC 4180), without the line end.
#[must_use]
pub fn csv_row(record: &AuditRecord) -> String {
    let document = document(record);
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

fn instant(at: UnixTime) -> String {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(at.millis()) * 1_000_000)
        .ok()
        .and_then(|at| at.format(&Rfc3339).ok())
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
