//! RFC 6749 §2.3 — who the client is: exactly one authentication method per request.

use crate::clients::Known;
use crate::cx::Cx;
use crate::failure::Failure;
use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use std::sync::Arc;
use vouchsafe_core::decide::client_authentication::{self, ClientAuthenticated, Presented};
use vouchsafe_core::model::{AuthMethod, ClientId, ClientSecret, Plain};
use vouchsafe_core::refusal::Reason;
use vouchsafe_core::spec::basic;
use vouchsafe_core::spec::params::Params;

/// Credentials as they came.
struct Come {
    client_id: ClientId,
    method: AuthMethod,
    /// None when no secret came, or one that we cannot have made.
    secret: Option<Plain<ClientSecret>>,
}

/// Authenticates the client of a request. The client comes back even when authentication fails, for the sake
/// of its origins.
pub async fn authenticate(
    cx: &Cx,
    headers: &HeaderMap,
    params: &Params,
) -> (Option<Arc<Known>>, Result<ClientAuthenticated, Failure>) {
    let come = match read(headers, params) {
        Ok(come) => come,
        Err(reason) => return (None, Err(reason.into())),
    };
    let known = match cx.services.clients.find(&come.client_id, cx.now).await {
        Ok(known) => known,
        Err(error) => return (None, Err(error.into())),
    };
    let verdict = judge(cx, known.as_deref(), &come);
    (known, verdict.map_err(Failure::from))
}

fn judge(cx: &Cx, known: Option<&Known>, come: &Come) -> Result<ClientAuthenticated, Reason> {
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
    };
    client_authentication::authenticate(known.map(|known| &known.client), &presented)
}

fn read(headers: &HeaderMap, params: &Params) -> Result<Come, Reason> {
    let mut authorization = headers.get_all(AUTHORIZATION);
    let header = authorization.next();
    if authorization.next().is_some() {
        return Err(Reason::ClientAuthenticationTwice);
    }
    let named = params.one("client_id").map(ClientId::new);
    let in_body = params.one("client_secret");
    if params.one("client_assertion").is_some() || params.one("client_assertion_type").is_some() {
        return Err(Reason::ClientAuthenticationMethod);
    }
    match (header, named, in_body) {
        (Some(_), _, Some(_)) => Err(Reason::ClientAuthenticationTwice),
        (Some(header), named, None) => {
            let header = header
                .to_str()
                .map_err(|_| Reason::ClientAuthenticationMalformed)?;
            let come = basic::parse(header)?;
            let client_id = ClientId::new(come.client_id);
            if named.is_some_and(|named| named != client_id) {
                return Err(Reason::ClientAuthenticationTwice);
            }
            let secret = Plain::parse(&come.secret);
            Ok(Come {
                client_id,
                method: AuthMethod::ClientSecretBasic,
                secret,
            })
        }
        (None, Some(client_id), Some(secret)) => Ok(Come {
            client_id,
            method: AuthMethod::ClientSecretPost,
            secret: Plain::parse(secret),
        }),
        (None, Some(client_id), None) => Ok(Come {
            client_id,
            method: AuthMethod::None,
            secret: None,
        }),
        (None, None, _) => Err(Reason::ClientAuthenticationMissing),
    }
}
