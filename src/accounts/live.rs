//! The person behind a grant, and whether the grant still gives tokens: the one gate of code exchange, refresh and
//! UserInfo, asked in the transaction that is about to rely on it.

use crate::db;
use crate::store::{StoreError, Tx};
use vouchsafe_core::decide::grant_is_live::{LiveGrant, grant_is_live};
use vouchsafe_core::model::{Client, Grant, UnixTime, User};
use vouchsafe_core::refusal::Reason;

/// Reads the person and, where the grant lives in it, the session, and judges. Comes after the guarded write of
/// the grant: what it reads is at least as new as the claims version that the write returned.
///
/// # Errors
/// When the store fails.
pub fn live_person(
    tx: &mut Tx<'_>,
    grant: &Grant,
    client: &Client,
    now: UnixTime,
) -> Result<Result<(User, LiveGrant), Reason>, StoreError> {
    let Some(user) = db!(tx, users::by_id(&grant.user_id))? else {
        return Ok(Err(Reason::PersonNotInGoodStanding));
    };
    let session_live = if grant.offline {
        None
    } else {
        db!(tx, sessions::by_id(&grant.session_id))?.map(|session| session.is_live(now))
    };
    Ok(grant_is_live(grant, &user, session_live, client, now).map(|live| (user, live)))
}
