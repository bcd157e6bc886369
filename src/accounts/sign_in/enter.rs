//! What happens after the right password, in one transaction.
//!
//! Every sign-in gives the browser a new cookie, and the old one is dead at once. The same person goes on in the
//! same session, proven anew; for another person the old session ends and with it all that lives in it.

use crate::accounts::interactions::Place;
use crate::accounts::sessions::Ends;
use crate::audit::{self, Act};
use crate::cx::Cx;
use crate::db;
use crate::limits::sign_in::Admission;
use crate::store::{Reauthentication, StoreError, Tx};
use vouchsafe_core::model::{
    Digest, EventKind, PasswordHash, PersonSignedIn, Session, SessionCookie, SessionId, Standing, User,
};
use vouchsafe_core::spec::acr;

/// A person who gave the right password.
pub(super) struct Entry {
    /// As they were when the password was compared.
    pub(super) user: User,
    /// A hash to replace the one compared with.
    pub(super) rehashed: Option<PasswordHash>,
    pub(super) remember: bool,
    pub(super) before: Option<Session>,
    pub(super) place: Place,
    pub(super) admission: Option<Admission>,
}

pub(super) enum Entered {
    Yes,
    Suspended(Box<User>),
    /// The password was changed in the meantime.
    No,
}

/// The transaction, with all that it needs.
pub(super) struct Entering {
    entry: Entry,
    cookie: Digest<SessionCookie>,
    session: SessionId,
    ends: Ends,
    act: Act,
}

impl Entering {
    pub(super) fn new(cx: &Cx, entry: Entry, cookie: Digest<SessionCookie>) -> Self {
        Self {
            cookie,
            session: SessionId::from_entropy(cx.services.ports.entropy.bytes()),
            ends: Ends::from(&cx.config().sessions, entry.remember, cx.now),
            act: Act::of(cx, entry.user.id.as_str()),
            entry,
        }
    }

    pub(super) fn write(&self, tx: &mut Tx<'_>) -> Result<Entered, StoreError> {
        let Entry {
            user,
            rehashed,
            place,
            admission,
            ..
        } = &self.entry;
        let now = self.act.now;
        let current = db!(tx, users::lock_shared(&user.id))?;
        let Some(current) = current.filter(|current| current.password_hash == user.password_hash) else {
            db!(
                tx,
                events::append(&self.refused("the password was changed meanwhile"))
            )?;
            return Ok(Entered::No);
        };
        if let Some(admission) = admission {
            admission.refund(tx)?;
        }
        match current.standing(now) {
            Standing::Good => {}
            Standing::Disabled | Standing::Banned { .. } => {
                db!(tx, events::append(&self.refused("the account is suspended")))?;
                return Ok(Entered::Suspended(Box::new(current)));
            }
        }
        if let (Some(old), Some(new)) = (&user.password_hash, rehashed) {
            db!(tx, users::upgrade_password_hash(&user.id, old, new))?;
        }
        let session = self.take_session(tx)?;
        db!(tx, interactions::set_signed_in(&place.interaction, &session))?;
        let signed_in = self.act.about(EventKind::SignedIn, &user.id);
        db!(tx, events::append(&signed_in))?;
        Ok(Entered::Yes)
    }

    /// The session that this sign-in is for: the browser's own if it is the same person's, else a new one.
    fn take_session(&self, tx: &mut Tx<'_>) -> Result<SessionId, StoreError> {
        if let Some(before) = &self.entry.before {
            if before.user_id == self.entry.user.id {
                if let Some(session) = db!(
                    tx,
                    sessions::reauthenticate(&before.id, &self.cookie, &self.renewed())
                )? {
                    return Ok(session.id);
                }
            } else {
                // By whoever sits at this browser now; told in the name of the person whose session it was.
                let act = self.act.by(before.user_id.as_str());
                audit::end_session(tx, &act, &before.id)?;
            }
        }
        db!(tx, sessions::add(&self.new_session(), &self.cookie))?;
        Ok(self.session.clone())
    }

    fn new_session(&self) -> Session {
        let PersonSignedIn { auth_time, acr, amr } = self.facts();
        Session {
            id: self.session.clone(),
            user_id: self.entry.user.id.clone(),
            auth_time,
            acr,
            amr,
            idle_expires_at: self.ends.idle,
            expires_at: self.ends.absolute,
            remember: self.entry.remember,
            ended_at: None,
        }
    }

    fn renewed(&self) -> Reauthentication {
        Reauthentication {
            signed_in: self.facts(),
            idle_expires_at: self.ends.idle,
            expires_at: self.ends.absolute,
            remember: self.entry.remember,
        }
    }

    fn facts(&self) -> PersonSignedIn {
        PersonSignedIn {
            auth_time: self.act.now,
            acr: acr::PASSWORD.to_owned(),
            amr: vec![acr::AMR_PASSWORD.to_owned()],
        }
    }

    fn refused(&self, cause: &str) -> vouchsafe_core::model::Event {
        let act = self.act.by("server");
        let event = act.about(EventKind::SignInFailed, &self.entry.user.id);
        audit::with("cause", cause.into(), event)
    }
}
