//! OpenID Connect Core §9, RFC 7523 §3 — a client that signs instead of knowing a secret.
//!
//! The identifier of an assertion is spent by one statement, after everything else about it was found good: what
//! anybody can make up never reaches the database, and of twenty copies at once one is taken, on whatever nodes.

use crate::clients::Known;
use crate::cx::Cx;
use crate::db;
use crate::failure::Failure;
use crate::store::Spent;
use crate::web::urls;
use sha2::{Digest as _, Sha256};
use vouchsafe_core::model::{AuthMethod, UnixTime};
use vouchsafe_core::refusal::Reason;
use vouchsafe_verify::client_assertion::{ClientAssertion, LEEWAY, UnverifiedAssertion};
use vouchsafe_verify::client_keys::ClientKeys;
use vouchsafe_verify::{Rejection, Verified};

/// Verifies an assertion with the keys of the client that it names, and uses it up.
///
/// # Errors
/// [`Reason::ClientAuthenticationMethod`], [`Reason::ClientAssertionInvalid`],
/// [`Reason::ClientAssertionReplayed`], or when the store fails.
pub(super) async fn verify(
    cx: &Cx,
    known: &Known,
    assertion: UnverifiedAssertion<'_>,
) -> Result<Verified<ClientAssertion>, Failure> {
    if !known.client.may_authenticate_by(AuthMethod::PrivateKeyJwt) {
        return Err(Reason::ClientAuthenticationMethod.into());
    }
    let verified = by_any_key(cx, known, &assertion).await.map_err(|rejection| {
        tracing::info!(
            request_id = cx.request_id.as_str(),
            reason = rejection.map_or("no_keys", |rejection| rejection.code()),
            "a client assertion was refused"
        );
        Reason::ClientAssertionInvalid
    })?;
    let digest = digest(&verified);
    let expires_at = UnixTime::from_seconds(verified.exp.saturating_add(LEEWAY));
    let spent = cx.store().write("spend-client-assertion", move |tx| {
        db!(tx, client_assertions::spend(&digest, expires_at))
    });
    match spent.await? {
        Spent::Now(()) => Ok(verified),
        Spent::Before(()) | Spent::Unknown => Err(Reason::ClientAssertionReplayed.into()),
    }
}

/// With the keys that it registered, or with those that it publishes; those are read again when there may be a new one.
async fn by_any_key(
    cx: &Cx,
    known: &Known,
    assertion: &UnverifiedAssertion<'_>,
) -> Result<Verified<ClientAssertion>, Option<Rejection>> {
    let issuer = &cx.config().issuer;
    let token_endpoint = urls::absolute(issuer, urls::TOKEN);
    let audiences = [issuer.as_str(), &token_endpoint];
    let by = |keys: &ClientKeys| assertion.clone().verify_at(keys, &audiences, cx.now.seconds());
    if let Some(keys) = &known.keys {
        return by(keys).map_err(Some);
    }
    let remote = &cx.services.remote_keys;
    let keys = remote.of(&known.client, cx.now).await.ok_or(None)?;
    match by(&keys) {
        Err(rejection @ (Rejection::KeyUnknown | Rejection::KeyUnnamed | Rejection::SignatureWrong)) => {
            match remote.again(&known.client, cx.now).await {
                Some(keys) => by(&keys).map_err(Some),
                None => Err(Some(rejection)),
            }
        }
        verdict => verdict.map_err(Some),
    }
}

/// Of client and identifier: two clients may choose the same one.
fn digest(assertion: &ClientAssertion) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(assertion.sub.len().to_be_bytes());
    hash.update(assertion.sub.as_bytes());
    hash.update(assertion.jti.as_bytes());
    hash.finalize().into()
}
