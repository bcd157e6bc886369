//! RFC 7009 §2.1 — ends an access token by what verifiers elsewhere can know it by.

use crate::audit::Act;
use crate::db;
use crate::store::{StoreError, Tx};
use vouchsafe_core::model::{ClientId, GrantId, TokenId, UnixTime};
use vouchsafe_verify::AccessToken;

/// Ends an access token, and with it all that its grant gave so far: its claims version is raised. Without a grant its
/// `jti` is ended. Doing it again changes nothing.
///
/// # Errors
/// When the store fails.
pub fn revoke(tx: &mut Tx<'_>, act: &Act, token: &AccessToken) -> Result<(), StoreError> {
    let event = if let Some(gid) = token.gid.clone().map(GrantId::new) {
        let gver = token.gver.unwrap_or_default();
        let Some(grant) = db!(tx, grants::raise_gver(&gid, gver))? else {
            return Ok(());
        };
        act.claims_raised(&grant)
    } else {
        let jti = TokenId::new(token.jti.clone());
        let ended = act.token_ended(
            &ClientId::new(token.client_id.clone()),
            &jti,
            UnixTime::from_seconds(token.exp),
        );
        return db!(tx, events::append_token_end(&ended)).map(drop);
    };
    db!(tx, events::append(&event))
}
