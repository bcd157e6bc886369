//! Sign-in with a password: compared first, then a session. What is wrong with an account is told only after the
//! right password.

mod enter;

use crate::accounts::compare::{Compared, Who, compare};
use crate::accounts::interactions::Place;
use crate::accounts::passwords::Password;
use crate::cx::Cx;
use crate::failure::Failure;
use crate::metrics::SignInOutcome;
use enter::{Entered, Entry};
use vouchsafe_core::model::{Plain, Session, SessionCookie, Span, UnixTime, User};

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
    let proof = match compare(cx, Who::named(&identifier), password).await? {
        Compared::Right(proof) => *proof,
        Compared::Wrong => return Ok(Outcome::Refused),
        Compared::Throttled { until } => return Ok(Outcome::Throttled { until }),
        Compared::Busy => return Ok(Outcome::Busy),
    };
    // Somebody who proves again who they are was asked this when the session began.
    let kept = before
        .as_ref()
        .is_some_and(|before| before.remember && before.user_id == proof.user.id);
    let entry = Entry {
        user: proof.user,
        rehashed: proof.rehashed,
        remember: remember || kept,
        before,
        place,
        admission: proof.admission,
    };
    enter(cx, entry).await
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
