//! Whether a grant still gives tokens: the one gate of code exchange, refresh, UserInfo and introspection.

use crate::model::{Client, Grant, Standing, UnixTime, User};
use crate::refusal::Reason;

/// Proof that grant, person, session and client stand.
#[derive(Clone, Copy, Debug)]
pub struct LiveGrant(());

/// Judges a grant with everything that it depends on. `session_live` is whether the session it was given in
/// stands, `None` when that session is not known any more; it counts for online grants only. With the client comes
/// the issuer's epoch.
///
/// # Errors
/// [`Reason::GrantEnded`], [`Reason::EpochRaised`], [`Reason::ClientDisabled`], [`Reason::PersonNotInGoodStanding`],
/// [`Reason::SessionEnded`].
pub fn grant_is_live(
    grant: &Grant,
    user: &User,
    session_live: Option<bool>,
    (client, issuer_epoch): (&Client, i64),
    now: UnixTime,
) -> Result<LiveGrant, Reason> {
    if grant.user_id != user.id || grant.client_id != client.id {
        return Err(Reason::GrantEnded);
    }
    if grant.ended.is_some() || grant.expires_at <= now {
        return Err(Reason::GrantEnded);
    }
    epochs_stand(grant.ep, client, issuer_epoch)?;
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

/// Judges the epochs that a grant or a token was made in, `[issuer, client]`: raising one ends at once all that was
/// made before, without touching a single row of it.
///
/// # Errors
/// [`Reason::EpochRaised`].
pub fn epochs_stand(ep: [i64; 2], client: &Client, issuer_epoch: i64) -> Result<(), Reason> {
    let [of_issuer, of_client] = ep;
    if of_issuer < issuer_epoch || of_client < client.epoch {
        Err(Reason::EpochRaised)
    } else {
        Ok(())
    }
}
