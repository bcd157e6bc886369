//! The person behind a grant, and whether grant or token still stand: the one gate of code exchange, refresh, UserInfo
//! and introspection, asked in the transaction that is about to rely on it.

use crate::db;
use crate::store::{StoreError, Tx};
use vouchsafe_core::decide::grant_is_live::{LiveGrant, epochs_stand, grant_is_live};
use vouchsafe_core::model::{ClientId, Grant, GrantId, UnixTime, User};
use vouchsafe_core::refusal::Reason;
use vouchsafe_verify::AccessToken;

/// Reads the person and what else the grant stands on, and, where the grant lives in it, the session, and judges. Comes
/// after the guarded write of the grant: what it reads is at least as new as the claims version that the write returned,
/// and newer than what this node remembers of the client and of the epochs. `client` is the one that presents it.
///
/// # Errors
/// When the store fails.
pub fn live_person(
    tx: &mut Tx<'_>,
    grant: &Grant,
    client: &ClientId,
    now: UnixTime,
) -> Result<Result<(User, LiveGrant), Reason>, StoreError> {
    let Some((user, footing)) = db!(tx, users::of_grant(&grant.user_id, client))? else {
        return Ok(Err(Reason::PersonNotInGoodStanding));
    };
    let session_live = if grant.offline {
        None
    } else {
        db!(tx, sessions::by_id(&grant.session_id))?.map(|session| session.is_live(now))
    };
    Ok(grant_is_live(grant, &user, session_live, &footing, now).map(|live| (user, live)))
}

/// Whom a standing token speaks for: nobody but its client when there is no person.
pub type Speaker = Option<(User, Grant)>;

/// Judges an access token of ours, whose signature and times were checked: its epochs, and then its grant with person
/// and claims version, or, without a grant, its client and whether it was ended by its `jti`.
///
/// # Errors
/// When the store fails.
pub fn live_token(
    tx: &mut Tx<'_>,
    token: &AccessToken,
    now: UnixTime,
) -> Result<Result<Speaker, Reason>, StoreError> {
    let issuer_epoch = db!(tx, issuer_state::read())?.epoch;
    let client_id = ClientId::new(token.client_id.clone());
    let Some(client) = db!(tx, clients::by_id(&client_id))? else {
        return Ok(Err(Reason::ClientUnknown));
    };
    if let Err(reason) = epochs_stand(token.ep.unwrap_or_default(), [issuer_epoch, client.epoch]) {
        return Ok(Err(reason));
    }
    let Some(gid) = token.gid.clone().map(GrantId::new) else {
        let ended = db!(tx, events::token_has_ended(&token.jti))?;
        return Ok(match client.disabled_at {
            Some(_) => Err(Reason::ClientDisabled),
            None if ended => Err(Reason::AccessTokenRevoked),
            None => Ok(None),
        });
    };
    let Some(grant) = db!(tx, grants::by_id(&gid))? else {
        return Ok(Err(Reason::GrantEnded));
    };
    let person = live_person(tx, &grant, &client_id, now)?;
    Ok(person.and_then(|(user, _)| {
        if token.gver.unwrap_or_default() < grant.gver {
            Err(Reason::ClaimsChanged)
        } else {
            Ok(Some((user, grant)))
        }
    }))
}
