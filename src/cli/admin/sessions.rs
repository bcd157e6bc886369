//! `admin sessions` and `admin sign-out`: who is signed in to the pages of the administration.

use crate::accounts::admin_sessions;
use crate::accounts::document::AdminSessionDocument;
use crate::cli::args::Global;
use crate::cli::exit::Failure;
use crate::cli::instant::instant;
use crate::cli::listing::{bad_cursor, pages};
use crate::cli::open::Workplace;
use crate::cli::output::Output;
use crate::cli::remote::{Remote, part, word};
use crate::cli::user;
use crate::db;
use crate::store::listing::AdminSessionsWanted;
use clap::Args;
use serde_json::{Value, json};
use vouchsafe_core::model::{EndReason, SessionId, UnixTime};

#[derive(Debug, Args)]
pub(super) struct SessionsArgs {
    /// Only those of this person: user name, e-mail address or `sub`
    #[arg(long)]
    user: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct SignOutArgs {
    /// The session's id, as `admin sessions` shows it
    #[arg(allow_hyphen_values = true, required_unless_present = "all")]
    session: Option<String>,
    /// All of them
    #[arg(long, conflicts_with = "session")]
    all: bool,
}

const HEADS: [&str; 5] = ["SESSION", "USER NAME", "SIGNED IN", "LAST USED", "USED UNTIL"];

pub(super) fn all(global: &Global, args: &SessionsArgs, output: &Output) -> Result<(), Failure> {
    let named = args.user.as_deref();
    if let Some(server) = Remote::wanted(global)? {
        let sub = named.map(|named| server.user(named)).transpose()?;
        let sub = sub.map(|person| word(&person.value, "sub"));
        let query: Vec<_> = sub.iter().map(|sub| ("sub", sub.as_str())).collect();
        return server.list(("/admin-sessions", &query), output, HEADS, row);
    }
    let place = Workplace::open(global)?;
    let user = named.map(|named| user::find(&place, named)).transpose()?;
    let wanted = AdminSessionsWanted {
        user: user.map(|user| user.id),
        now: place.ports.clock.now(),
        ..AdminSessionsWanted::default()
    };
    pages(
        (&place, output),
        HEADS,
        move |tx, cursor| {
            let mut wanted = wanted.clone();
            cursor
                .map_or(Ok(()), |cursor| wanted.resume(cursor))
                .map_err(bad_cursor)?;
            admin_sessions::named_page(tx, &wanted)
        },
        |(session, username)| {
            let document = json!(AdminSessionDocument::of(session, username));
            let row = row(&document);
            (document, row)
        },
    )
}

/// A session as a row of the table.
fn row(session: &Value) -> [String; 5] {
    let time = |name: &str| {
        let seconds = session.get(name).and_then(Value::as_i64);
        seconds.map_or_else(String::new, |seconds| instant(UnixTime::from_seconds(seconds)))
    };
    [
        word(session, "session_id"),
        word(session, "username"),
        time("created_at"),
        time("last_used_at"),
        time("idle_expires_at"),
    ]
}

pub(super) fn sign_out(global: &Global, args: &SignOutArgs, output: &Output) -> Result<(), Failure> {
    let named = args.session.as_deref();
    let ended = match Remote::wanted(global)? {
        Some(server) => end_at(&server, named)?,
        None => end(&Workplace::open(global)?, named)?,
    };
    let text = match (named, ended) {
        (Some(_), 0) => "the session had ended before".to_owned(),
        (Some(_), _) => "the session is ended".to_owned(),
        (None, count) => format!("ended: {count} sessions in the administration"),
    };
    let document = match named {
        Some(session) => json!({ "sessions_ended": ended, "session_id": session }),
        None => json!({ "sessions_ended": ended }),
    };
    output.report(&document, &text);
    Ok(())
}

/// Ends the session of this name, or all. Returns how many stood.
fn end(place: &Workplace, named: Option<&str>) -> Result<usize, Failure> {
    let id = named.map(SessionId::new);
    let ended = place.act("end-admin-sessions", move |tx, act| {
        let Some(id) = &id else {
            return admin_sessions::end_all_but(tx, act, None, EndReason::Revoked).map(Some);
        };
        if db!(tx, admin_sessions::by_id(id))?.is_none() {
            return Ok(None);
        }
        let ended = admin_sessions::end(tx, act, id, EndReason::Revoked)?;
        Ok(Some(usize::from(ended)))
    })?;
    ended.ok_or_else(|| unknown(named))
}

/// As [`end`], through a server.
fn end_at(server: &Remote, named: Option<&str>) -> Result<usize, Failure> {
    let one = named
        .map(|session| format!("/{}", part(session)))
        .unwrap_or_default();
    let ended = server
        .delete(&format!("/admin-sessions{one}"))
        .map_err(|failure| {
            if failure.message.starts_with("there is no such session") {
                unknown(named)
            } else {
                failure
            }
        })?;
    Ok(ended.count("sessions_ended"))
}

fn unknown(named: Option<&str>) -> Failure {
    let session = named.unwrap_or_default();
    Failure::failed(format!("there is no session {session:?} in the administration"))
}
