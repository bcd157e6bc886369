//! Sign-in sessions: how long they live and how a browser's session is found.

use crate::accounts::profile::username_of;
use crate::config::Sessions as Lifetimes;
use crate::db;
use crate::store::listing::{Page, SessionsWanted};
use crate::store::{StoreError, Tx};
use vouchsafe_core::model::{Digest, Session, SessionCookie, Span, UnixTime, User};

/// The part of the idle lifetime that must have passed before using a session is worth a write.
const IDLE_PARTS: i64 = 20;

/// A browser's live session with its person.
#[derive(Clone, Debug, PartialEq)]
pub struct SignedIn {
    /// The session.
    pub session: Session,
    /// Whose it is.
    pub user: User,
}

/// When a session ends that begins, or is proven again, at `now`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ends {
    /// Unless used before.
    pub idle: UnixTime,
    /// In any case.
    pub absolute: UnixTime,
}

impl Ends {
    /// The ends of a new session.
    #[must_use]
    pub fn from(lifetimes: &Lifetimes, remember: bool, now: UnixTime) -> Self {
        let absolute = if remember {
            lifetimes.remember_lifetime
        } else {
            lifetimes.absolute_lifetime
        };
        let absolute = now.plus(absolute);
        Self {
            idle: now.plus(idle_lifetime(lifetimes, remember)).min(absolute),
            absolute,
        }
    }
}

/// The session of this cookie, if it is live at `now`.
///
/// # Errors
/// When the store fails.
pub fn find(
    tx: &mut Tx<'_>,
    cookie: &Digest<SessionCookie>,
    now: UnixTime,
) -> Result<Option<SignedIn>, StoreError> {
    let found = db!(tx, sessions::by_digest(cookie))?;
    Ok(found
        .filter(|(session, _)| session.is_live(now))
        .map(|(session, user)| SignedIn { session, user }))
}

/// The new idle end of a session that is being used, when moving it is worth a write: not more often than a
/// twentieth of the idle lifetime.
#[must_use]
pub fn slid(session: &Session, lifetimes: &Lifetimes, now: UnixTime) -> Option<UnixTime> {
    let lifetime = idle_lifetime(lifetimes, session.remember);
    let end = now.plus(lifetime).min(session.expires_at);
    let gained = end.since(session.idle_expires_at);
    (gained > Span::from_millis(lifetime.millis() / IDLE_PARTS)).then_some(end)
}

fn idle_lifetime(lifetimes: &Lifetimes, remember: bool) -> Span {
    if remember {
        lifetimes.remember_lifetime
    } else {
        lifetimes.idle_lifetime
    }
}

/// A page of the sessions that stand, each with the name of its person.
///
/// # Errors
/// When the store fails.
pub fn named_page(tx: &mut Tx<'_>, wanted: &SessionsWanted) -> Result<Page<(Session, String)>, StoreError> {
    db!(tx, sessions::page(wanted))?.try_map(|session| {
        let username = username_of(tx, &session.user_id)?;
        Ok((session, username))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use vouchsafe_core::model::{SessionId, UserId};

    const LIFETIMES: Lifetimes = Lifetimes {
        idle_lifetime: Span::from_hours(8),
        absolute_lifetime: Span::from_hours(24),
        remember_lifetime: Span::from_days(30),
    };

    fn at(minutes: i64) -> UnixTime {
        UnixTime::from_seconds(minutes * 60)
    }

    fn session(remember: bool) -> Session {
        let ends = Ends::from(&LIFETIMES, remember, at(0));
        Session {
            id: SessionId::new("s"),
            user_id: UserId::new("u"),
            auth_time: at(0),
            acr: String::new(),
            amr: Vec::new(),
            idle_expires_at: ends.idle,
            expires_at: ends.absolute,
            remember,
            ended_at: None,
        }
    }

    #[test]
    fn using_a_session_moves_its_end_now_and_then_and_never_past_its_last() {
        let session = session(false);
        assert_eq!(session.idle_expires_at, at(8 * 60));
        assert_eq!(slid(&session, &LIFETIMES, at(24)), None);
        assert_eq!(slid(&session, &LIFETIMES, at(25)), Some(at(8 * 60 + 25)));
        let late = Session {
            idle_expires_at: at(23 * 60),
            ..session.clone()
        };
        assert_eq!(slid(&late, &LIFETIMES, at(22 * 60)), Some(session.expires_at));
        let last = Session {
            idle_expires_at: session.expires_at,
            ..session
        };
        assert_eq!(slid(&last, &LIFETIMES, at(23 * 60)), None);
    }

    #[test]
    fn a_remembered_session_does_not_end_overnight() {
        let session = session(true);
        assert!(session.is_live(at(29 * 24 * 60)));
        assert!(!session.is_live(at(30 * 24 * 60)));
        assert_eq!(slid(&session, &LIFETIMES, at(20 * 24 * 60)), None);
    }
}
