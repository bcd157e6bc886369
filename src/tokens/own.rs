//! Reads back the tokens that this server signed, with the same library that resource servers use.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use vouchsafe_core::model::{ClientId, Sid, UnixTime, UserId};
use vouchsafe_verify::{AccessToken, IdToken, IdTokenVerifier, Jwks, Rejection, Verified, Verifier};

/// An `id_token_hint` may have expired, but not long ago.
const HINT_SECONDS: u32 = 30 * 24 * 60 * 60;

/// Keys that a key set may have.
const READ: usize = 64;

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
    /// Keys that are gone still tell whose an old ID token was.
    every_key: Option<Jwks>,
    published: Option<Jwks>,
    access_tokens: Verifier,
}

impl OwnTokens {
    /// Verifiers for this issuer, with every public key for hints and those in the key set for tokens.
    #[must_use]
    pub fn new(issuer: &str, every_key: &[Value], published: &[Value]) -> Self {
        Self {
            issuer: issuer.to_owned(),
            every_key: parse(every_key),
            published: parse(published),
            access_tokens: Verifier::for_issuer(issuer).accept_typ_jwt(),
        }
    }

    /// Checks an access token for any of this issuer's audiences.
    ///
    /// # Errors
    /// Why it is not one.
    pub fn access_token(&self, token: &str, now: UnixTime) -> Result<Verified<AccessToken>, Rejection> {
        let keys = self.published.as_ref().ok_or(Rejection::KeysUnavailable)?;
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
            .verify_at(self.every_key.as_ref()?, hint, now.seconds())
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
            .verify_at(self.every_key.as_ref()?, hint, now.seconds())
            .ok()?;
        Some(UserId::new(token.sub.clone()))
    }
}

/// The newest keys of the set, when it is longer than any that is read.
fn parse(keys: &[Value]) -> Option<Jwks> {
    let newest = keys.len().saturating_sub(READ);
    let keys = keys.get(newest..).unwrap_or_default();
    Jwks::parse(json!({ "keys": keys }).to_string().as_bytes()).ok()
}
