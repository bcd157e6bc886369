//! Administrators' sessions: signing in to the administration, proving it again, and ending.
//!
//! They are apart from the sessions that applications share: what an application's sign-in leaves in a browser never
//! administers anything.

use crate::accounts::compare::{Compared, Proof, Who, compare};
use crate::accounts::passwords::Password;
use crate::accounts::profile::username_of;
use crate::audit::{self, Act};
use crate::cx::Cx;
use crate::db;
use crate::failure::Failure;
use crate::metrics::SignInOutcome;
use crate::store::listing::{AdminSessionsWanted, Page};
use crate::store::{Spent, StoreError, Tx};
use serde_json::json;
use vouchsafe_core::model::{
    AdminCookie, AdminSession, Digest, EndReason, Event, EventKind, Plain, SessionId, Standing, UnixTime,
    User, UserId,
};

/// What came of an attempt to sign in, or to prove it again.
pub enum Outcome {
    /// The administrator is in.
    SignedIn {
        /// For the browser.
        cookie: Plain<AdminCookie>,
    },
    /// The password is right, but the person is no administrator.
    NotAdministrator,
    /// The password is right, but the account does not stand.
    Suspended,
    /// No such person, or not their password.
    Refused,
    /// Too many failures before.
    Throttled {
        /// When the next attempt will be looked at.
        until: UnixTime,
    },
    /// There is no room to check the password now.
    Busy,
}

/// A browser's live session with its administrator.
#[derive(Clone, Debug)]
pub struct Present {
    /// The session.
    pub session: AdminSession,
    /// Whose it is: an administrator in good standing.
    pub user: User,
}

/// Whose browser this is.
#[derive(Clone, Debug)]
pub enum Found {
    /// An administrator's.
    Administrator(Box<Present>),
    /// Somebody's with a session, who is no administrator any more, or whose account does not stand.
    Other,
    /// Nobody's: no session, or one that is over.
    Nobody,
}

/// Signs an administrator in, counted and compared like any other sign-in. The session of the cookie that the browser
/// had until now ends.
///
/// # Errors
/// When the store fails.
pub async fn sign_in(
    cx: &Cx,
    (identifier, password): (&str, Password),
    before: Option<Digest<AdminCookie>>,
) -> Result<Outcome, Failure> {
    let outcome = match compare(cx, Who::named(identifier), password).await? {
        Compared::Right(proof) => enter(cx, *proof, before).await?,
        Compared::Wrong => Outcome::Refused,
        Compared::Throttled { until } => Outcome::Throttled { until },
        Compared::Busy => Outcome::Busy,
    };
    cx.services.metrics.sign_in(match &outcome {
        Outcome::SignedIn { .. } => SignInOutcome::SignedIn,
        Outcome::Refused => SignInOutcome::Refused,
        Outcome::NotAdministrator | Outcome::Suspended => SignInOutcome::Suspended,
        Outcome::Throttled { .. } => SignInOutcome::Throttled,
        Outcome::Busy => SignInOutcome::Busy,
    });
    Ok(outcome)
}

/// Lets the administrator of a session prove again who they are. The session goes on under another cookie.
///
/// # Errors
/// When the store fails.
pub async fn prove(cx: &Cx, present: &Present, password: Password) -> Result<Outcome, Failure> {
    let who = Who::Present(present.user.id.clone(), present.session.id.clone());
    let proof = match compare(cx, who, password).await? {
        Compared::Right(proof) => *proof,
        Compared::Wrong => return Ok(Outcome::Refused),
        Compared::Throttled { until } => return Ok(Outcome::Throttled { until }),
        Compared::Busy => return Ok(Outcome::Busy),
    };
    let cookie: Plain<AdminCookie> = Plain::from_entropy(cx.services.ports.entropy.bytes());
    let session = AdminSession {
        proven_at: cx.now,
        idle_expires_at: cx.now.plus(AdminSession::IDLE).min(present.session.expires_at),
        ..present.session.clone()
    };
    let act = Act::of(cx, present.user.id.as_str());
    let digest = cookie.digest();
    let proven = cx.store().write("prove-admin", move |tx| {
        match admissible(tx, &act, &proof)? {
            Admissible::Yes(_) => {}
            Admissible::No(why) => return Ok(why),
        }
        if !db!(tx, admin_sessions::prove(&session, &digest))? {
            return Ok(Entered::Refused);
        }
        db!(
            tx,
            events::append(&act.about(EventKind::AdminConfirmed, &session.user_id))
        )?;
        Ok(Entered::Yes)
    });
    Ok(proven.await?.with(cookie))
}

/// The session of this cookie, and whether its person may administer. Using it moves its end.
///
/// # Errors
/// When the store fails.
pub async fn find(cx: &Cx, cookie: &Digest<AdminCookie>) -> Result<Found, Failure> {
    let (now, cookie) = (cx.now, cookie.clone());
    let found = cx.store().read("admin-session", move |tx| {
        let Some(session) = db!(tx, admin_sessions::by_digest(&cookie))?.filter(|s| s.is_live(now)) else {
            return Ok(None);
        };
        let user = db!(tx, users::by_id(&session.user_id))?;
        Ok(user.map(|user| Present { session, user }))
    });
    let Some(mut present) = found.await? else {
        return Ok(Found::Nobody);
    };
    if !present.user.is_admin || present.user.standing(now) != Standing::Good {
        return Ok(Found::Other);
    }
    if let Some(end) = present.session.slid(now) {
        let id = present.session.id.clone();
        let goes_on = cx.store().write("use-admin-session", move |tx| {
            db!(tx, admin_sessions::touch(&id, end))
        });
        if !goes_on.await? {
            return Ok(Found::Nobody);
        }
        present.session.idle_expires_at = end;
    }
    Ok(Found::Administrator(Box::new(present)))
}

/// A page of the sessions that stand, each with the name of its person.
///
/// # Errors
/// When the store fails.
pub fn named_page(
    tx: &mut Tx<'_>,
    wanted: &AdminSessionsWanted,
) -> Result<Page<(AdminSession, String)>, StoreError> {
    db!(tx, admin_sessions::page(wanted))?.try_map(|session| {
        let username = username_of(tx, &session.user_id)?;
        Ok((session, username))
    })
}

/// Ends a session, and tells of it once; `false` when it has ended before.
///
/// # Errors
/// When the store fails.
pub fn end(tx: &mut Tx<'_>, act: &Act, id: &SessionId, reason: EndReason) -> Result<bool, StoreError> {
    match db!(tx, admin_sessions::end(id, act.now))? {
        Spent::Now(session) => {
            db!(tx, events::append(&ended(act, &session, reason)))?;
            Ok(true)
        }
        Spent::Before(_) | Spent::Unknown => Ok(false),
    }
}

/// Ends all sessions of a person, and tells of each: part of the act that ends all else that the person holds.
///
/// # Errors
/// When the store fails.
pub(super) fn end_of_user(
    tx: &mut Tx<'_>,
    act: &Act,
    id: &UserId,
    reason: EndReason,
) -> Result<(), StoreError> {
    let sessions = db!(tx, admin_sessions::end_of_user(id, act.now))?;
    db!(tx, events::append_all(&all_ended(act, &sessions, reason)))
}

/// Ends the sessions of all administrators but one, and tells of each. Returns how many.
///
/// # Errors
/// When the store fails.
pub fn end_all_but(
    tx: &mut Tx<'_>,
    act: &Act,
    kept: Option<&SessionId>,
    reason: EndReason,
) -> Result<usize, StoreError> {
    let sessions = db!(tx, admin_sessions::end_all_but(kept, act.now))?;
    db!(tx, events::append_all(&all_ended(act, &sessions, reason)))?;
    Ok(sessions.len())
}

/// Begins a session of a person who has just proven who they are, in the transaction of that.
///
/// # Errors
/// When the store fails.
pub(super) fn begin(
    tx: &mut Tx<'_>,
    act: &Act,
    user: &UserId,
    (id, cookie): (&SessionId, &Digest<AdminCookie>),
) -> Result<(), StoreError> {
    let session = AdminSession::begin(id.clone(), user.clone(), act.now);
    db!(tx, admin_sessions::add(&session, cookie))?;
    db!(tx, events::append(&act.about(EventKind::AdminSignedIn, user)))
}

/// Ends the session that a browser had until now: its cookie is replaced, so that nobody could sign out of it any more.
/// Told in the name of the person whose session it was.
///
/// # Errors
/// When the store fails.
pub(super) fn end_before(
    tx: &mut Tx<'_>,
    act: &Act,
    cookie: Option<&Digest<AdminCookie>>,
) -> Result<(), StoreError> {
    let Some(cookie) = cookie else { return Ok(()) };
    let before = db!(tx, admin_sessions::by_digest(cookie))?;
    match before.filter(|session| session.is_live(act.now)) {
        Some(session) => {
            let act = act.by(session.user_id.as_str());
            end(tx, &act, &session.id, EndReason::SessionEnded).map(drop)
        }
        None => Ok(()),
    }
}

async fn enter(cx: &Cx, proof: Proof, before: Option<Digest<AdminCookie>>) -> Result<Outcome, Failure> {
    let cookie: Plain<AdminCookie> = Plain::from_entropy(cx.services.ports.entropy.bytes());
    let id = SessionId::from_entropy(cx.services.ports.entropy.bytes());
    let act = Act::of(cx, proof.user.id.as_str());
    let digest = cookie.digest();
    let entered = cx.store().write("admin-sign-in", move |tx| {
        let user = match admissible(tx, &act, &proof)? {
            Admissible::Yes(user) => user,
            Admissible::No(why) => return Ok(why),
        };
        end_before(tx, &act, before.as_ref())?;
        begin(tx, &act, &user.id, (&id, &digest))?;
        Ok(Entered::Yes)
    });
    Ok(entered.await?.with(cookie))
}

enum Entered {
    Yes,
    NotAdministrator,
    Suspended,
    Refused,
}

impl Entered {
    fn with(self, cookie: Plain<AdminCookie>) -> Outcome {
        match self {
            Self::Yes => Outcome::SignedIn { cookie },
            Self::NotAdministrator => Outcome::NotAdministrator,
            Self::Suspended => Outcome::Suspended,
            Self::Refused => Outcome::Refused,
        }
    }
}

enum Admissible {
    Yes(Box<User>),
    No(Entered),
}

/// Looks at the person again, whose row then stays as it is: a change of password, standing or rights that came first
/// is seen, and one that comes later finds the session and ends it.
fn admissible(tx: &mut Tx<'_>, act: &Act, proof: &Proof) -> Result<Admissible, StoreError> {
    let user = &proof.user;
    let current = db!(tx, users::lock_shared(&user.id))?;
    let Some(current) = current.filter(|current| current.password_hash == user.password_hash) else {
        let told = refusal(
            act,
            EventKind::SignInFailed,
            user,
            "the password was changed meanwhile",
        );
        db!(tx, events::append(&told))?;
        return Ok(Admissible::No(Entered::Refused));
    };
    if let Some(admission) = &proof.admission {
        admission.refund(tx)?;
    }
    if current.standing(act.now) != Standing::Good {
        let told = refusal(act, EventKind::SignInFailed, user, "the account is suspended");
        db!(tx, events::append(&told))?;
        return Ok(Admissible::No(Entered::Suspended));
    }
    if !current.is_admin {
        let told = refusal(
            act,
            EventKind::AdminRefused,
            user,
            "the person is no administrator",
        );
        db!(tx, events::append(&told))?;
        return Ok(Admissible::No(Entered::NotAdministrator));
    }
    if let (Some(old), Some(new)) = (&user.password_hash, &proof.rehashed) {
        db!(tx, users::upgrade_password_hash(&user.id, old, new))?;
    }
    Ok(Admissible::Yes(Box::new(current)))
}

fn refusal(act: &Act, kind: EventKind, user: &User, cause: &str) -> Event {
    audit::with("cause", cause.into(), act.by("server").about(kind, &user.id))
}

fn ended(act: &Act, session: &AdminSession, reason: EndReason) -> Event {
    let event = act.about(EventKind::AdminSessionEnded, &session.user_id);
    audit::with("reason", json!(reason), event)
}

fn all_ended(act: &Act, sessions: &[AdminSession], reason: EndReason) -> Vec<Event> {
    let each = sessions.iter();
    each.map(|session| ended(act, session, reason)).collect()
}
