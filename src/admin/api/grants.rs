//! `/grants`: what people allowed clients, as tokens know it.

use super::answer::Answer;
use super::call::Call;
use super::ended::{ENDING, ended};
use super::operation::{CURSOR, Gives, Kind, LIMIT, Operation, PLAIN, Parameter};
use super::problem::Problem;
use super::schemas::{one, page};
use crate::accounts::document::GrantDocument;
use crate::accounts::profile::username_of;
use crate::audit;
use crate::db;
use crate::store::listing::{GrantsPage, Page};
use crate::store::{StoreError, Tx};
use vouchsafe_core::decide::grant_is_live::epochs_stand;
use vouchsafe_core::model::{ClientId, EndReason, Grant, GrantId, UserId};

pub(super) const LIST: Operation = Operation {
    id: "listGrants",
    summary: "List the grants that stand",
    query: &[
        Parameter {
            name: "sub",
            about: "Those of this person",
            kind: Kind::Text,
        },
        Parameter {
            name: "client_id",
            about: "Those of this client",
            kind: Kind::Text,
        },
        LIMIT,
        CURSOR,
    ],
    gives: Gives::Document(page::<GrantDocument>),
    ..PLAIN
};

pub(super) async fn list(call: Call) -> Result<Answer, Problem> {
    let mut wanted = GrantsPage {
        user: call.query.text("sub").map(UserId::new),
        client: call.query.text("client_id").map(ClientId::new),
        now: call.cx.now,
        part: call.part(),
    };
    call.resume(|cursor| wanted.resume(cursor))?;
    let page = call
        .read("api-list-grants", move |tx| standing(tx, &wanted))
        .await?;
    Ok(Answer::page(page, |(grant, username)| {
        GrantDocument::of(&grant, &username)
    }))
}

/// A page of grants, without those that an epoch has ended, each with the name of its person.
pub(super) fn standing(tx: &mut Tx<'_>, wanted: &GrantsPage) -> Result<Page<(Grant, String)>, StoreError> {
    let epoch = db!(tx, issuer_state::read())?.epoch;
    let page = db!(tx, grants::page(wanted))?;
    let mut standing = Vec::new();
    for grant in page.items {
        let client = db!(tx, clients::by_id(&grant.client_id))?;
        if client.is_some_and(|client| epochs_stand(grant.ep, [epoch, client.epoch]).is_ok()) {
            let username = username_of(tx, &grant.user_id)?;
            standing.push((grant, username));
        }
    }
    Ok(Page {
        items: standing,
        next: page.next,
    })
}

pub(super) const READ: Operation = Operation {
    id: "readGrant",
    summary: "Read a grant that has not ended",
    gives: Gives::Document(one::<GrantDocument>),
    ..PLAIN
};

pub(super) async fn read(call: Call) -> Result<Answer, Problem> {
    let id = GrantId::new(call.named("gid"));
    let found = call
        .read("api-grant", move |tx| {
            let grant = db!(tx, grants::by_id(&id))?.filter(|grant| grant.ended.is_none());
            let Some(grant) = grant else { return Ok(None) };
            let username = username_of(tx, &grant.user_id)?;
            Ok(Some(GrantDocument::of(&grant, &username)))
        })
        .await?;
    Ok(Answer::document(&found.ok_or_else(unknown)?))
}

pub(super) const END: Operation = Operation {
    id: "endGrant",
    summary: "End a grant: its refresh token and its access tokens",
    ..ENDING
};

pub(super) async fn end(call: Call) -> Result<Answer, Problem> {
    let (id, signed_in) = (GrantId::new(call.named("gid")), call.signed_in_for());
    call.write("api-end-grant", move |tx, act| {
        let Some(grant) = db!(tx, grants::by_id(&id))? else {
            return Ok(Err(unknown()));
        };
        let user = db!(tx, users::by_id(&grant.user_id))?;
        if let Err(problem) = user.as_ref().map_or(Ok(()), &signed_in) {
            return Ok(Err(problem));
        }
        audit::end_grant(tx, act, &id, EndReason::Revoked).map(Ok)
    })
    .await
    .map(ended)
}

fn unknown() -> Problem {
    Problem::unknown("grant")
}
