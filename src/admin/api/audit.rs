//! `/audit`: what happened, as a list, as a file, and whether the log is whole.

use super::answer::Answer;
use super::call::Call;
use super::operation::{CURSOR, Gives, Kind, LIMIT, Operation, PLAIN, Parameter};
use super::problem::{Code, Problem};
use super::schemas::{one, page};
use crate::audit::export::{EventDocument, File, Format, SLICE, Wanted, hex};
use crate::audit::verification::verify;
use crate::audit::{Turn, with};
use crate::db;
use crate::failure::Broken;
use crate::store::listing::EventsWanted;
use actix_web::body::{BodyStream, BoxBody, MessageBody as _};
use actix_web::web::{Bytes, block};
use futures_util::stream;
use serde::Serialize;
use serde_json::json;
use std::sync::Arc;
use utoipa::ToSchema;
use vouchsafe_core::model::{ClientId, EventKind};

/// Records that one verification reads at most.
const MOST: u64 = 2_000_000;

const KINDS: fn() -> Vec<&'static str> = || EventKind::ALL.iter().map(|kind| kind.as_str()).collect();

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
        from: call.query.instant("since"),
        before: call.query.instant("until"),
        part: call.part(),
    };
    call.resume(|cursor| wanted.resume(cursor))?;
    let page = call
        .read("api-list-events", move |tx| db!(tx, events::page(&wanted)))
        .await?;
    Ok(Answer::page(page, |listed| EventDocument::from(&listed)))
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
        EVENT,
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
        kinds: call
            .query
            .text("event")
            .and_then(EventKind::parse)
            .into_iter()
            .collect(),
        subject: call.query.owned("subject"),
        client_id: call.query.owned("client_id"),
        actor: call.query.owned("actor"),
        request_id: call.query.owned("request_id"),
    };
    let turn = call.cx.services.log_turns.to_export();
    let turn = turn.ok_or_else(|| busy("others are exporting the log"))?;
    let format = match call.query.text("format") {
        Some("csv") => Format::Csv,
        Some(_) | None => Format::Jsonl,
    };
    let last = call
        .write("export-audit", move |tx, act| {
            let told = with(
                "format",
                json!(format.as_str()),
                act.event(EventKind::AuditExported),
            );
            db!(tx, events::append(&told))?;
            Ok(Ok(db!(tx, publisher::read())?.last_seq))
        })
        .await?;
    let begins = Export {
        call,
        file: File::new(format, wanted, (0, last)),
        _turn: turn,
    };
    // A part that cannot be read ends the connection: whoever reads sees that the file is not whole.
    let parts = stream::try_unfold(begins, async |export| export.next().await);
    let body: BoxBody = BodyStream::new(parts).boxed();
    Ok(match format {
        Format::Csv => Answer::file(body, "text/csv; charset=utf-8; header=present", "audit.csv"),
        Format::Jsonl => Answer::file(body, "application/x-ndjson", "audit.jsonl"),
    })
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
