//! What an administrator does to people's accounts. Each act is one transaction with an event for everything that
//! it ends, so that verifiers elsewhere learn of it; nothing is ended without being told.

use crate::db;
use crate::ports::Entropy;
use crate::store::{StoreError, Tx};
use serde_json::{Map, Value, json};
use vouchsafe_core::decide::issue::LONGEST_TOKEN;
use vouchsafe_core::model::{
    EndReason, Event, EventId, EventKind, Grant, PasswordHash, Session, UnixTime, User, UserId,
};

/// Who acts, and when.
pub struct Act<'a> {
    /// A `sub`, `client:<id>`, `cli` or `server`.
    pub actor: &'a str,
    /// The HTTP request it happens in.
    pub request_id: Option<&'a str>,
    /// When.
    pub now: UnixTime,
    /// For the events' ids.
    pub entropy: &'a dyn Entropy,
}

/// What an act ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ended {
    /// Grants, offline ones too.
    pub grants: usize,
    /// Sign-in sessions.
    pub sessions: usize,
}

/// The person as the act left them, and what it ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Changed {
    /// The person.
    pub user: User,
    /// What was ended.
    pub ended: Ended,
}

/// Adds a person.
///
/// # Errors
/// [`StoreError::Conflict`] when the name or address is taken; other failures of the store.
pub fn create(tx: &mut Tx<'_>, act: &Act<'_>, user: &User) -> Result<(), StoreError> {
    db!(tx, users::add(user))?;
    let created = act.event(EventKind::UserCreated, &user.id);
    db!(tx, events::append(&created))
}

/// Disables an account and ends everything that its person holds. Doing it again ends what came since and tells of
/// no second disabling. `None` when there is no such person.
///
/// # Errors
/// When the store fails.
pub fn disable(tx: &mut Tx<'_>, act: &Act<'_>, id: &UserId) -> Result<Option<Changed>, StoreError> {
    let Some(mut user) = db!(tx, users::lock(id))? else {
        return Ok(None);
    };
    if user.disabled_at.is_none() {
        user.disabled_at = Some(act.now);
        db!(tx, users::set_standing(id, user.disabled_at))?;
        let disabled = act.event(EventKind::UserDisabled, id);
        db!(tx, events::append(&disabled))?;
    }
    let ended = end_everything(tx, act, id, EndReason::UserDisabled)?;
    Ok(Some(Changed { user, ended }))
}

/// Enables an account. What was ended stays ended. `None` when there is no such person.
///
/// # Errors
/// When the store fails.
pub fn enable(tx: &mut Tx<'_>, act: &Act<'_>, id: &UserId) -> Result<Option<Changed>, StoreError> {
    let Some(mut user) = db!(tx, users::lock(id))? else {
        return Ok(None);
    };
    if user.disabled_at.take().is_some() {
        db!(tx, users::set_standing(id, None))?;
        let enabled = act.event(EventKind::UserEnabled, id);
        db!(tx, events::append(&enabled))?;
    }
    Ok(Some(Changed {
        user,
        ended: Ended::default(),
    }))
}

/// Sets a person's password. Whoever knew the old one may hold sessions and tokens: all are ended. `None` when
/// there is no such person.
///
/// # Errors
/// When the store fails.
pub fn set_password(
    tx: &mut Tx<'_>,
    act: &Act<'_>,
    id: &UserId,
    hash: &PasswordHash,
) -> Result<Option<Changed>, StoreError> {
    let Some(mut user) = db!(tx, users::lock(id))? else {
        return Ok(None);
    };
    db!(tx, users::set_password_hash(id, hash))?;
    user.password_hash = Some(hash.clone());
    let changed = act.event(EventKind::PasswordChanged, id);
    db!(tx, events::append(&changed))?;
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
    act: &Act<'_>,
    id: &UserId,
    roles: &[String],
) -> Result<Option<Changed>, StoreError> {
    let Some(mut user) = db!(tx, users::lock(id))? else {
        return Ok(None);
    };
    if user.roles != roles {
        db!(tx, users::set_roles(id, roles, act.now))?;
        user.roles = roles.to_vec();
        user.updated_at = act.now;
        let mut told = vec![act.event(EventKind::UserRolesChanged, id)];
        let raised = db!(tx, grants::raise_gver_of_user(id))?;
        told.extend(raised.iter().map(|grant| Event {
            value: Some(grant.gver),
            ..act.grant_event(EventKind::GrantClaimsRaised, grant)
        }));
        db!(tx, events::append_all(&told))?;
    }
    Ok(Some(Changed {
        user,
        ended: Ended::default(),
    }))
}

/// Ends all grants, offline ones too, and all sessions of a person, with one event each.
fn end_everything(
    tx: &mut Tx<'_>,
    act: &Act<'_>,
    id: &UserId,
    reason: EndReason,
) -> Result<Ended, StoreError> {
    let grants = db!(tx, grants::end_of_user(id, reason, act.now, true))?;
    let sessions = db!(tx, sessions::end_of_user(id, act.now))?;
    let mut detail = Map::new();
    detail.insert("reason".to_owned(), json!(reason));
    let mut told: Vec<_> = grants
        .iter()
        .map(|grant| Event {
            detail: detail.clone(),
            ..act.grant_event(EventKind::GrantEnded, grant)
        })
        .collect();
    told.extend(sessions.iter().map(|session| act.session_event(session, &detail)));
    db!(tx, events::append_all(&told))?;
    Ok(Ended {
        grants: grants.len(),
        sessions: sessions.len(),
    })
}

impl Act<'_> {
    /// An event of this act about a person.
    #[must_use]
    pub fn event(&self, kind: EventKind, subject: &UserId) -> Event {
        Event {
            subject: Some(subject.as_str().to_owned()),
            ..self.bare(kind)
        }
    }

    /// An event of this act about nobody yet.
    #[must_use]
    pub fn bare(&self, kind: EventKind) -> Event {
        Event {
            id: EventId::from_entropy(self.entropy.bytes()),
            at: self.now,
            kind,
            actor: self.actor.to_owned(),
            subject: None,
            client_id: None,
            target: None,
            value: None,
            request_id: self.request_id.map(ToOwned::to_owned),
            detail: Map::new(),
            expires_at: self.now.plus(LONGEST_TOKEN),
        }
    }

    fn grant_event(&self, kind: EventKind, grant: &Grant) -> Event {
        Event {
            client_id: Some(grant.client_id.clone()),
            target: Some(grant.id.as_str().to_owned()),
            ..self.event(kind, &grant.user_id)
        }
    }

    fn session_event(&self, session: &Session, detail: &Map<String, Value>) -> Event {
        Event {
            detail: detail.clone(),
            ..self.event(EventKind::SessionEnded, &session.user_id)
        }
    }
}
