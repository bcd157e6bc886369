//! RFC 6749 §2.3 — client authentication: exactly one method, and the registered one.

use crate::model::{AuthMethod, Client, ClientId, ClientSecret, Digest};
use crate::refusal::Reason;
use vouchsafe_verify::Verified;
use vouchsafe_verify::client_assertion::ClientAssertion;

/// How a request says who the client is, before anything is checked.
pub struct Presented<'a> {
    /// The `client_id`.
    pub client_id: ClientId,
    /// The method in use.
    pub method: AuthMethod,
    /// Digests of the presented secret under each pepper that the client's secrets use, with the stored digest;
    /// empty when no secret came or it was not well-formed.
    pub pairs: &'a [(Digest<ClientSecret>, Digest<ClientSecret>)],
    /// The assertion that came, after its verification and the first use of its identifier.
    pub assertion: Option<&'a Verified<ClientAssertion>>,
}

/// Proof that the client is who it says it is. Only [`authenticate`] makes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientAuthenticated {
    client_id: ClientId,
    method: AuthMethod,
}

impl ClientAuthenticated {
    /// Which client.
    #[must_use]
    pub fn client_id(&self) -> &ClientId {
        &self.client_id
    }

    /// By which method.
    #[must_use]
    pub fn method(&self) -> AuthMethod {
        self.method
    }
}

/// Judges what was presented. A client that is unknown is judged like one whose secret is wrong.
///
/// # Errors
/// [`Reason::ClientUnknown`], [`Reason::ClientDisabled`], [`Reason::ClientAuthenticationMethod`],
/// [`Reason::ClientSecretWrong`], [`Reason::ClientAssertionInvalid`]: all of them `invalid_client`, with one text.
pub fn authenticate(
    client: Option<&Client>,
    presented: &Presented<'_>,
) -> Result<ClientAuthenticated, Reason> {
    // Compared first and without stopping at a match, so that the answer takes as long in every case.
    let matched = presented
        .pairs
        .iter()
        .filter(|(come, stored)| come == stored)
        .count()
        > 0;
    let client = client.ok_or(Reason::ClientUnknown)?;
    let right = match presented.method {
        AuthMethod::None => true,
        AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost => matched,
        AuthMethod::PrivateKeyJwt => presented
            .assertion
            .is_some_and(|assertion| assertion.sub == client.id.as_str()),
    };
    if !client.may_authenticate_by(presented.method) {
        return Err(Reason::ClientAuthenticationMethod);
    }
    if !right {
        return Err(match presented.method {
            AuthMethod::PrivateKeyJwt => Reason::ClientAssertionInvalid,
            AuthMethod::None | AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost => {
                Reason::ClientSecretWrong
            }
        });
    }
    if client.disabled_at.is_some() {
        return Err(Reason::ClientDisabled);
    }
    Ok(ClientAuthenticated {
        client_id: client.id.clone(),
        method: presented.method,
    })
}
