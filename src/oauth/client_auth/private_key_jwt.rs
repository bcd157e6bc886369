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
use vouchsafe_verify::Verified;
use vouchsafe_verify::client_assertion::{ClientAssertion, LEEWAY, UnverifiedAssertion};

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
    let keys = known.keys.as_ref().ok_or(Reason::ClientAssertionInvalid)?;
    let issuer = &cx.config().issuer;
    let token_endpoint = urls::absolute(issuer, urls::TOKEN);
    let verified = assertion
        .verify_at(keys, &[issuer, &token_endpoint], cx.now.seconds())
        .map_err(|rejection| {
            tracing::info!(
                request_id = cx.request_id.as_str(),
                reason = rejection.code(),
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

/// Of client and identifier: two clients may choose the same one.
fn digest(assertion: &ClientAssertion) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(assertion.sub.len().to_be_bytes());
    hash.update(assertion.sub.as_bytes());
    hash.update(assertion.jti.as_bytes());
    hash.finalize().into()
}
