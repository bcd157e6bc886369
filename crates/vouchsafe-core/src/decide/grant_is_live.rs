//! Whether a grant still gives tokens: the one gate of code exchange, refresh, UserInfo and introspection.

use crate::model::{ClientId, Grant, Standing, UnixTime, User};
use crate::refusal::Reason;

/// What a grant stands on beside its person and its session, as the database has it now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Footing {
    /// The client that presents the grant, or a token of it.
    pub client_id: ClientId,
    /// Since when that client is disabled.
    pub client_disabled_at: Option<UnixTime>,
    /// The epochs, `[issuer, client]`.
    pub epochs: [i64; 2],
}

/// Proof that grant, person, session and client stand.
#[derive(Clone, Copy, Debug)]
pub struct LiveGrant(());

/// Judges a grant with everything that it depends on. `session_live` is whether the session it was given in
/// stands, `None` when that session is not known any more; it counts for online grants only.
///
/// # Errors
/// [`Reason::GrantEnded`], [`Reason::EpochRaised`], [`Reason::ClientDisabled`], [`Reason::PersonNotInGoodStanding`],
/// [`Reason::SessionEnded`].
pub fn grant_is_live(
    grant: &Grant,
    user: &User,
    session_live: Option<bool>,
    footing: &Footing,
    now: UnixTime,
) -> Result<LiveGrant, Reason> {
    if grant.user_id != user.id || grant.client_id != footing.client_id {
        return Err(Reason::GrantEnded);
    }
    if grant.ended.is_some() || grant.expires_at <= now {
        return Err(Reason::GrantEnded);
    }
    epochs_stand(grant.ep, footing.epochs)?;
    if footing.client_disabled_at.is_some() {
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

/// Judges the epochs that a grant or a token was made in against those of now, both `[issuer, client]`: raising one ends
/// at once all that was made before, without touching a single row of it.
///
/// # Errors
/// [`Reason::EpochRaised`].
pub fn epochs_stand(ep: [i64; 2], now: [i64; 2]) -> Result<(), Reason> {
    let ([of_issuer, of_client], [issuer, client]) = (ep, now);
    if of_issuer < issuer || of_client < client {
        Err(Reason::EpochRaised)
    } else {
        Ok(())
    }
}
