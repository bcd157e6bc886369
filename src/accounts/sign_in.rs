//! Sign-in with a password: counted first, compared in constant time whoever it is, then a session.
//!
//! Whether a name is known, the password wrong or the account without one cannot be told from the outside: each way
//! counts, hashes and writes the same. What is wrong with an account is told only after the right password.

mod enter;

use crate::accounts::interactions::Place;
use crate::accounts::passwords::{Password, Verdict};
use crate::audit::{self, Act};
use crate::cx::Cx;
use crate::db;
use crate::failure::Failure;
use crate::limits::sign_in::{Account, Admission, Counted, Counters};
use crate::metrics::SignInOutcome;
use crate::store::StoreError;
use enter::{Entered, Entry};
use std::sync::Arc;
use vouchsafe_core::model::{EventKind, Plain, Session, SessionCookie, Span, UnixTime, User};
use vouchsafe_core::spec::username;

/// An attempt to sign in.
pub struct Attempt {
    /// User name or e-mail address, as typed.
    pub identifier: String,
    /// The password.
    pub password: Password,
    /// Whether to stay signed in after the browser closes.
    pub remember: bool,
    /// The live session of this browser, which the new one replaces.
    pub before: Option<Session>,
    /// The interaction that it is for.
    pub place: Place,
}

/// What came of it.
pub enum Outcome {
    /// The person is signed in.
    SignedIn {
        /// For the browser.
        cookie: Plain<SessionCookie>,
        /// How long the browser keeps it; none until it closes.
        kept_for: Option<Span>,
    },
    /// No such person, or not their password.
    Refused,
    /// The password is right, but the account does not stand.
    Suspended(Box<User>),
    /// Too many failures before.
    Throttled {
        /// When the next attempt will be looked at.
        until: UnixTime,
    },
    /// There is no room to check the password now.
    Busy,
}

/// Tries to sign in.
///
/// # Errors
/// When the store fails.
pub async fn sign_in(cx: &Cx, attempt: Attempt) -> Result<Outcome, Failure> {
    let outcome = try_to(cx, attempt).await?;
    cx.services.metrics.sign_in(match &outcome {
        Outcome::SignedIn { .. } => SignInOutcome::SignedIn,
        Outcome::Refused => SignInOutcome::Refused,
        Outcome::Suspended(_) => SignInOutcome::Suspended,
        Outcome::Throttled { .. } => SignInOutcome::Throttled,
        Outcome::Busy => SignInOutcome::Busy,
    });
    Ok(outcome)
}

async fn try_to(cx: &Cx, attempt: Attempt) -> Result<Outcome, Failure> {
    let Attempt {
        identifier,
        password,
        remember,
        before,
        place,
    } = attempt;
    let (user, admission) = match admit(cx, &identifier).await? {
        Admitted::Yes(user, admission) => (user, admission),
        Admitted::No { until } => return Ok(Outcome::Throttled { until }),
    };
    let hopeless = admission.as_ref().is_some_and(Admission::is_hopeless);
    let stored = user.as_ref().and_then(|user| user.password_hash.clone());
    let salt = cx.services.ports.entropy.bytes();
    cx.services
        .metrics
        .waiting("passwords", cx.services.passwords.waiting());
    let Ok(verdict) = cx.services.passwords.verify(password, stored, salt).await else {
        give_back(cx, admission).await?;
        return Ok(Outcome::Busy);
    };
    match (verdict, user) {
        (Verdict::Right { rehashed }, Some(user)) if !hopeless => {
            // Somebody who proves again who they are was asked this when the session began.
            let kept = before
                .as_ref()
                .is_some_and(|before| before.remember && before.user_id == user.id);
            let entry = Entry {
                user: *user,
                rehashed,
                remember: remember || kept,
                before,
                place,
                admission,
            };
            enter(cx, entry).await
        }
        (Verdict::Right { .. } | Verdict::Wrong, user) => {
            note_failure(cx, user.as_deref(), hopeless).await?;
            Ok(Outcome::Refused)
        }
    }
}

enum Admitted {
    Yes(Option<Box<User>>, Option<Admission>),
    No { until: UnixTime },
}

/// Counts the attempt and finds the person.
async fn admit(cx: &Cx, identifier: &str) -> Result<Admitted, Failure> {
    let services = Arc::clone(&cx.services);
    let (login, peer, now) = (username::key(identifier), cx.peer, cx.now);
    let limits = &cx.config().rate_limits;
    if !limits.enabled {
        let user = cx
            .store()
            .read("find-login", move |tx| db!(tx, users::by_login(&login)))
            .await?;
        return Ok(Admitted::Yes(user.map(Box::new), None));
    }
    let limits = limits.sign_in.clone();
    let admitted = cx.store().write("count-sign-in", move |tx| {
        let user = db!(tx, users::by_login(&login))?;
        let account = user
            .as_ref()
            .map_or(Account::Unknown, |user| Account::Of(&user.id));
        let counters = Counters::new(services.keys.secrets().identifier_key(), &login, account, peer);
        Ok(match counters.count(tx, &limits, now)? {
            Counted::Admitted(admission) => Admitted::Yes(user.map(Box::new), Some(admission)),
            Counted::Throttled { until } => Admitted::No { until },
        })
    });
    Ok(admitted.await?)
}

async fn enter(cx: &Cx, entry: Entry) -> Result<Outcome, Failure> {
    let cookie: Plain<SessionCookie> = Plain::from_entropy(cx.services.ports.entropy.bytes());
    let kept_for = entry.remember.then_some(cx.config().sessions.remember_lifetime);
    let entering = enter::Entering::new(cx, entry, cookie.digest());
    Ok(
        match cx.store().write("sign-in", move |tx| entering.write(tx)).await? {
            Entered::Yes => Outcome::SignedIn { cookie, kept_for },
            Entered::Suspended(user) => Outcome::Suspended(user),
            Entered::No => Outcome::Refused,
        },
    )
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
