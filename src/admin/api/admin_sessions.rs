//! `/admin-sessions`: who is signed in to the pages of the administration.

use super::answer::Answer;
use super::call::Call;
use super::ended::{ENDING, ended};
use super::operation::{CURSOR, Gives, Kind, LIMIT, Operation, PLAIN, Parameter};
use super::problem::Problem;
use super::schemas::{one, page};
use crate::accounts::admin_sessions;
use crate::accounts::document::AdminSessionDocument;
use crate::accounts::profile::username_of;
use crate::audit::Ended;
use crate::db;
use crate::store::listing::AdminSessionsWanted;
use vouchsafe_core::model::{EndReason, SessionId, UserId};

pub(super) const LIST: Operation = Operation {
    id: "listAdminSessions",
    summary: "List the sessions in the administration that stand, the newest first",
    query: &[
        Parameter {
            name: "sub",
            about: "Those of this person",
            kind: Kind::Text,
        },
        LIMIT,
        CURSOR,
    ],
    gives: Gives::Document(page::<AdminSessionDocument>),
    ..PLAIN
};

pub(super) async fn list(call: Call) -> Result<Answer, Problem> {
    let mut wanted = AdminSessionsWanted {
        user: call.query.text("sub").map(UserId::new),
        now: call.cx.now,
        part: call.part(),
    };
    call.resume(|cursor| wanted.resume(cursor))?;
    let page = call
        .read("api-list-admin-sessions", move |tx| {
            admin_sessions::named_page(tx, &wanted)
        })
        .await?;
    Ok(Answer::page(page, |(session, username)| {
        AdminSessionDocument::of(&session, &username)
    }))
}

pub(super) const READ: Operation = Operation {
    id: "readAdminSession",
    summary: "Read a session in the administration that stands",
    gives: Gives::Document(one::<AdminSessionDocument>),
    ..PLAIN
};

pub(super) async fn read(call: Call) -> Result<Answer, Problem> {
    let (id, now) = (SessionId::new(call.named("session_id")), call.cx.now);
    let found = call
        .read("api-admin-session", move |tx| {
            let session = db!(tx, admin_sessions::by_id(&id))?;
            let Some(session) = session.filter(|session| session.is_live(now)) else {
                return Ok(None);
            };
            let username = username_of(tx, &session.user_id)?;
            Ok(Some(AdminSessionDocument::of(&session, &username)))
        })
        .await?;
    Ok(Answer::document(&found.ok_or_else(unknown)?))
}

pub(super) const END: Operation = Operation {
    id: "endAdminSession",
    summary: "Sign one browser of an administrator out of the administration; only administrators do",
    ..ENDING
};

pub(super) async fn end(call: Call) -> Result<Answer, Problem> {
    let id = SessionId::new(call.named("session_id"));
    let ended = call
        .write("api-end-admin-session", move |tx, act| {
            if db!(tx, admin_sessions::by_id(&id))?.is_none() {
                return Ok(Err(unknown()));
            }
            admin_sessions::end(tx, act, &id, EndReason::Revoked).map(Ok)
        })
        .await?;
    Ok(told(usize::from(ended)))
}

pub(super) const END_ALL: Operation = Operation {
    id: "endAdminSessions",
    summary: "Sign all browsers of all administrators out of the administration; only administrators do",
    ..ENDING
};

pub(super) async fn end_all(call: Call) -> Result<Answer, Problem> {
    let ended = call
        .write("api-end-admin-sessions", |tx, act| {
            admin_sessions::end_all_but(tx, act, None, EndReason::Revoked).map(Ok)
        })
        .await?;
    Ok(told(ended))
}

fn told(sessions: usize) -> Answer {
    ended(Ended { grants: 0, sessions })
}

fn unknown() -> Problem {
    Problem::unknown("session in the administration")
}
