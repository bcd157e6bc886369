//! Reads back the tokens that this server signed, with the same library that resource servers use.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use vouchsafe_core::model::{ClientId, Sid, UnixTime, UserId};
use vouchsafe_verify::{AccessToken, IdToken, IdTokenVerifier, Jwks, Rejection, Verified, Verifier};

/// An `id_token_hint` may have expired, but not long ago.
const HINT_SECONDS: u32 = 30 * 24 * 60 * 60;

/// What an ID token that was handed back says. Never counts as a sign-in.
#[derive(Clone, Debug)]
pub struct Hint {
    /// Whom it is about.
    pub user_id: UserId,
    /// Whom it was made for.
    pub client_id: ClientId,
    /// The session, as that client sees it.
    pub sid: Option<Sid>,
}

/// Verifiers of our own tokens, made anew when the keys change.
pub struct OwnTokens {
    issuer: String,
    keys: Option<Jwks>,
    access_tokens: Verifier,
}

impl OwnTokens {
    /// Verifiers for this issuer and these public keys.
    #[must_use]
    pub fn new(issuer: &str, keys: &[Value]) -> Self {
        let document = json!({ "keys": keys }).to_string();
        Self {
            issuer: issuer.to_owned(),
            keys: Jwks::parse(document.as_bytes()).ok(),
            access_tokens: Verifier::for_issuer(issuer).accept_typ_jwt(),
        }
    }

    /// Checks an access token for any of this issuer's audiences.
    ///
    /// # Errors
    /// Why it is not one.
    pub fn access_token(&self, token: &str, now: UnixTime) -> Result<Verified<AccessToken>, Rejection> {
        let keys = self.keys.as_ref().ok_or(Rejection::KeysUnavailable)?;
        self.access_tokens.verify_at(keys, token, now.seconds())
    }

    /// What an `id_token_hint` of whichever client says (OpenID Connect RP-Initiated Logout §2); none when it is not
    /// one of our ID tokens. It may have expired, and may be signed by a key that is out of use, but not by a revoked one.
    #[must_use]
    pub fn hint(&self, hint: &str, now: UnixTime) -> Option<Hint> {
        // Read unchecked only to know which client it must then prove to be for.
        let payload = URL_SAFE_NO_PAD.decode(hint.split('.').nth(1)?).ok()?;
        let said = IdToken::from_claims_json(std::str::from_utf8(&payload).ok()?).ok()?;
        let client_id = said.azp.or_else(|| said.aud.first().cloned())?;
        let verifier = IdTokenVerifier::new(&self.issuer, &client_id).accept_expired_for(HINT_SECONDS);
        let token = verifier
            .verify_at(self.keys.as_ref()?, hint, now.seconds())
            .ok()?;
        Some(Hint {
            user_id: UserId::new(token.sub.clone()),
            client_id: ClientId::new(client_id),
            sid: token.sid.clone().map(Sid::new),
        })
    }

    /// The person whom an `id_token_hint` of this client names (OpenID Connect Core §3.1.2.1); none when it is
    /// not one of our ID tokens for this client. Never counts as a sign-in.
    #[must_use]
    pub fn hinted_user(&self, hint: &str, client_id: &ClientId, now: UnixTime) -> Option<UserId> {
        let verifier =
            IdTokenVerifier::new(&self.issuer, client_id.as_str()).accept_expired_for(HINT_SECONDS);
        let token = verifier
            .verify_at(self.keys.as_ref()?, hint, now.seconds())
            .ok()?;
        Some(UserId::new(token.sub.clone()))
    }
}
