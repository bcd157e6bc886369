//! Invitations: links by which people set the first password of their accounts, once, within seven days.
//!
//! A link is for an account that has no password, so that whoever has it takes over nothing that somebody uses already.
//! Its code is 256 random bits, stored as a digest, and each person has one at most: a new one ends the older. A password
//! from elsewhere, a ban and disabling end it too, and nothing brings it back. Whether a code was ever one of ours cannot
//! be told from the outside: one that is unknown, used, ended or too old is answered alike.

use crate::accounts::administration::{self, Changed};
use crate::accounts::chosen_password::{self, NotTaken};
use crate::accounts::passwords::Password;
use crate::audit::{Act, with};
use crate::cx::Cx;
use crate::db;
use crate::failure::Failure;
use crate::limits::{self, Attempted};
use crate::store::{StoreError, Tx};
use serde_json::json;
use std::sync::Arc;
use vouchsafe_core::decide::password_policy::PasswordProblem;
use vouchsafe_core::model::{
    Digest, EventKind, InvitationCode, PasswordHash, Plain, Span, Standing, UnixTime, User, UserId,
};

/// How long a link can be used.
pub const LIFETIME: Span = Span::from_days(7);

/// A link that was made just now. What it opens is in it this once, so that it has no `Debug`.
pub struct Invitation {
    code: Plain<InvitationCode>,
    /// When it stops to work.
    pub expires_at: UnixTime,
}

/// What became of inviting somebody.
pub enum Invited {
    /// There is a link.
    Done(Box<User>, Invitation),
    /// There may be none.
    Refused(NotInvited),
    /// There is no such person.
    Unknown,
}

/// Why somebody cannot be invited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotInvited {
    /// They have a password: a link would let whoever has it take their place.
    HasPassword,
    /// They are banned, or their account is disabled.
    Suspended,
}

/// What became of the password that somebody who was invited chose.
pub enum Outcome {
    /// It is set.
    Done,
    /// The code opens nothing.
    Refused,
    /// Too many codes from this network address opened nothing.
    Throttled {
        /// When the next one will be looked at.
        until: UnixTime,
    },
    /// The password may not be chosen; the link goes on working.
    Password(Box<User>, PasswordProblem),
    /// There is no room to hash the password now; the link goes on working.
    Busy(Box<User>),
}

impl Invitation {
    /// The address of the page with the code: in the fragment, which browsers send to nobody.
    #[must_use]
    pub fn link(&self, issuer: &str) -> String {
        format!("{issuer}/invitation#{}", self.code.expose())
    }
}

impl NotInvited {
    /// The reason as a sentence.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::HasPassword => "who has a password is not invited: set another one instead",
            Self::Suspended => "who is banned or disabled is not invited: lift that first",
        }
    }
}

impl std::fmt::Display for NotInvited {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.sentence())
    }
}

/// Adds a person without a password, and makes the link by which they set it. Returns them as they are then.
///
/// # Errors
/// [`StoreError::Conflict`] when the name or address is taken; other failures of the store.
pub fn create(tx: &mut Tx<'_>, act: &Act, user: &User) -> Result<(User, Invitation), StoreError> {
    administration::create(tx, act, user)?;
    make(tx, act, user.clone())
}

/// Makes a link for a person without a password; one that they had ends.
///
/// # Errors
/// When the store fails.
pub fn invite(tx: &mut Tx<'_>, act: &Act, id: &UserId) -> Result<Invited, StoreError> {
    let Some(user) = db!(tx, users::lock(id))? else {
        return Ok(Invited::Unknown);
    };
    if let Err(why) = may_be_invited(&user, act.now) {
        return Ok(Invited::Refused(why));
    }
    let (user, invitation) = make(tx, act, user)?;
    Ok(Invited::Done(Box::new(user), invitation))
}

/// Whether a link may be made for this person at `now`.
///
/// # Errors
/// [`NotInvited`].
pub fn may_be_invited(user: &User, now: UnixTime) -> Result<(), NotInvited> {
    if user.password_hash.is_some() {
        return Err(NotInvited::HasPassword);
    }
    match user.standing(now) {
        Standing::Good => Ok(()),
        Standing::Disabled | Standing::Banned { .. } => Err(NotInvited::Suspended),
    }
}

/// Ends a person's link, if they have one. `None` when there is no such person.
///
/// # Errors
/// When the store fails.
pub fn end(tx: &mut Tx<'_>, act: &Act, id: &UserId) -> Result<Option<Changed>, StoreError> {
    let Some(mut user) = db!(tx, users::lock(id))? else {
        return Ok(None);
    };
    end_of(tx, act, &mut user)?;
    Ok(Some(user.into()))
}

/// Ends the link of a person whom the caller has locked, if they have one.
pub(super) fn end_of(tx: &mut Tx<'_>, act: &Act, user: &mut User) -> Result<(), StoreError> {
    let Some(until) = user.invited_until.take() else {
        return Ok(());
    };
    db!(tx, invitations::end(&user.id))?;
    // One that is over already had ended by itself.
    if until > act.now {
        db!(
            tx,
            events::append(&act.about(EventKind::InvitationEnded, &user.id))
        )?;
    }
    Ok(())
}

fn make(tx: &mut Tx<'_>, act: &Act, mut user: User) -> Result<(User, Invitation), StoreError> {
    let invitation = Invitation {
        code: Plain::from_entropy(act.entropy.bytes()),
        expires_at: act.now.plus(LIFETIME),
    };
    let (digest, until) = (invitation.code.digest(), invitation.expires_at);
    db!(tx, invitations::set(&user.id, &digest, until))?;
    user.invited_until = Some(until);
    let invited = act.about(EventKind::UserInvited, &user.id);
    let invited = with("invited_until", json!(until.seconds()), invited);
    db!(tx, events::append(&invited))?;
    Ok((user, invitation))
}

/// Who is invited by this code; none when it is not one of ours. Looking uses nothing up.
///
/// # Errors
/// When the store fails.
pub async fn open(cx: &Cx, code: Option<Digest<InvitationCode>>) -> Result<Attempted<Box<User>>, Failure> {
    let (services, now, peer) = (Arc::clone(&cx.services), cx.now, cx.peer);
    let opened = cx.store().write("open-invitation", move |tx| {
        let look = |tx: &mut Tx<'_>| match &code {
            Some(code) => Ok(holder(tx, code, now)?.map(Box::new)),
            None => Ok(None),
        };
        let rates = &services.config.rate_limits;
        if !rates.enabled {
            return Ok(look(tx)?.map_or(Attempted::Wrong, Attempted::Right));
        }
        let key = services.keys.secrets().identifier_key();
        let counter = limits::invitations::at(key, peer, rates.sign_in.per_address);
        counter.attempt(tx, now, look)
    });
    Ok(opened.await?)
}

fn holder(tx: &mut Tx<'_>, code: &Digest<InvitationCode>, now: UnixTime) -> Result<Option<User>, StoreError> {
    let Some(id) = db!(tx, invitations::holder(code, now))? else {
        return Ok(None);
    };
    let user = db!(tx, users::by_id(&id))?;
    Ok(user.filter(|user| may_be_invited(user, now).is_ok()))
}

/// Sets the password that somebody who was invited chose; it is none when it is longer than the server takes. Without a
/// good code nothing is said of it.
///
/// # Errors
/// When the store fails.
pub async fn accept(
    cx: &Cx,
    code: Option<Digest<InvitationCode>>,
    password: Option<Password>,
) -> Result<Outcome, Failure> {
    let user = match open(cx, code.clone()).await? {
        Attempted::Right(user) => user,
        Attempted::Wrong => return Ok(Outcome::Refused),
        Attempted::Throttled { until } => return Ok(Outcome::Throttled { until }),
    };
    let Some(code) = code else {
        return Ok(Outcome::Refused);
    };
    let hash = match chosen_password::hashed(cx, password, (&user.username, &user.email)).await {
        Ok(hash) => hash,
        Err(NotTaken::Problem(problem)) => return Ok(Outcome::Password(user, problem)),
        Err(NotTaken::Busy) => return Ok(Outcome::Busy(user)),
    };
    let (act, id) = (Act::of(cx, user.id.as_str()), user.id);
    let accepted = cx.store().write("accept-invitation", move |tx| {
        spend(tx, &act, &id, (&code, &hash))
    });
    Ok(if accepted.await? {
        Outcome::Done
    } else {
        Outcome::Refused
    })
}

/// Uses the link up. Between the look at it and this, somebody else may have.
fn spend(
    tx: &mut Tx<'_>,
    act: &Act,
    id: &UserId,
    (code, hash): (&Digest<InvitationCode>, &PasswordHash),
) -> Result<bool, StoreError> {
    let found = db!(tx, users::lock(id))?;
    let stands = found.is_some_and(|user| may_be_invited(&user, act.now).is_ok());
    if !stands || !db!(tx, invitations::accept(id, (code, hash), act.now))? {
        return Ok(false);
    }
    let told = [EventKind::InvitationAccepted, EventKind::PasswordChanged].map(|kind| act.about(kind, id));
    db!(tx, events::append_all(&told))?;
    Ok(true)
}
