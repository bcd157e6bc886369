//! How many grants one person may have. What ends a person's access ends each of their grants in one transaction and
//! tells verifiers of each, so that nobody may have so many that it cannot be done at once.

use crate::audit::Act;
use crate::db;
use crate::store::{Spent, StoreError, Tx};
use vouchsafe_core::model::{ClientId, EndReason, UserId};

/// Grants that one person has at most.
pub const MOST_GRANTS: i64 = 1_000;

/// Makes room for one more grant of a person to a client: what is spent goes without a word. If that is not enough,
/// the person's oldest grant to the same client ends, so that one client can crowd out no other, and the oldest of all
/// when that client has none.
///
/// # Errors
/// When the store fails.
pub fn make(tx: &mut Tx<'_>, act: &Act, user: &UserId, client: &ClientId) -> Result<(), StoreError> {
    let full = db!(tx, grants::count_live(user))? >= MOST_GRANTS;
    if !full || db!(tx, grants::remove_spent(user, act.now))? > 0 {
        return Ok(());
    }
    let own = db!(tx, grants::oldest(user, Some(client)))?;
    let oldest = match own {
        Some(gid) => Some(gid),
        None => db!(tx, grants::oldest(user, None))?,
    };
    let Some(gid) = oldest else {
        return Ok(());
    };
    match db!(tx, grants::end(&gid, EndReason::Displaced, act.now))? {
        Spent::Now(grant) => db!(
            tx,
            events::append_all(&act.grants_ended(&[grant], EndReason::Displaced))
        ),
        Spent::Before(_) | Spent::Unknown => Ok(()),
    }
}
