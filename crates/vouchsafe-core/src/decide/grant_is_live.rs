//! Whether a grant still gives tokens: the one gate of code exchange, refresh, UserInfo and introspection.

use crate::model::{Client, Grant, Standing, UnixTime, User};
use crate::refusal::Reason;

/// Proof that grant, person, session and client stand.
#[derive(Clone, Copy, Debug)]
pub struct LiveGrant(());

/// Judges a grant with everything that it depends on. `session_live` is whether the session it was given in
/// stands, `None` when that session is not known any more; it counts for online grants only.
///
/// # Errors
/// [`Reason::GrantEnded`], [`Reason::ClientDisabled`], [`Reason::PersonNotInGoodStanding`],
/// [`Reason::SessionEnded`].
pub fn grant_is_live(
    grant: &Grant,
    user: &User,
    session_live: Option<bool>,
    client: &Client,
    now: UnixTime,
) -> Result<LiveGrant, Reason> {
    if grant.user_id != user.id || grant.client_id != client.id {
        return Err(Reason::GrantEnded);
    }
    if grant.ended.is_some() || grant.expires_at <= now {
        return Err(Reason::GrantEnded);
    }
    if client.disabled_at.is_some() {
        return Err(Reason::ClientDisabled);
    }
    match user.standing(now) {
        Standing::Good => {}
        Standing::Disabled | Standing::Banned { .. } => return Err(Reason::PersonNotInGoodStanding),
    }
    if !grant.offline && session_live != Some(true) {
        return Err(Reason::SessionEnded);
    }
    Ok(LiveGrant(()))
}
