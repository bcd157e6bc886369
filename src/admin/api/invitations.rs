//! `/users/{sub}/invitation`: the link by which a person sets their first password, made and ended.

use super::answer::Answer;
use super::call::Call;
use super::operation::{Gives, Operation, PLAIN, Version};
use super::problem::{Code, Problem};
use super::schemas::one;
use super::user_acts::{ACT, shown};
use super::users::{changed_by_peer, peer, unknown, with_person};
use crate::accounts::document::{InvitationDocument, UserDocument};
use crate::accounts::invitations::{self, Invited};
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
    let invited = with_person(&call, "api-invite-user", peer(&call), |tx, act, user| {
        Ok(match invitations::invite(tx, act, &user.id)? {
            Invited::Done(user, invitation) => Ok((user, invitation)),
            Invited::Refused(why) => Err(Problem::new(Code::Conflict).saying(why.sentence())),
            Invited::Unknown => Err(unknown()),
        })
    });
    let (user, invitation) = invited.await?;
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
