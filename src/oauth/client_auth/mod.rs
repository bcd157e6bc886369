//! RFC 6749 §2.3 — who the client is: exactly one authentication method per request.

mod private_key_jwt;

use crate::clients::Known;
use crate::cx::Cx;
use crate::failure::Failure;
use actix_web::http::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use std::sync::Arc;
use vouchsafe_core::decide::client_authentication::{self, ClientAuthenticated, Presented};
use vouchsafe_core::model::{AuthMethod, ClientId, ClientSecret, Digest, Plain};
use vouchsafe_core::refusal::Reason;
use vouchsafe_core::spec::params::Params;
use vouchsafe_core::spec::{basic, client_assertion};
use vouchsafe_verify::Verified;
use vouchsafe_verify::client_assertion::{ClientAssertion, UnverifiedAssertion};

/// Credentials as they came.
struct Come<'a> {
    client_id: ClientId,
    method: AuthMethod,
    /// None when no secret came, or one that we cannot have made.
    secret: Option<Plain<ClientSecret>>,
    assertion: Option<UnverifiedAssertion<'a>>,
}

/// Authenticates the client of a request. The client comes back even when authentication fails, for the sake
/// of its origins.
pub async fn authenticate(
    cx: &Cx,
    headers: &HeaderMap,
    params: &Params,
) -> (Option<Arc<Known>>, Result<ClientAuthenticated, Failure>) {
    let mut come = match read(headers, params) {
        Ok(come) => come,
        Err(reason) => return (None, Err(reason.into())),
    };
    let known = match cx.services.clients.find(&come.client_id, cx.now).await {
        Ok(known) => known,
        Err(error) => return (None, Err(error.into())),
    };
    let assertion = match (come.assertion.take(), known.as_deref()) {
        (Some(assertion), Some(known)) => private_key_jwt::verify(cx, known, assertion).await.map(Some),
        (Some(_) | None, _) => Ok(None),
    };
    let verdict = assertion.and_then(|assertion| Ok(judge(cx, known.as_deref(), &come, assertion.as_ref())?));
    (known, verdict)
}

/// Notes which of the client's secrets it was that proved right.
fn note(cx: &Cx, client: &ClientId, pairs: &[(Digest<ClientSecret>, Digest<ClientSecret>)]) {
    if let Some((_, stored)) = pairs.iter().find(|(come, stored)| come == stored) {
        cx.services.clients.activity.secret_used(client, stored, cx.now);
    }
}

fn judge(
    cx: &Cx,
    known: Option<&Known>,
    come: &Come<'_>,
    assertion: Option<&Verified<ClientAssertion>>,
) -> Result<ClientAuthenticated, Reason> {
    let secrets = cx.services.keys.secrets();
    let pairs: Vec<_> = match (&come.secret, known) {
        (Some(secret), Some(known)) => known
            .secrets
            .iter()
            .filter(|stored| stored.is_live(cx.now))
            .filter_map(|stored| {
                let come = secret.digest_with(secrets.pepper(stored.pepper_version)?);
                Some((come, stored.digest.clone()))
            })
            .collect(),
        (Some(secret), None) => {
            // The same work as for a client that exists.
            let _ = secret.digest_with(secrets.newest_pepper().1);
            Vec::new()
        }
        (None, _) => Vec::new(),
    };
    let presented = Presented {
        client_id: come.client_id.clone(),
        method: come.method,
        pairs: &pairs,
        assertion,
    };
    let authenticated = client_authentication::authenticate(known.map(|known| &known.client), &presented)?;
    note(cx, authenticated.client_id(), &pairs);
    Ok(authenticated)
}

fn read<'a>(headers: &HeaderMap, params: &'a Params) -> Result<Come<'a>, Reason> {
    let mut authorization = headers.get_all(AUTHORIZATION);
    let header = authorization.next();
    if authorization.next().is_some() {
        return Err(Reason::ClientAuthenticationTwice);
    }
    let named = params.one("client_id").map(ClientId::new);
    let in_body = params.one("client_secret");
    let assertion = client_assertion::parse(
        params.one("client_assertion_type"),
        params.one("client_assertion"),
    );
    match (header, in_body, assertion) {
        (Some(header), None, Ok(None)) => read_basic(header, named),
        (None, Some(secret), Ok(None)) => Ok(Come {
            client_id: named.ok_or(Reason::ClientAuthenticationMissing)?,
            method: AuthMethod::ClientSecretPost,
            secret: Plain::parse(secret),
            assertion: None,
        }),
        (None, None, Ok(Some(assertion))) => read_assertion(assertion, named),
        (None, None, Ok(None)) => Ok(Come {
            client_id: named.ok_or(Reason::ClientAuthenticationMissing)?,
            method: AuthMethod::None,
            secret: None,
            assertion: None,
        }),
        (None, None, Err(reason)) => Err(reason),
        (Some(_), Some(_), _) | (Some(_), _, Ok(Some(_)) | Err(_)) | (_, Some(_), Ok(Some(_)) | Err(_)) => {
            Err(Reason::ClientAuthenticationTwice)
        }
    }
}

fn read_basic(header: &HeaderValue, named: Option<ClientId>) -> Result<Come<'static>, Reason> {
    let header = header
        .to_str()
        .map_err(|_| Reason::ClientAuthenticationMalformed)?;
    let come = basic::parse(header)?;
    let client_id = ClientId::new(come.client_id);
    if named.is_some_and(|named| named != client_id) {
        return Err(Reason::ClientAuthenticationTwice);
    }
    Ok(Come {
        client_id,
        method: AuthMethod::ClientSecretBasic,
        secret: Plain::parse(&come.secret),
        assertion: None,
    })
}

/// RFC 7521 §4.2: `client_id` may come beside the assertion, and then says the same.
fn read_assertion(assertion: &str, named: Option<ClientId>) -> Result<Come<'_>, Reason> {
    let assertion = UnverifiedAssertion::parse(assertion).map_err(|rejection| {
        tracing::debug!(reason = rejection.code(), "a client assertion was refused");
        Reason::ClientAssertionInvalid
    })?;
    let client_id = ClientId::new(assertion.client_id());
    if named.is_some_and(|named| named != client_id) {
        return Err(Reason::ClientAssertionInvalid);
    }
    Ok(Come {
        client_id,
        method: AuthMethod::PrivateKeyJwt,
        secret: None,
        assertion: Some(assertion),
    })
}
