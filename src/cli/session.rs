//! `session list` and `session revoke`: sign-in sessions.

mod remote;

use super::args::Global;
use super::exit::Failure;
use super::instant::instant;
use super::listing::list;
use super::open::Workplace;
use super::output::Output;
use super::remote::Remote;
use super::user;
use crate::accounts::document::SessionDocument;
use crate::audit;
use crate::db;
use crate::store::{StoreError, Tx};
use clap::{Args, Subcommand};
use serde_json::json;
use vouchsafe_core::model::{Session, SessionId, UnixTime, UserId};

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  vouchsafe session list --user ada")]
pub(crate) struct SessionArgs {
    #[command(subcommand)]
    verb: SessionVerb,
}

#[derive(Debug, Subcommand)]
enum SessionVerb {
    /// List the sessions that stand
    #[command(after_help = "Example:\n  vouchsafe session list --user ada --json")]
    List(ListArgs),
    /// Sign one browser out: end a session and its online grants
    #[command(after_help = "Example:\n  vouchsafe session revoke 4qVv0Yt7m1cXw2aZr8Kd9g")]
    Revoke(RevokeArgs),
}

#[derive(Debug, Args)]
struct ListArgs {
    /// Only those of this person: user name, e-mail address or `sub`
    #[arg(long)]
    user: Option<String>,
}

#[derive(Debug, Args)]
struct RevokeArgs {
    /// The session's id, as `session list` shows it
    #[arg(allow_hyphen_values = true)]
    session: String,
}

pub(crate) fn run(global: &Global, args: SessionArgs, output: &Output) -> Result<(), Failure> {
    if let Some(server) = Remote::wanted(global)? {
        return remote::run(&server, args.verb, output);
    }
    let place = Workplace::open(global)?;
    match args.verb {
        SessionVerb::List(args) => all(&place, args.user.as_deref(), output),
        SessionVerb::Revoke(args) => revoke(&place, &args.session, output),
    }
}

fn all(place: &Workplace, named: Option<&str>, output: &Output) -> Result<(), Failure> {
    let user = named.map(|named| user::find(place, named)).transpose()?;
    let (id, now) = (user.map(|user| user.id), place.ports.clock.now());
    list(
        (place, output),
        ["SESSION", "USER NAME", "SIGNED IN", "USED UNTIL"],
        move |tx, after, limit| page(tx, after, id.as_ref(), (now, limit)),
        |(session, username)| {
            let document = json!(SessionDocument::of(session, username));
            let row = [
                session.id.as_str().to_owned(),
                username.clone(),
                instant(session.auth_time),
                instant(session.idle_expires_at),
            ];
            Some((document, row))
        },
    )
}

fn page(
    tx: &mut Tx<'_>,
    after: Option<&(Session, String)>,
    user: Option<&UserId>,
    (now, limit): (UnixTime, i64),
) -> Result<Vec<(Session, String)>, StoreError> {
    let sessions = db!(
        tx,
        sessions::list(after.map(|(last, _)| &last.id), user, now, limit)
    )?;
    sessions
        .into_iter()
        .map(|session| {
            let username = user::username(tx, &session.user_id)?;
            Ok((session, username))
        })
        .collect()
}

fn revoke(place: &Workplace, session: &str, output: &Output) -> Result<(), Failure> {
    let id = SessionId::new(session);
    let ended = place.act("revoke-session", move |tx, act| {
        if db!(tx, sessions::by_id(&id))?.is_none() {
            return Ok(None);
        }
        audit::end_session(tx, act, &id).map(Some)
    })?;
    let ended = ended.ok_or_else(|| Failure::failed(format!("there is no session {session:?}")))?;
    report(session, (ended.sessions, ended.grants), output);
    Ok(())
}

/// Says what ended with a session.
fn report(session: &str, (sessions, grants): (usize, usize), output: &Output) {
    let document = json!({
        "session_id": session,
        "sessions_ended": sessions,
        "grants_ended": grants,
    });
    let text = match sessions {
        0 => "the session had ended before".to_owned(),
        _ => format!("the session is ended, and {grants} grants with it"),
    };
    output.report(&document, &text);
}
