//! `/users/{sub}/invitation`: the link by which a person sets their first password, made and ended.

use super::answer::Answer;
use super::call::Call;
use super::operation::{Gives, Operation, PLAIN, Version};
use super::problem::{Code, Problem};
use super::schemas::one;
use super::user_acts::{ACT, shown};
use super::users::{changed_by_peer, sub, unknown};
use crate::accounts::document::{InvitationDocument, UserDocument};
use crate::accounts::invitations::{self, Invited};
use crate::db;
use serde::Serialize;
use utoipa::ToSchema;

/// A person with the link that was made for them just now.
#[derive(Serialize, ToSchema)]
#[schema(as = InvitedUser)]
struct InvitedDocument {
    #[serde(flatten)]
    user: UserDocument,
    /// The link, shown this once.
    invitation: InvitationDocument,
}

pub(super) const INVITE: Operation = Operation {
    id: "inviteUser",
    summary: "Make a link by which a person without a password sets their first one, shown this once; an older link ends",
    gives: Gives::Versioned(one::<InvitedDocument>),
    version: Version::Honoured,
    problems: &[409],
    ..PLAIN
};

pub(super) async fn invite(call: Call) -> Result<Answer, Problem> {
    let (id, if_match, caller) = (sub(&call), call.if_match.clone(), call.caller.clone());
    let signed_in = call.signed_in_for();
    let (user, invitation) = call
        .write("api-invite-user", move |tx, act| {
            let Some(user) = db!(tx, users::lock(&id))? else {
                return Ok(Err(unknown()));
            };
            let allowed = Call::meets(if_match.as_ref(), &UserDocument::of(&user, act.now))
                .and_then(|()| caller.may_lend(&user))
                .and_then(|()| signed_in(&user));
            if let Err(problem) = allowed {
                return Ok(Err(problem));
            }
            Ok(match invitations::invite(tx, act, &id)? {
                Invited::Done(user, invitation) => Ok((user, invitation)),
                Invited::Refused(why) => Err(Problem::new(Code::Conflict).saying(why.sentence())),
                Invited::Unknown => Err(unknown()),
            })
        })
        .await?;
    let document = UserDocument::of(&user, call.cx.now);
    let answer = InvitedDocument {
        user: document.clone(),
        invitation: InvitationDocument::of(&invitation, &call.cx.config().issuer),
    };
    Ok(Answer::document(&answer).with_version(&document))
}

pub(super) const END: Operation = Operation {
    id: "endInvitation",
    summary: "End the link by which a person would set their first password",
    ..ACT
};

pub(super) async fn end(call: Call) -> Result<Answer, Problem> {
    let done = changed_by_peer(&call, "api-end-invitation", invitations::end);
    Ok(shown(&call, &done.await?))
}
