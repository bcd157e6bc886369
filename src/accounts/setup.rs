//! How somebody becomes an administrator: by a link that is used once, within half an hour.
//!
//! There is no default password and no page that gives the server to whoever finds it first. A link's code is 256 random
//! bits, stored as a digest. The first administrator is one: of links and of nodes that race, one wins, because all lock
//! the same row before they look whether there is an administrator.

use crate::accounts::admin_sessions;
use crate::accounts::administration;
use crate::accounts::chosen_password::{self, NotTaken};
use crate::accounts::passwords::Password;
use crate::accounts::profile::{NewPerson, PersonProblem};
use crate::audit::{Act, with};
use crate::cx::Cx;
use crate::db;
use crate::failure::{Broken, Failure};
use crate::store::{StoreError, Tx, Unique};
use serde_json::json;
use vouchsafe_core::decide::password_policy::PasswordProblem;
use vouchsafe_core::model::{
    AdminCookie, Digest, EventKind, Plain, SessionId, SetupCode, Span, UnixTime, User,
};

/// How long a link can be used.
pub const LIFETIME: Span = Span::from_minutes(30);
/// Links that can wait to be used; beyond that the oldest go.
const MOST: i64 = 16;

/// What somebody who wants to become an administrator filled in.
pub struct Application {
    /// The code of the link; none when it is not one of ours.
    pub code: Option<Plain<SetupCode>>,
    /// The account.
    pub person: NewPerson,
    /// The password; none when it is longer than the server takes.
    pub password: Option<Password>,
    /// The cookie of the session that the browser has until then, which ends.
    pub before: Option<Digest<AdminCookie>>,
}

/// What came of it.
pub enum Outcome {
    /// There is a new administrator, signed in.
    Done {
        /// For the browser.
        cookie: Plain<AdminCookie>,
    },
    /// The code is none, or was used, or is too old.
    CodeRefused,
    /// Something is wrong with the account, or the password may not be chosen.
    Refused(Vec<PersonProblem>, Option<PasswordProblem>),
    /// Somebody has this user name.
    UsernameTaken,
    /// Somebody has this e-mail address.
    EmailTaken,
    /// There is no room to hash the password now.
    Busy,
}

/// Makes a link for a further administrator; for the first one when there is none. Returns when it stops to work.
///
/// # Errors
/// When the store fails.
pub fn invite(tx: &mut Tx<'_>, act: &Act, code: &Digest<SetupCode>) -> Result<UnixTime, StoreError> {
    let for_first = !db!(tx, administrators::exist())?;
    add(tx, act, code, for_first)
}

/// Makes a link for the first administrator. `None` when there is an administrator.
///
/// # Errors
/// When the store fails.
pub fn invite_first(
    tx: &mut Tx<'_>,
    act: &Act,
    code: &Digest<SetupCode>,
) -> Result<Option<UnixTime>, StoreError> {
    if db!(tx, administrators::exist())? {
        return Ok(None);
    }
    add(tx, act, code, true).map(Some)
}

/// The address of the page with a code: in the fragment, which browsers send to nobody.
#[must_use]
pub fn link(origin: &str, code: &Plain<SetupCode>) -> String {
    format!("{origin}/setup#{}", code.expose())
}

/// Whether anybody may become an administrator now: there is none, or a link waits to be used.
///
/// # Errors
/// When the store fails.
pub async fn is_open(cx: &Cx) -> Result<bool, Failure> {
    let now = cx.now;
    let open = cx.store().read("setup-open", move |tx| {
        Ok(!db!(tx, administrators::exist())? || db!(tx, administrators::has_invitation(now))?)
    });
    Ok(open.await?)
}

/// Makes the person an administrator. Without a good code nothing of what was filled in is looked at.
///
/// # Errors
/// When the store fails.
pub async fn become_administrator(cx: &Cx, application: Application) -> Result<Outcome, Failure> {
    let Some(code) = application.code.map(|code| code.digest()) else {
        return Ok(Outcome::CodeRefused);
    };
    if !is_good(cx, &code).await? {
        return Ok(Outcome::CodeRefused);
    }
    let person = NewPerson {
        is_admin: true,
        ..application.person
    };
    let problems = person.problems();
    let names = (person.username.trim(), person.email.trim());
    let rule = chosen_password::check(cx, application.password.as_ref(), names).err();
    if !problems.is_empty() || rule.is_some() {
        return Ok(Outcome::Refused(problems, rule));
    }
    let mut user = match person.checked(&Act::of(cx, "server")) {
        Ok(user) => user,
        Err(problem) => return Ok(Outcome::Refused(vec![problem], None)),
    };
    match chosen_password::hashed(cx, application.password, (&user.username, &user.email)).await {
        Ok(hash) => user.password_hash = Some(hash),
        Err(NotTaken::Problem(rule)) => return Ok(Outcome::Refused(Vec::new(), Some(rule))),
        Err(NotTaken::Busy) => return Ok(Outcome::Busy),
    }
    enter(cx, (code, application.before), user).await
}

async fn is_good(cx: &Cx, code: &Digest<SetupCode>) -> Result<bool, Failure> {
    let (now, code) = (cx.now, code.clone());
    let good = cx.store().read("setup-link", move |tx| {
        Ok(match db!(tx, administrators::link(&code, now))? {
            Some(for_first) => !for_first || !db!(tx, administrators::exist())?,
            None => false,
        })
    });
    Ok(good.await?)
}

async fn enter(
    cx: &Cx,
    (code, before): (Digest<SetupCode>, Option<Digest<AdminCookie>>),
    user: User,
) -> Result<Outcome, Failure> {
    let cookie: Plain<AdminCookie> = Plain::from_entropy(cx.services.ports.entropy.bytes());
    let session = SessionId::from_entropy(cx.services.ports.entropy.bytes());
    let act = Act::of(cx, user.id.as_str());
    let digest = cookie.digest();
    let entered = cx.store().write("setup", move |tx| {
        db!(tx, administrators::lock())?;
        let Some(for_first) = db!(tx, administrators::spend_link(&code, act.now))? else {
            return Ok(false);
        };
        if for_first && db!(tx, administrators::exist())? {
            return Ok(false);
        }
        administration::create(tx, &act, &user)?;
        admin_sessions::end_before(tx, &act, before.as_ref())?;
        admin_sessions::begin(tx, &act, &user.id, (&session, &digest))?;
        Ok(true)
    });
    match entered.await {
        Ok(true) => Ok(Outcome::Done { cookie }),
        Ok(false) => Ok(Outcome::CodeRefused),
        // Nothing was written: the link can still be used.
        Err(StoreError::Conflict(Unique::Username)) => Ok(Outcome::UsernameTaken),
        Err(StoreError::Conflict(Unique::Email)) => Ok(Outcome::EmailTaken),
        Err(error) => Err(Failure::Broken(Broken::Store(error))),
    }
}

fn add(
    tx: &mut Tx<'_>,
    act: &Act,
    code: &Digest<SetupCode>,
    for_first: bool,
) -> Result<UnixTime, StoreError> {
    let expires_at = act.now.plus(LIFETIME);
    db!(
        tx,
        administrators::add_link(code, for_first, (act.now, expires_at), MOST)
    )?;
    let invited = with("first", json!(for_first), act.event(EventKind::AdminInvited));
    db!(tx, events::append(&invited))?;
    Ok(expires_at)
}
