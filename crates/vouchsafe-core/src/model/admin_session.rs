//! Administrators' sessions in the administration pages.

use super::{SessionId, Span, UnixTime, UserId};

/// A session of an administrator in one browser. The cookie's digest finds it; it is not part of this value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdminSession {
    /// Its identifier.
    pub id: SessionId,
    /// Whose it is.
    pub user_id: UserId,
    /// When it began.
    pub started_at: UnixTime,
    /// When the password was last given.
    pub proven_at: UnixTime,
    /// Ends unless used before.
    pub idle_expires_at: UnixTime,
    /// Ends in any case.
    pub expires_at: UnixTime,
    /// Set when it was ended.
    pub ended_at: Option<UnixTime>,
}

impl AdminSession {
    /// Without use it ends after this.
    pub const IDLE: Span = Span::from_minutes(30);
    /// It ends after this in any case.
    pub const ABSOLUTE: Span = Span::from_hours(12);
    /// How long after the password was given keys, secrets, rights and the like may be touched.
    pub const PROOF: Span = Span::from_minutes(5);
    /// The same for what takes several pages of typing, whose first page asked within [`Self::PROOF`].
    pub const LONG_PROOF: Span = Span::from_minutes(30);

    /// A session that begins at `now`, with the password just given.
    #[must_use]
    pub fn begin(id: SessionId, user_id: UserId, now: UnixTime) -> Self {
        Self {
            id,
            user_id,
            started_at: now,
            proven_at: now,
            idle_expires_at: now.plus(Self::IDLE),
            expires_at: now.plus(Self::ABSOLUTE),
            ended_at: None,
        }
    }

    /// Whether it stands at `now`.
    #[must_use]
    pub fn is_live(&self, now: UnixTime) -> bool {
        self.ended_at.is_none() && now < self.idle_expires_at && now < self.expires_at
    }

    /// When it was last used, to within a minute; within [`Self::IDLE`] of its end in any case, not before that.
    #[must_use]
    pub fn used_at(&self) -> UnixTime {
        self.idle_expires_at.minus(Self::IDLE).max(self.started_at)
    }

    /// Whether the password was given recently enough for what asks for it.
    #[must_use]
    pub fn is_proven(&self, now: UnixTime) -> bool {
        now < self.proven_at.plus(Self::PROOF)
    }

    /// Whether the password was given recently enough for the last of several pages of typing.
    #[must_use]
    pub fn is_proven_for_long(&self, now: UnixTime) -> bool {
        now < self.proven_at.plus(Self::LONG_PROOF)
    }

    /// The new idle end of a session in use, when moving it is worth a write: at most once a minute.
    #[must_use]
    pub fn slid(&self, now: UnixTime) -> Option<UnixTime> {
        let end = now.plus(Self::IDLE).min(self.expires_at);
        (end.since(self.idle_expires_at) >= Span::from_minutes(1)).then_some(end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> UnixTime {
        UnixTime::from_seconds(minutes * 60)
    }

    fn session() -> AdminSession {
        AdminSession::begin(SessionId::new("s"), UserId::new("u"), at(0))
    }

    #[test]
    fn it_ends_after_half_an_hour_without_use_and_after_half_a_day_with_it() {
        let mut session = session();
        assert!(session.is_live(at(29)) && !session.is_live(at(30)));
        for minutes in (20..=720).step_by(20) {
            if let Some(end) = session.slid(at(minutes)) {
                session.idle_expires_at = end;
            }
        }
        assert_eq!(session.idle_expires_at, at(720));
        assert!(session.is_live(at(719)) && !session.is_live(at(720)));
        session.ended_at = Some(at(1));
        assert!(!session.is_live(at(2)));
    }

    #[test]
    fn using_it_writes_at_most_once_a_minute() {
        assert_eq!(session().slid(at(0)), None);
        assert_eq!(session().slid(at(1)), Some(at(31)));
        let used = AdminSession {
            idle_expires_at: at(31),
            ..session()
        };
        assert_eq!((session().used_at(), used.used_at()), (at(0), at(1)));
    }

    #[test]
    fn a_password_counts_for_five_minutes() {
        assert!(session().is_proven(at(4)) && !session().is_proven(at(5)));
        assert!(session().is_proven_for_long(at(29)) && !session().is_proven_for_long(at(30)));
    }
}
