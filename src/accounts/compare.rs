//! Comparing a password with that of an account: counted first, in constant time whoever it is.
//!
//! Whether a name is known, the password wrong or the account without one cannot be told from the outside: each way
//! counts, hashes and writes the same. Every way to sign in with a password goes through here.

use crate::accounts::passwords::{Password, Verdict};
use crate::audit::{self, Act};
use crate::cx::Cx;
use crate::db;
use crate::failure::Failure;
use crate::limits::sign_in::{Account, Admission, Counted, Counters};
use crate::store::{StoreError, Tx};
use std::net::IpAddr;
use std::sync::Arc;
use vouchsafe_core::model::{EventKind, PasswordHash, SessionId, UnixTime, User, UserId};
use vouchsafe_core::spec::username;

/// What came of comparing.
pub(super) enum Compared {
    /// It is the password of this person.
    Right(Box<Proof>),
    /// No such person, or not their password. That was written down.
    Wrong,
    /// Too many failures before.
    Throttled {
        /// When the next attempt will be looked at.
        until: UnixTime,
    },
    /// There is no room to check the password now.
    Busy,
}

/// A person who gave the right password.
pub(super) struct Proof {
    /// As they were when the password was compared.
    pub(super) user: User,
    /// A hash to replace the one compared with.
    pub(super) rehashed: Option<PasswordHash>,
    /// The attempt that was counted, to be given back.
    pub(super) admission: Option<Admission>,
}

/// Whose password is compared, and under what a failure counts.
#[derive(Clone, Debug)]
pub(super) enum Who {
    /// Whoever signs in under this name, in the form in which names are compared.
    Named(String),
    /// The person of a session in the administration, who is there already: strangers who try names keep nobody from
    /// proving it again.
    Present(UserId, SessionId),
}

impl Who {
    /// Whoever signs in under a name as it was typed.
    pub(super) fn named(identifier: &str) -> Self {
        Self::Named(username::key(identifier))
    }

    fn find(&self, tx: &mut Tx<'_>) -> Result<Option<User>, StoreError> {
        match self {
            Self::Named(login) => db!(tx, users::by_login(login)),
            Self::Present(id, _) => db!(tx, users::by_id(id)),
        }
    }

    fn counters(&self, key: &[u8; 32], user: Option<&User>, peer: IpAddr) -> Counters {
        match self {
            Self::Named(login) => {
                let account = user.map_or(Account::Unknown, |user| Account::Of(&user.id));
                Counters::new(key, login, account, peer)
            }
            Self::Present(_, session) => Counters::of_session(key, session, peer),
        }
    }
}

/// Compares a password with that of a person.
///
/// # Errors
/// When the store fails.
pub(super) async fn compare(cx: &Cx, who: Who, password: Password) -> Result<Compared, Failure> {
    let (user, admission) = match admit(cx, who).await? {
        Admitted::Yes(user, admission) => (user, admission),
        Admitted::No { until } => return Ok(Compared::Throttled { until }),
    };
    let hopeless = admission.as_ref().is_some_and(Admission::is_hopeless);
    let stored = user.as_ref().and_then(|user| user.password_hash.clone());
    let salt = cx.services.ports.entropy.bytes();
    cx.services
        .metrics
        .waiting("passwords", cx.services.passwords.waiting());
    let began = cx.services.ports.clock.now();
    let verdict = cx.services.passwords.verify(password, stored, salt).await;
    cx.services
        .metrics
        .password(cx.services.ports.clock.now().since(began));
    let Ok(verdict) = verdict else {
        give_back(cx, admission).await?;
        return Ok(Compared::Busy);
    };
    match (verdict, user) {
        (Verdict::Right { rehashed }, Some(user)) if !hopeless => Ok(Compared::Right(Box::new(Proof {
            user: *user,
            rehashed,
            admission,
        }))),
        (Verdict::Right { .. } | Verdict::Wrong, user) => {
            note_failure(cx, user.as_deref(), hopeless).await?;
            Ok(Compared::Wrong)
        }
    }
}

enum Admitted {
    Yes(Option<Box<User>>, Option<Admission>),
    No { until: UnixTime },
}

/// Counts the attempt and finds the person.
async fn admit(cx: &Cx, who: Who) -> Result<Admitted, Failure> {
    let services = Arc::clone(&cx.services);
    let (peer, now) = (cx.peer, cx.now);
    let limits = &cx.config().rate_limits;
    if !limits.enabled {
        let user = cx.store().read("find-login", move |tx| who.find(tx)).await?;
        return Ok(Admitted::Yes(user.map(Box::new), None));
    }
    let limits = limits.sign_in.clone();
    let admitted = cx.store().write("count-sign-in", move |tx| {
        let user = who.find(tx)?;
        let counters = who.counters(services.keys.secrets().identifier_key(), user.as_ref(), peer);
        Ok(match counters.count(tx, &limits, now)? {
            Counted::Admitted(admission) => Admitted::Yes(user.map(Box::new), Some(admission)),
            Counted::Throttled { until } => Admitted::No { until },
        })
    });
    Ok(admitted.await?)
}

/// Writes the failure down: the same for a person and for nobody, so that time does not tell them apart.
async fn note_failure(cx: &Cx, user: Option<&User>, hopeless: bool) -> Result<(), Failure> {
    let cause = if hopeless {
        "too many failures under other names of the account"
    } else {
        "the password was wrong, or the name is nobody's"
    };
    let event = Act::of(cx, "server").event(EventKind::SignInFailed);
    let mut event = audit::with("cause", cause.into(), event);
    event.subject = user.map(|user| user.id.as_str().to_owned());
    Ok(cx
        .store()
        .write("note-sign-in-failure", move |tx| db!(tx, events::append(&event)))
        .await?)
}

async fn give_back(cx: &Cx, admission: Option<Admission>) -> Result<(), Failure> {
    let Some(admission) = admission else { return Ok(()) };
    let refunded: Result<(), StoreError> = cx
        .store()
        .write("refund-sign-in", move |tx| admission.refund(tx))
        .await;
    Ok(refunded?)
}
