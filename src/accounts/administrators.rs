//! Who administers the server: giving the right and taking it away, and that somebody always has it.

use crate::accounts::admin_sessions;
use crate::accounts::administration::{self, Changed};
use crate::audit::Act;
use crate::db;
use crate::store::{StoreError, Tx};
use vouchsafe_core::model::{EndReason, EventKind, PasswordHash, Standing, User, UserId};

/// What is said where the last administrator would be lost: 409, or exit status 1.
pub const LAST: &str =
    "this is the last administrator: make somebody else one first (`vouchsafe admin invite`)";

/// Makes a person an administrator, or takes the right away and ends their sessions in the administration. Doing it
/// again changes and tells nothing. `None` when there is no such person.
///
/// # Errors
/// [`StoreError::Conflict`] when it is the last administrator; other failures of the store.
pub fn set_admin(
    tx: &mut Tx<'_>,
    act: &Act,
    id: &UserId,
    is_admin: bool,
) -> Result<Option<Changed>, StoreError> {
    let Some(mut user) = db!(tx, users::lock(id))? else {
        return Ok(None);
    };
    if user.is_admin != is_admin {
        let kind = if is_admin {
            db!(tx, administrators::lock())?;
            EventKind::AdminGranted
        } else {
            check_others(tx, act, &user)?;
            EventKind::AdminWithdrawn
        };
        db!(tx, administrators::set(id, is_admin))?;
        user.is_admin = is_admin;
        db!(tx, events::append(&act.about(kind, id)))?;
        if !is_admin {
            admin_sessions::end_of_user(tx, act, id, EndReason::Revoked)?;
        }
    }
    Ok(Some(user.into()))
}

/// Restores the access of an administrator from the machine itself: sets the password, which ends everything that the
/// person held, and with `reinstate` lifts what keeps them out and makes them an administrator. `None` when there is no
/// such person.
///
/// # Errors
/// When the store fails.
pub fn recover(
    tx: &mut Tx<'_>,
    act: &Act,
    id: &UserId,
    hash: &PasswordHash,
    reinstate: bool,
) -> Result<Option<Changed>, StoreError> {
    if db!(tx, users::lock(id))?.is_none() {
        return Ok(None);
    }
    db!(tx, events::append(&act.about(EventKind::AdminRecovered, id)))?;
    if reinstate {
        administration::enable(tx, act, id)?;
        administration::unban(tx, act, id)?;
        set_admin(tx, act, id, true)?;
    }
    administration::set_password(tx, act, id, hash)
}

/// Refuses what would leave nobody who administers the server, in the transaction that is about to do it.
///
/// # Errors
/// [`StoreError::Conflict`]; other failures of the store.
pub(super) fn check_others(tx: &mut Tx<'_>, act: &Act, user: &User) -> Result<(), StoreError> {
    // Who cannot administer now is no loss.
    if !user.is_admin || user.standing(act.now) != Standing::Good {
        return Ok(());
    }
    db!(tx, administrators::check_others(&user.id, act.now))
}
