//! `/sessions`: sign-in sessions of whomever.

use super::answer::Answer;
use super::call::Call;
use super::ended::{ENDING, ended};
use super::operation::{CURSOR, Gives, Kind, LIMIT, Operation, PLAIN, Parameter};
use super::problem::Problem;
use super::schemas::{one, page};
use crate::accounts::document::SessionDocument;
use crate::accounts::profile::username_of;
use crate::accounts::sessions::named_page;
use crate::audit;
use crate::db;
use crate::store::listing::SessionsWanted;
use vouchsafe_core::model::{SessionId, UserId};

pub(super) const LIST: Operation = Operation {
    id: "listSessions",
    summary: "List the sign-in sessions that stand",
    query: &[
        Parameter {
            name: "sub",
            about: "Those of this person",
            kind: Kind::Text,
        },
        LIMIT,
        CURSOR,
    ],
    gives: Gives::Document(page::<SessionDocument>),
    ..PLAIN
};

pub(super) async fn list(call: Call) -> Result<Answer, Problem> {
    let mut wanted = SessionsWanted {
        user: call.query.text("sub").map(UserId::new),
        now: call.cx.now,
        part: call.part(),
    };
    call.resume(|cursor| wanted.resume(cursor))?;
    let page = call
        .read("api-list-sessions", move |tx| named_page(tx, &wanted))
        .await?;
    Ok(Answer::page(page, |(session, username)| {
        SessionDocument::of(&session, &username)
    }))
}

pub(super) const READ: Operation = Operation {
    id: "readSession",
    summary: "Read a sign-in session that stands",
    gives: Gives::Document(one::<SessionDocument>),
    ..PLAIN
};

pub(super) async fn read(call: Call) -> Result<Answer, Problem> {
    let (id, now) = (SessionId::new(call.named("session_id")), call.cx.now);
    let found = call
        .read("api-session", move |tx| {
            let session = db!(tx, sessions::by_id(&id))?.filter(|session| session.is_live(now));
            let Some(session) = session else { return Ok(None) };
            let username = username_of(tx, &session.user_id)?;
            Ok(Some(SessionDocument::of(&session, &username)))
        })
        .await?;
    Ok(Answer::document(&found.ok_or_else(unknown)?))
}

pub(super) const END: Operation = Operation {
    id: "endSession",
    summary: "Sign one browser out: end a session and its online grants",
    ..ENDING
};

pub(super) async fn end(call: Call) -> Result<Answer, Problem> {
    let (id, signed_in) = (SessionId::new(call.named("session_id")), call.signed_in_for());
    call.write("api-end-session", move |tx, act| {
        let Some(session) = db!(tx, sessions::by_id(&id))? else {
            return Ok(Err(unknown()));
        };
        let user = db!(tx, users::by_id(&session.user_id))?;
        if let Err(problem) = user.as_ref().map_or(Ok(()), &signed_in) {
            return Ok(Err(problem));
        }
        audit::end_session(tx, act, &id).map(Ok)
    })
    .await
    .map(ended)
}

fn unknown() -> Problem {
    Problem::unknown("session")
}
