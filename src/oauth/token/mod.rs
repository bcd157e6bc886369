//! RFC 6749 §3.2 — the token endpoint: one visible order of phases, one small file per grant type.

mod answer;
mod grants;

use crate::clients::activity::Refused;
use crate::clients::{Known, dynamic};
use crate::cx::Cx;
use crate::db;
use crate::failure::Failure;
use crate::oauth::client_auth;
use crate::web::body::Form;
use crate::web::{cors, problem, urls};
use actix_web::http::header::HeaderMap;
use actix_web::{HttpRequest, HttpResponse};
use std::sync::Arc;
use vouchsafe_core::decide::client_authentication::ClientAuthenticated;
use vouchsafe_core::model::{Api, GrantType, KeyAlgorithm};
use vouchsafe_core::refusal::Reason;
use vouchsafe_core::spec::params::Params;

/// A token request after the phases that all grants share.
pub(crate) struct TokenRequest {
    /// The form.
    pub(crate) params: Params,
    /// The client and proof that it is the one.
    pub(crate) known: Arc<Known>,
    /// The proof.
    pub(crate) authenticated: ClientAuthenticated,
    /// The APIs that a token can be for.
    pub(crate) apis: Arc<Vec<Api>>,
}

/// `POST /token`.
pub async fn token(cx: Cx, request: HttpRequest, Form(form): Form) -> HttpResponse {
    let params = match form {
        Ok(params) => params,
        Err(why) => return problem::unreadable(&cx, why),
    };
    let grant = params.one("grant_type").and_then(parse_grant_type);
    let (known, answer) = match check_form(&request, &params) {
        Ok(()) => phases(&cx, request.headers(), params).await,
        Err(reason) => (None, Err(reason.into())),
    };
    cx.services.metrics.token(grant, &answer);
    note(&cx, known.as_deref(), &answer);
    let mut response = match answer {
        Ok(answer) => answer.into_response(),
        Err(failure) => problem::json(&cx, &failure),
    };
    match known {
        Some(known) => cors::client_origin(&request, &known.client, response.headers_mut()),
        None => cors::known_origin(&cx, &request, response.headers_mut()).await,
    }
    response
}

/// Notes for the client's administrator what came of its request.
fn note(cx: &Cx, known: Option<&Known>, answer: &Result<answer::TokenAnswer, Failure>) {
    let Some(client) = known.map(|known| &known.client.id) else {
        return;
    };
    let activity = &cx.services.clients.activity;
    match answer {
        Ok(_) => activity.used(client, cx.now),
        Err(Failure::Refused(reason)) => {
            let refused = Refused {
                endpoint: urls::TOKEN,
                reason: *reason,
                detail: None,
            };
            activity.refused(cx, client, refused);
        }
        Err(Failure::Broken(_)) => {}
    }
}

/// `OPTIONS /token`.
pub async fn preflight(cx: Cx, request: HttpRequest) -> HttpResponse {
    match cors::preflight(&cx, &request, "POST").await {
        Ok(response) => response,
        Err(failure) => problem::json(&cx, &failure),
    }
}

/// 1 parse · 2 authenticate the client, once · 3 the client may use the grant · 4 the grant redeems, in one
/// write transaction · 5 mint, after the commit.
async fn phases(
    cx: &Cx,
    headers: &HeaderMap,
    params: Params,
) -> (Option<Arc<Known>>, Result<answer::TokenAnswer, Failure>) {
    let (known, authenticated) = client_auth::authenticate(cx, headers, &params).await;
    let answer = async {
        let (authenticated, Some(known)) = (authenticated?, known.clone()) else {
            return Err(Reason::ClientUnknown.into());
        };
        let grant = params.one("grant_type").ok_or(Reason::ParameterMissing)?;
        let grant = parse_grant_type(grant).ok_or(Reason::GrantTypeUnsupported)?;
        if !known.client.may_use(grant) {
            return Err(Reason::GrantTypeNotAllowed.into());
        }
        let resources = params.all("resource");
        let apis = cx.services.clients.apis_for(&known.client, &resources).await?;
        let request = TokenRequest {
            params,
            known,
            authenticated,
            apis,
        };
        check_can_sign(cx, &request).await?;
        match grant {
            GrantType::AuthorizationCode => grants::authorization_code::redeem(cx, request).await,
            GrantType::RefreshToken => grants::refresh_token::redeem(cx, request).await,
            GrantType::ClientCredentials => grants::client_credentials::redeem(cx, &request),
        }
    };
    let answer = answer.await;
    if let (Some(known), Ok(_)) = (&known, &answer) {
        note_use(cx, known).await;
    }
    (known, answer)
}

/// Nothing is spent for a token that could not be signed.
async fn check_can_sign(cx: &Cx, request: &TokenRequest) -> Result<(), Failure> {
    let id_token_alg = request.known.client.metadata.id_token_signed_response_alg;
    let always = [KeyAlgorithm::default(), id_token_alg];
    let of_apis = |alg: &KeyAlgorithm| request.apis.iter().any(|api| api.signing_alg == *alg);
    let algs: Vec<_> = KeyAlgorithm::ALL
        .into_iter()
        .filter(of_apis)
        .chain(always)
        .collect();
    cx.services.look_for_keys(&algs, cx.now).await?;
    // For which API the token will be, only the grant says: a key that another one lacks stops nothing.
    for alg in always {
        cx.services.keys.check_can_sign(alg, cx.now)?;
    }
    Ok(())
}

/// Keeps a client that would be removed if it were not used. The tokens are made: nothing stands in their way any more.
async fn note_use(cx: &Cx, known: &Known) {
    let unused = cx.config().registration.unused_lifetime;
    let Some(until) = dynamic::kept_until(&known.client, unused, cx.now).filter(|until| known.notes(*until))
    else {
        return;
    };
    let id = known.client.id.clone();
    let noted = cx.store().write("keep-client", move |tx| {
        db!(tx, self_registered::keep(&id, until))
    });
    if let Err(error) = noted.await {
        tracing::debug!(%error, "the use of a client could not be noted; the next one is");
    }
}

/// RFC 6749 §3.2: parameters come in the body, each once. Only `resource` may repeat (RFC 8707 §2).
fn check_form(request: &HttpRequest, params: &Params) -> Result<(), Reason> {
    if request.uri().query().is_some_and(|query| !query.is_empty()) {
        return Err(Reason::ParametersInUrl);
    }
    params.refuse_repeats(&["resource"])
}

fn parse_grant_type(text: &str) -> Option<GrantType> {
    match text {
        "authorization_code" => Some(GrantType::AuthorizationCode),
        "refresh_token" => Some(GrantType::RefreshToken),
        "client_credentials" => Some(GrantType::ClientCredentials),
        _ => None,
    }
}
