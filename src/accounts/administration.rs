//! What an administrator does to people's accounts. Each act is one transaction with an event for everything that
//! it ends, so that verifiers elsewhere learn of it; nothing is ended without being told.

pub use super::profile::update_profile;

use crate::accounts::{admin_sessions, administrators, invitations};
use crate::audit::{Act, Ended, with, with_changes};
use crate::db;
use crate::store::{StoreError, Tx};
use serde_json::json;
use vouchsafe_core::model::{ClientId, EndReason, Event, EventKind, PasswordHash, UnixTime, User, UserId};

/// The person as the act left them, and what it ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Changed {
    /// The person.
    pub user: User,
    /// What was ended.
    pub ended: Ended,
}

/// By an act that ended nothing.
impl From<User> for Changed {
    fn from(user: User) -> Self {
        Self {
            user,
            ended: Ended::default(),
        }
    }
}

/// A ban as it is pronounced.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ban {
    /// When it ends by itself.
    pub until: Option<UnixTime>,
    /// What the person is told.
    pub reason: Option<String>,
}

/// Adds a person.
///
/// # Errors
/// [`StoreError::Conflict`] when the name or address is taken; other failures of the store.
pub fn create(tx: &mut Tx<'_>, act: &Act, user: &User) -> Result<(), StoreError> {
    if user.is_admin {
        // A link for the first administrator, used at the same time, must see this one.
        db!(tx, administrators::lock())?;
    }
    db!(tx, users::add(user))?;
    let created = act.about(EventKind::UserCreated, &user.id);
    let has = json!({ "roles": user.roles, "groups": user.groups });
    let nothing = json!({ "roles": [], "groups": [] });
    let mut told = vec![with_changes(&nothing, &has, created)];
    if user.is_admin {
        told.push(act.about(EventKind::AdminGranted, &user.id));
    }
    db!(tx, events::append_all(&told))
}

/// Disables an account and ends everything that its person holds, an invitation too. Doing it again ends what came
/// since and tells of no second disabling. `None` when there is no such person.
///
/// # Errors
/// [`StoreError::Conflict`] for the last administrator; when the store fails.
pub fn disable(tx: &mut Tx<'_>, act: &Act, id: &UserId) -> Result<Option<Changed>, StoreError> {
    let Some(mut user) = db!(tx, users::lock(id))? else {
        return Ok(None);
    };
    if user.disabled_at.is_none() {
        administrators::check_others(tx, act, &user)?;
        user.disabled_at = Some(act.now);
        db!(tx, users::set_standing(id, user.disabled_at))?;
        let disabled = act.about(EventKind::UserDisabled, id);
        db!(tx, events::append(&disabled))?;
    }
    invitations::end_of(tx, act, &mut user)?;
    let ended = end_everything(tx, act, id, EndReason::UserDisabled)?;
    Ok(Some(Changed { user, ended }))
}

/// Enables an account. What was ended stays ended. `None` when there is no such person.
///
/// # Errors
/// When the store fails.
pub fn enable(tx: &mut Tx<'_>, act: &Act, id: &UserId) -> Result<Option<Changed>, StoreError> {
    let Some(mut user) = db!(tx, users::lock(id))? else {
        return Ok(None);
    };
    if user.disabled_at.take().is_some() {
        db!(tx, users::set_standing(id, None))?;
        let enabled = act.about(EventKind::UserEnabled, id);
        db!(tx, events::append(&enabled))?;
    }
    Ok(Some(user.into()))
}

/// Bans a person, until an instant if one is given, and ends everything that they hold, offline grants and an
/// invitation too. Banning again replaces end and reason. `None` when there is no such person.
///
/// # Errors
/// [`StoreError::Conflict`] for the last administrator; when the store fails.
pub fn ban(tx: &mut Tx<'_>, act: &Act, id: &UserId, ban: &Ban) -> Result<Option<Changed>, StoreError> {
    let Some(mut user) = db!(tx, users::lock(id))? else {
        return Ok(None);
    };
    let unchanged =
        user.banned_at.is_some() && user.banned_until == ban.until && user.ban_reason == ban.reason;
    if !unchanged {
        administrators::check_others(tx, act, &user)?;
        user.banned_at = Some(user.banned_at.unwrap_or(act.now));
        user.banned_until = ban.until;
        user.ban_reason.clone_from(&ban.reason);
        db!(tx, users::set_ban(&user))?;
        let banned = act.about(EventKind::UserBanned, id);
        let banned = match ban.until {
            Some(until) => with("banned_until", json!(until.seconds()), banned),
            None => banned,
        };
        let banned = match &ban.reason {
            Some(reason) => with("ban_reason", json!(reason), banned),
            None => banned,
        };
        db!(tx, events::append(&banned))?;
    }
    invitations::end_of(tx, act, &mut user)?;
    let ended = end_everything(tx, act, id, EndReason::UserBanned)?;
    Ok(Some(Changed { user, ended }))
}

/// Lifts a ban. What was ended stays ended. `None` when there is no such person.
///
/// # Errors
/// When the store fails.
pub fn unban(tx: &mut Tx<'_>, act: &Act, id: &UserId) -> Result<Option<Changed>, StoreError> {
    let Some(mut user) = db!(tx, users::lock(id))? else {
        return Ok(None);
    };
    if user.banned_at.take().is_some() {
        user.banned_until = None;
        user.ban_reason = None;
        db!(tx, users::set_ban(&user))?;
        let unbanned = act.about(EventKind::UserUnbanned, id);
        db!(tx, events::append(&unbanned))?;
    }
    Ok(Some(user.into()))
}

/// Signs a person out everywhere: ends all sessions and grants, offline ones too. `None` when there is no such person.
///
/// # Errors
/// When the store fails.
pub fn log_out(tx: &mut Tx<'_>, act: &Act, id: &UserId) -> Result<Option<Changed>, StoreError> {
    let Some(user) = db!(tx, users::lock(id))? else {
        return Ok(None);
    };
    // Made before it is known whether it is told: it is the cause of what ends.
    let signed_out = act.about(EventKind::UserSignedOut, id);
    let ended = end_everything(tx, act, id, EndReason::UserSignedOut)?;
    if ended != Ended::default() {
        db!(tx, events::append(&signed_out))?;
    }
    Ok(Some(Changed { user, ended }))
}

/// Raises the claims version of everything that a person holds: access tokens that are out must be exchanged for new
/// ones, and nobody has to sign in. What a service asks for that changed something the tokens say. `None` when there is
/// no such person.
///
/// # Errors
/// When the store fails.
pub fn touch(tx: &mut Tx<'_>, act: &Act, id: &UserId) -> Result<Option<Changed>, StoreError> {
    let Some(user) = db!(tx, users::lock(id))? else {
        return Ok(None);
    };
    let mut told = vec![act.about(EventKind::UserTouched, id)];
    let raised = db!(tx, grants::raise_gver_of_user(id))?;
    told.extend(act.grants_raised(&raised));
    db!(tx, events::append_all(&told))?;
    Ok(Some(user.into()))
}

/// Deletes an account after ending everything that its person holds. What was told of it stays in the log, and its
/// `sub` is never given again. `None` when there is no such person.
///
/// # Errors
/// [`StoreError::Conflict`] for the last administrator; when the store fails.
pub fn delete(tx: &mut Tx<'_>, act: &Act, id: &UserId) -> Result<Option<Changed>, StoreError> {
    let Some(user) = db!(tx, users::lock(id))? else {
        return Ok(None);
    };
    administrators::check_others(tx, act, &user)?;
    let deleted = act.about(EventKind::UserDeleted, id);
    db!(tx, events::append(&deleted))?;
    let ended = end_everything(tx, act, id, EndReason::UserDeleted)?;
    db!(tx, consents::remove_of_user(id))?;
    db!(tx, sessions::remove_of_user(id))?;
    db!(tx, admin_sessions::remove_of_user(id))?;
    db!(tx, users::remove(id))?;
    Ok(Some(Changed { user, ended }))
}

/// Takes back what a person allowed a client, and ends the grants that came of it. `None` when there is no such person.
///
/// # Errors
/// When the store fails.
pub fn withdraw_consent(
    tx: &mut Tx<'_>,
    act: &Act,
    id: &UserId,
    client: &ClientId,
) -> Result<Option<Changed>, StoreError> {
    let Some(user) = db!(tx, users::lock(id))? else {
        return Ok(None);
    };
    let grants = db!(
        tx,
        grants::end_of_pair(id, client, EndReason::ConsentWithdrawn, act.now)
    )?;
    let mut told = Vec::new();
    if db!(tx, consents::withdraw(id, client))? {
        told.push(Event {
            client_id: Some(client.clone()),
            ..act.about(EventKind::ConsentWithdrawn, id)
        });
    }
    told.extend(act.grants_ended(&grants, EndReason::ConsentWithdrawn));
    db!(tx, events::append_all(&told))?;
    let ended = Ended {
        grants: grants.len(),
        sessions: 0,
    };
    Ok(Some(Changed { user, ended }))
}

/// Sets a person's password. Whoever knew the old one may hold sessions and tokens: all are ended. `None` when
/// there is no such person.
///
/// # Errors
/// When the store fails.
pub fn set_password(
    tx: &mut Tx<'_>,
    act: &Act,
    id: &UserId,
    hash: &PasswordHash,
) -> Result<Option<Changed>, StoreError> {
    let Some(mut user) = db!(tx, users::lock(id))? else {
        return Ok(None);
    };
    db!(tx, users::set_password_hash(id, hash))?;
    user.password_hash = Some(hash.clone());
    let changed = act.about(EventKind::PasswordChanged, id);
    db!(tx, events::append(&changed))?;
    invitations::end_of(tx, act, &mut user)?;
    let ended = end_everything(tx, act, id, EndReason::PasswordChanged)?;
    Ok(Some(Changed { user, ended }))
}

/// Replaces a person's roles and raises the claims version of each grant, so that tokens with the old roles can be
/// refused. `None` when there is no such person.
///
/// # Errors
/// When the store fails.
pub fn set_roles(
    tx: &mut Tx<'_>,
    act: &Act,
    id: &UserId,
    roles: &[String],
) -> Result<Option<Changed>, StoreError> {
    let Some(mut user) = db!(tx, users::lock(id))? else {
        return Ok(None);
    };
    if user.roles != roles {
        db!(tx, users::set_roles(id, roles, act.now))?;
        let (before, after) = (json!({ "roles": user.roles }), json!({ "roles": roles }));
        user.roles = roles.to_vec();
        user.updated_at = act.now;
        let changed = act.about(EventKind::UserRolesChanged, id);
        claims_changed(tx, act, with_changes(&before, &after, changed), id)?;
    }
    Ok(Some(user.into()))
}

/// Replaces a person's groups and raises the claims version of each grant, as for roles. `None` when there is no such
/// person.
///
/// # Errors
/// When the store fails.
pub fn set_groups(
    tx: &mut Tx<'_>,
    act: &Act,
    id: &UserId,
    groups: &[String],
) -> Result<Option<Changed>, StoreError> {
    let Some(mut user) = db!(tx, users::lock(id))? else {
        return Ok(None);
    };
    if user.groups != groups {
        db!(tx, users::set_groups(id, groups, act.now))?;
        let (before, after) = (json!({ "groups": user.groups }), json!({ "groups": groups }));
        user.groups = groups.to_vec();
        user.updated_at = act.now;
        let changed = act.about(EventKind::UserGroupsChanged, id);
        claims_changed(tx, act, with_changes(&before, &after, changed), id)?;
    }
    Ok(Some(user.into()))
}

/// Tells of a change of what tokens say about a person, and makes clients fetch new ones: the claims version of each
/// grant is raised.
fn claims_changed(tx: &mut Tx<'_>, act: &Act, changed: Event, id: &UserId) -> Result<(), StoreError> {
    let mut told = vec![changed];
    let raised = db!(tx, grants::raise_gver_of_user(id))?;
    told.extend(act.grants_raised(&raised));
    db!(tx, events::append_all(&told))
}

/// Ends all grants, offline ones too, and all sessions of a person, with one event each.
fn end_everything(tx: &mut Tx<'_>, act: &Act, id: &UserId, reason: EndReason) -> Result<Ended, StoreError> {
    let grants = db!(tx, grants::end_of_user(id, reason, act.now, true))?;
    let sessions = db!(tx, sessions::end_of_user(id, act.now))?;
    let mut told: Vec<_> = sessions
        .iter()
        .map(|session| act.session_ended(session, reason))
        .collect();
    told.extend(act.grants_ended(&grants, reason));
    db!(tx, events::append_all(&told))?;
    admin_sessions::end_of_user(tx, act, id, reason)?;
    Ok(Ended {
        grants: grants.len(),
        sessions: sessions.len(),
    })
}
