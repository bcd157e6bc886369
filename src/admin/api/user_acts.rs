//! What is done to a person: password, roles, ban, disabling, signing out, and what services signal.

use super::answer::Answer;
use super::call::Call;
use super::ended::{ENDING, ended};
use super::operation::{CURSOR, Gives, LIMIT, Operation, PLAIN, Takes, Version};
use super::problem::Problem;
use super::schemas::{list, one, page};
use super::users::{
    broken, changed, changed_by_peer, changed_if, check_password, find, hashed, sub, unknown,
};
use crate::accounts::administration::{self, Ban, Changed};
use crate::accounts::administrators;
use crate::accounts::document::{ConsentDocument, GrantDocument, SessionDocument, UserDocument};
use crate::accounts::profile::{check_groups, check_roles};
use crate::db;
use crate::store::listing::{GrantsPage, SessionsWanted};
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use utoipa::ToSchema;
use vouchsafe_core::model::{ClientId, UnixTime, User};
use zeroize::Zeroizing;

/// A person as an act left them, and what it ended.
#[derive(Serialize, ToSchema)]
#[schema(as = UserChanged)]
pub(super) struct ChangedDocument {
    #[serde(flatten)]
    user: UserDocument,
    /// Grants that were ended.
    grants_ended: usize,
    /// Sign-in sessions that were ended.
    sessions_ended: usize,
}

/// A new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPassword {
    /// The password; the policy of the server holds.
    #[schema(min_length = 1, max_length = 256)]
    password: String,
}

/// The roles that a person has from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Roles {
    /// Roles of letters, digits and the characters . _ : / -
    roles: Vec<String>,
}

/// A ban.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewBan {
    /// When it ends by itself (RFC 3339).
    #[schema(format = DateTime)]
    until: Option<String>,
    /// What the person is told.
    #[schema(max_length = 500)]
    reason: Option<String>,
}

/// An operation that gives back the person.
pub(super) const ACT: Operation = Operation {
    gives: Gives::Versioned(one::<ChangedDocument>),
    version: Version::Honoured,
    ..PLAIN
};

/// The answer of such an operation.
pub(super) fn shown(call: &Call, changed: &Changed) -> Answer {
    let user = UserDocument::of(&changed.user, call.cx.now);
    let document = ChangedDocument {
        user: user.clone(),
        grants_ended: changed.ended.grants,
        sessions_ended: changed.ended.sessions,
    };
    Answer::document(&document).with_version(&user)
}

pub(super) const PASSWORD: Operation = Operation {
    id: "setPassword",
    summary: "Set a person's password, and end their sessions and grants",
    takes: Takes::Json(one::<NewPassword>),
    problems: &[422],
    ..ACT
};

pub(super) async fn password(call: Call) -> Result<Answer, Problem> {
    let wish: NewPassword = call.body()?;
    let user = find(&call).await?;
    call.caller.may_act_on(&user)?;
    let hash = hashed(&call, &wish.password, (&user.username, &user.email)).await?;
    let (caller, minimum) = (call.caller.clone(), call.cx.config().passwords.minimum_length);
    let text = Zeroizing::new(wish.password);
    // Hashing takes its time: meanwhile the person may have become an administrator, or have another name.
    let allowed = move |found: &User| {
        caller.may_act_on(found)?;
        if (&found.username, &found.email) == (&user.username, &user.email) {
            return Ok(());
        }
        check_password(&text, minimum, (&found.username, &found.email))
    };
    let done = changed_if(&call, "api-set-password", allowed, move |tx, act, id| {
        administration::set_password(tx, act, id, &hash)
    });
    Ok(shown(&call, &done.await?))
}

pub(super) const ROLES: Operation = Operation {
    id: "replaceRoles",
    summary: "Replace a person's roles; their tokens must be exchanged for new ones",
    takes: Takes::Json(one::<Roles>),
    version: Version::Required,
    problems: &[422],
    ..ACT
};

pub(super) async fn roles(call: Call) -> Result<Answer, Problem> {
    let wish: Roles = call.body()?;
    let roles = check_roles(wish.roles).map_err(|why| broken(&why))?;
    let done = changed(&call, "api-set-roles", move |tx, act, id| {
        administration::set_roles(tx, act, id, &roles)
    });
    Ok(shown(&call, &done.await?))
}

/// The groups that a person is in from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Groups {
    /// Groups, by their names.
    groups: Vec<String>,
}

pub(super) const GROUPS: Operation = Operation {
    id: "replaceGroups",
    summary: "Replace a person's groups; their tokens must be exchanged for new ones",
    takes: Takes::Json(one::<Groups>),
    version: Version::Required,
    problems: &[422],
    ..ACT
};

pub(super) async fn groups(call: Call) -> Result<Answer, Problem> {
    let wish: Groups = call.body()?;
    let groups = check_groups(wish.groups).map_err(|why| broken(&why))?;
    let done = changed(&call, "api-set-groups", move |tx, act, id| {
        administration::set_groups(tx, act, id, &groups)
    });
    Ok(shown(&call, &done.await?))
}

pub(super) const BAN: Operation = Operation {
    id: "banUser",
    summary: "Ban a person, and end their sessions and grants; banning again replaces end and reason",
    takes: Takes::Json(one::<NewBan>),
    problems: &[409, 422],
    ..ACT
};

pub(super) async fn ban(call: Call) -> Result<Answer, Problem> {
    let wish: NewBan = call.body()?;
    let until = wish.until.as_deref().map(instant).transpose()?;
    let ban = Ban {
        until,
        reason: wish.reason,
    };
    ban.check(call.cx.now).map_err(|why| broken(&why))?;
    let done = changed_by_peer(&call, "api-ban", move |tx, act, id| {
        administration::ban(tx, act, id, &ban)
    });
    Ok(shown(&call, &done.await?))
}

/// An instant of a body.
pub(super) fn instant(text: &str) -> Result<UnixTime, Problem> {
    let wrong = || Problem::rule("it must be an instant as RFC 3339 has it").at("until");
    let at = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| wrong())?;
    i64::try_from(at.unix_timestamp_nanos() / 1_000_000)
        .map(UnixTime::from_millis)
        .map_err(|_| wrong())
}

/// Operations that need to know nothing but whom.
macro_rules! acts {
    ($($operation:ident $handler:ident $id:literal $summary:literal $name:literal $by:ident $work:path;)+) => {$(
        pub(super) const $operation: Operation = Operation {
            id: $id,
            summary: $summary,
            problems: &[409],
            ..ACT
        };

        pub(super) async fn $handler(call: Call) -> Result<Answer, Problem> {
            Ok(shown(&call, &$by(&call, $name, $work).await?))
        }
    )+};
}

acts! {
    UNBAN unban "unbanUser" "Lift a ban; what was ended stays ended" "api-unban" changed_by_peer administration::unban;
    DISABLE disable "disableUser" "Disable an account, and end its sessions and grants" "api-disable-user" changed_by_peer administration::disable;
    ENABLE enable "enableUser" "Enable an account; what was ended stays ended" "api-enable-user" changed_by_peer administration::enable;
    LOG_OUT log_out "logOutUser" "Sign a person out everywhere: end their sessions and grants" "api-log-out" changed administration::log_out;
}

pub(super) const GRANT_ADMIN: Operation = Operation {
    id: "makeAdministrator",
    summary: "Make a person an administrator; only administrators do",
    ..ACT
};

pub(super) async fn grant_admin(call: Call) -> Result<Answer, Problem> {
    let done = changed(&call, "api-grant-admin", |tx, act, id| {
        administrators::set_admin(tx, act, id, true)
    });
    Ok(shown(&call, &done.await?))
}

pub(super) const WITHDRAW_ADMIN: Operation = Operation {
    id: "withdrawAdministrator",
    summary: "Take the right to administer from a person; only administrators do, and the last one stays",
    problems: &[409],
    ..ACT
};

pub(super) async fn withdraw_admin(call: Call) -> Result<Answer, Problem> {
    let done = changed(&call, "api-withdraw-admin", |tx, act, id| {
        administrators::set_admin(tx, act, id, false)
    });
    Ok(shown(&call, &done.await?))
}

/// What a signal came to. Whoever may only signal learns nothing else of the person.
#[derive(Serialize, ToSchema)]
pub(super) struct Signalled {
    /// The person.
    sub: String,
    /// Grants that were ended.
    grants_ended: usize,
    /// Sign-in sessions that were ended.
    sessions_ended: usize,
}

pub(super) const TOUCH: Operation = Operation {
    id: "touchUser",
    summary: "Tell that something about a person has changed: their access tokens must be exchanged for new ones, which they do not notice",
    gives: Gives::Document(one::<Signalled>),
    ..PLAIN
};

pub(super) async fn touch(call: Call) -> Result<Answer, Problem> {
    Ok(signalled(
        &changed(&call, "api-touch", administration::touch).await?,
    ))
}

pub(super) const REVOKE: Operation = Operation {
    id: "revokeUser",
    summary: "End everything that a person holds: they must sign in again",
    gives: Gives::Document(one::<Signalled>),
    ..PLAIN
};

pub(super) async fn revoke(call: Call) -> Result<Answer, Problem> {
    Ok(signalled(
        &changed(&call, "api-revoke", administration::log_out).await?,
    ))
}

fn signalled(changed: &Changed) -> Answer {
    Answer::document(&Signalled {
        sub: changed.user.id.as_str().to_owned(),
        grants_ended: changed.ended.grants,
        sessions_ended: changed.ended.sessions,
    })
}

pub(super) const SESSIONS: Operation = Operation {
    id: "listSessionsOfUser",
    summary: "List the sessions of a person that stand",
    query: &[LIMIT, CURSOR],
    gives: Gives::Document(page::<SessionDocument>),
    ..PLAIN
};

pub(super) async fn sessions(call: Call) -> Result<Answer, Problem> {
    let user = find(&call).await?;
    let mut wanted = SessionsWanted {
        user: Some(user.id),
        now: call.cx.now,
        part: call.part(),
    };
    call.resume(|cursor| wanted.resume(cursor))?;
    let page = call
        .read("api-list-sessions", move |tx| db!(tx, sessions::page(&wanted)))
        .await?;
    Ok(Answer::page(page, |session| {
        SessionDocument::of(&session, &user.username)
    }))
}

pub(super) const GRANTS: Operation = Operation {
    id: "listGrantsOfUser",
    summary: "List the grants of a person that stand",
    query: &[LIMIT, CURSOR],
    gives: Gives::Document(page::<GrantDocument>),
    ..PLAIN
};

pub(super) async fn grants(call: Call) -> Result<Answer, Problem> {
    let user = find(&call).await?;
    let mut wanted = GrantsPage {
        user: Some(user.id),
        now: call.cx.now,
        part: call.part(),
        ..GrantsPage::default()
    };
    call.resume(|cursor| wanted.resume(cursor))?;
    let page = call
        .read("api-list-grants", move |tx| super::grants::standing(tx, &wanted))
        .await?;
    Ok(Answer::page(page, |(grant, username)| {
        GrantDocument::of(&grant, &username)
    }))
}

pub(super) const CONSENTS: Operation = Operation {
    id: "listConsentsOfUser",
    summary: "List what a person allowed",
    gives: Gives::Document(list::<ConsentDocument>),
    ..PLAIN
};

pub(super) async fn consents(call: Call) -> Result<Answer, Problem> {
    let user = find(&call).await?;
    let all = call
        .read("api-list-consents", move |tx| {
            db!(tx, consents::of_user(&user.id))
        })
        .await?;
    let items: Vec<_> = all.iter().map(ConsentDocument::from).collect();
    Ok(Answer::document(&json!({ "items": items })))
}

pub(super) const WITHDRAW: Operation = Operation {
    id: "withdrawConsent",
    summary: "Take back what a person allowed a client, and end the grants that came of it",
    ..ENDING
};

pub(super) async fn withdraw(call: Call) -> Result<Answer, Problem> {
    let (id, client) = (sub(&call), ClientId::new(call.named("client_id")));
    let signed_in = call.signed_in_for();
    call.write("api-withdraw-consent", move |tx, act| {
        let Some(user) = db!(tx, users::by_id(&id))? else {
            return Ok(Err(unknown()));
        };
        if let Err(problem) = signed_in(&user) {
            return Ok(Err(problem));
        }
        if db!(tx, consents::find(&id, &client))?.is_none() {
            return Ok(Err(Problem::unknown("consent")));
        }
        Ok(administration::withdraw_consent(tx, act, &id, &client)?
            .map(|changed| changed.ended)
            .ok_or_else(unknown))
    })
    .await
    .map(ended)
}
