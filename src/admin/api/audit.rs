//! `/audit`: what happened, as a list, as a file, and whether the log is whole.

use super::answer::Answer;
use super::call::Call;
use super::operation::{CURSOR, Gives, Kind, LIMIT, Operation, PLAIN, Parameter};
use super::problem::{Code, Problem};
use super::schemas::{one, page};
use crate::audit::Turn;
use crate::audit::export::{EventDocument, File, Format, SLICE, Wanted, exported, hex};
use crate::audit::verification::verify;
use crate::db;
use crate::failure::Broken;
use crate::store::listing::{EventsWanted, Listed};
use actix_web::body::{BodyStream, BoxBody, MessageBody as _};
use actix_web::web::{Bytes, block};
use futures_util::stream;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use vouchsafe_core::model::{ClientId, EventKind};

/// Records that one verification reads at most.
const MOST: u64 = 2_000_000;

const KINDS: fn() -> Vec<&'static str> = || EventKind::ALL.iter().map(|kind| kind.as_str()).collect();

/// Numbers of records stand beside lists and files of them.
const AFTER: Parameter = Parameter {
    name: "after",
    about: "Those whose number is greater than this one",
    kind: Kind::Number,
};
const EVENT: Parameter = Parameter {
    name: "event",
    about: "Those of this kind",
    kind: Kind::Word(KINDS),
};
const ACTOR: Parameter = Parameter {
    name: "actor",
    about: "What this one did: a `sub`, `client:<client_id>`, `cli` or `server`",
    kind: Kind::Text,
};
const SUBJECT: Parameter = Parameter {
    name: "subject",
    about: "What befell this person: a `sub`",
    kind: Kind::Text,
};
const CLIENT: Parameter = Parameter {
    name: "client_id",
    about: "Through this client",
    kind: Kind::Text,
};
const REQUEST: Parameter = Parameter {
    name: "request_id",
    about: "In this request",
    kind: Kind::Text,
};
const SINCE: Parameter = Parameter {
    name: "since",
    about: "From this instant on",
    kind: Kind::Instant,
};
const UNTIL: Parameter = Parameter {
    name: "until",
    about: "Before this instant",
    kind: Kind::Instant,
};

pub(super) const LIST: Operation = Operation {
    id: "listEvents",
    summary: "List what happened, the newest first",
    query: &[
        EVENT, ACTOR, SUBJECT, CLIENT, REQUEST, SINCE, UNTIL, LIMIT, CURSOR,
    ],
    gives: Gives::Document(page::<EventDocument>),
    ..PLAIN
};

pub(super) async fn list(call: Call) -> Result<Answer, Problem> {
    let mut wanted = EventsWanted {
        kind: call.query.text("event").and_then(EventKind::parse),
        actor: call.query.owned("actor"),
        subject: call.query.owned("subject"),
        client: call.query.text("client_id").map(ClientId::new),
        request_id: call.query.owned("request_id"),
        since: call.query.instant("since"),
        until: call.query.instant("until"),
        part: call.part(),
    };
    call.resume(|cursor| wanted.resume(cursor))?;
    let page = call
        .read("api-list-events", move |tx| db!(tx, events::page(&wanted)))
        .await?;
    Ok(Answer::page(page, |listed| EventDocument::from(&listed)))
}

/// Numbered records, in the order of their numbers.
#[derive(Serialize, ToSchema)]
#[schema(as = Records)]
struct RecordsDocument {
    /// The records, the oldest first; none when nothing comes after that number.
    items: Vec<EventDocument>,
    /// The number of the last record that there is.
    last: i64,
    /// Whether something has happened that has no number yet.
    more_to_number: bool,
}

pub(super) const RECORDS: Operation = Operation {
    id: "listRecords",
    summary: "List the numbered records after a number, in the order of their numbers: nothing is missed by whoever goes on after the last one that they read",
    query: &[AFTER, LIMIT],
    gives: Gives::Document(one::<RecordsDocument>),
    ..PLAIN
};

pub(super) async fn records(call: Call) -> Result<Answer, Problem> {
    let (after, limit) = (call.query.number("after").unwrap_or(0), call.part().limit);
    let document = call
        .read("api-list-records", move |tx| {
            let records = db!(tx, events::records(after, limit))?;
            let items = records
                .into_iter()
                .map(|record| EventDocument::from(&Listed::from(record)));
            Ok(RecordsDocument {
                items: items.collect(),
                last: db!(tx, publisher::read())?.last_seq,
                more_to_number: db!(tx, events::any_unnumbered())?,
            })
        })
        .await?;
    Ok(Answer::document(&document))
}

const FORMATS: fn() -> Vec<&'static str> = || vec!["jsonl", "csv"];

pub(super) const EXPORT: Operation = Operation {
    id: "exportEvents",
    summary: "Write the numbered records as a file, the oldest first",
    query: &[
        Parameter {
            name: "format",
            about: "One JSON document on each line, or rows with columns",
            kind: Kind::Word(FORMATS),
        },
        AFTER,
        Parameter {
            name: "event",
            about: "Those of these kinds",
            kind: Kind::Words(KINDS),
        },
        ACTOR,
        SUBJECT,
        CLIENT,
        REQUEST,
        SINCE,
        UNTIL,
    ],
    gives: Gives::File(&["application/x-ndjson", "text/csv"]),
    ..PLAIN
};

pub(super) async fn export(call: Call) -> Result<Answer, Problem> {
    let wanted = Wanted {
        since: call.query.instant("since"),
        until: call.query.instant("until"),
        kinds: call.query.words("event").filter_map(EventKind::parse).collect(),
        subject: call.query.owned("subject"),
        client_id: call.query.owned("client_id"),
        actor: call.query.owned("actor"),
        request_id: call.query.owned("request_id"),
    };
    let after = call.query.number("after").unwrap_or(0);
    let turn = call.cx.services.log_turns.to_export();
    let turn = turn.ok_or_else(|| busy("others are exporting the log"))?;
    let format = match call.query.text("format") {
        Some("csv") => Format::Csv,
        Some(_) | None => Format::Jsonl,
    };
    if call.is_head {
        // Nothing is handed out, so that nothing is told.
        call.stands().await?;
        let nothing = stream::empty::<Result<Bytes, Unfinished>>();
        return Ok(as_file(format, BodyStream::new(nothing).boxed()));
    }
    let filters = wanted.clone();
    let last = call
        .write("export-audit", move |tx, act| {
            let told = exported(act.event(EventKind::AuditExported), format, (&filters, after));
            db!(tx, events::append(&told))?;
            Ok(Ok(db!(tx, publisher::read())?.last_seq))
        })
        .await?;
    let begins = Export {
        call,
        file: File::new(format, wanted, (after, last)),
        _turn: turn,
    };
    // A part that cannot be read ends the connection: whoever reads sees that the file is not whole.
    let parts = stream::try_unfold(begins, async |export| export.next().await);
    Ok(as_file(format, BodyStream::new(parts).boxed()))
}

fn as_file(format: Format, body: BoxBody) -> Answer {
    match format {
        Format::Csv => Answer::file(body, "text/csv; charset=utf-8; header=present", "audit.csv"),
        Format::Jsonl => Answer::file(body, "application/x-ndjson", "audit.jsonl"),
    }
}

/// How far a file has come.
struct Export {
    call: Call,
    file: File,
    // Given back when the file ends, or its connection.
    _turn: Turn,
}

fn busy(sentence: &str) -> Problem {
    Problem::new(Code::Unavailable).saying(sentence)
}

impl Export {
    async fn next(mut self) -> Result<Option<(Bytes, Self)>, Unfinished> {
        let mut piece = self.file.head();
        while let (true, Some(after)) = (piece.is_empty(), self.file.goes_on_after()) {
            let records = self
                .call
                .read("audit-records", move |tx| db!(tx, events::records(after, SLICE)));
            piece = self.file.take(&records.await.map_err(|_| Unfinished)?);
        }
        Ok((!piece.is_empty()).then(|| (Bytes::from(piece), self)))
    }
}

/// A file that could not be written to its end.
#[derive(Debug, thiserror::Error)]
#[error("the records could not be read")]
struct Unfinished;

/// What a look at the whole log came to.
#[derive(Serialize, ToSchema)]
pub(super) struct Verification {
    /// Whether no record was changed, taken out or put in.
    whole: bool,
    /// How many records were read.
    records: Option<u64>,
    /// The number of the first one that is kept.
    first: Option<i64>,
    /// The number of the last one that was read.
    last: Option<i64>,
    /// The digest of that one, in hexadecimal.
    hash: Option<String>,
    /// Whether it is the last record there is.
    to_the_end: Option<bool>,
    /// Where and how the log is broken.
    broken: Option<String>,
}

pub(super) const VERIFY: Operation = Operation {
    id: "verifyEvents",
    summary: "Check that no record was changed, taken out or put in, and that the revocation feed follows from them",
    gives: Gives::Document(one::<Verification>),
    ..PLAIN
};

pub(super) async fn verification(call: Call) -> Result<Answer, Problem> {
    call.stands().await?;
    let services = Arc::clone(&call.cx.services);
    let turn = services.log_turns.to_verify();
    let turn = turn.ok_or_else(|| busy("somebody else is verifying the log"))?;
    let read = move || {
        // Held to the end of the work, also when nobody waits for it any longer.
        let _turn = turn;
        verify(&services.store, MOST)
    };
    let verified = block(read)
        .await
        .map_err(|_| Problem::from(Broken::Overloaded("the verification")))??;
    Ok(Answer::document(&match verified {
        Ok(chain) => Verification {
            whole: true,
            records: Some(chain.records),
            first: chain.first,
            last: Some(chain.last),
            hash: Some(hex(&chain.hash)),
            to_the_end: Some(chain.to_the_end),
            broken: None,
        },
        Err(why) => Verification {
            whole: false,
            records: None,
            first: None,
            last: None,
            hash: None,
            to_the_end: None,
            broken: Some(why.to_string()),
        },
    }))
}
