//! OpenID Connect Core §5.3 — claims about the person, for an access token with the scope `openid`. Asks the
//! database each time: what was ended or changed is known here at once.

use super::bearer;
use crate::accounts::live::live_token;
use crate::clients::Known;
use crate::cx::Cx;
use crate::failure::Failure;
use crate::web::body::{Form, Unreadable};
use crate::web::{cors, problem};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use std::sync::Arc;
use vouchsafe_core::model::{ClientId, User};
use vouchsafe_core::refusal::Reason;
use vouchsafe_core::spec::params::Params;
use vouchsafe_core::spec::{ErrorCode, claims, scope};
use vouchsafe_verify::{AccessToken, Rejection, Verified};

/// `GET /userinfo`.
pub async fn by_header(cx: Cx, request: HttpRequest) -> HttpResponse {
    answer(&cx, &request, None).await
}

/// `POST /userinfo`: the token may stand in the form body instead (RFC 6750 §2.2).
pub async fn by_header_or_form(cx: Cx, request: HttpRequest, Form(form): Form) -> HttpResponse {
    match form {
        Ok(params) => answer(&cx, &request, Some(&params)).await,
        // A POST whose token is in the header needs no form.
        Err(Unreadable::Refused(Reason::ContentTypeWrong)) => answer(&cx, &request, None).await,
        Err(why) => challenged(&cx, problem::unreadable(&cx, why)),
    }
}

/// `OPTIONS /userinfo`.
pub async fn preflight(cx: Cx, request: HttpRequest) -> HttpResponse {
    match cors::preflight(&cx, &request, "GET, POST").await {
        Ok(response) => response,
        Err(failure) => problem::json(&cx, &failure),
    }
}

/// Why there are no claims.
enum Refused {
    /// A challenge (RFC 6750 §3).
    Challenge(Rejection),
    /// Something else.
    Failure(Failure),
}

async fn answer(cx: &Cx, request: &HttpRequest, form: Option<&Params>) -> HttpResponse {
    let (known, outcome) = read(cx, request, form).await;
    let mut response = match outcome {
        Ok((user, scopes)) => {
            let mut claims = claims::userinfo(&user, &scopes);
            claims.insert("sub".to_owned(), user.id.as_str().into());
            HttpResponse::Ok().json(claims)
        }
        Err(Refused::Challenge(rejection)) => bearer::challenge(cx, &rejection),
        Err(Refused::Failure(failure)) => challenged(cx, problem::json(cx, &failure)),
    };
    problem::no_store(response.headers_mut());
    match known {
        Some(known) => cors::client_origin(request, &known.client, response.headers_mut()),
        None => cors::known_origin(cx, request, response.headers_mut()).await,
    }
    response
}

type Claims = Result<(User, Vec<String>), Refused>;

async fn read(cx: &Cx, request: &HttpRequest, form: Option<&Params>) -> (Option<Arc<Known>>, Claims) {
    let verified = match presented(request, form).and_then(|token| verify(cx, &token)) {
        Ok(verified) => verified,
        Err(refused) => return (None, Err(refused)),
    };
    let client_id = ClientId::new(verified.client_id.clone());
    let known = match cx.services.clients.find(&client_id, cx.now).await {
        Ok(Some(known)) => known,
        Ok(None) => return (None, Err(Refused::Challenge(Rejection::Revoked))),
        Err(error) => return (None, Err(Refused::Failure(error.into()))),
    };
    let claims = claims_of(cx, &verified).await;
    (Some(known), claims)
}

/// The access token, which must come in exactly one way and never in the URL (RFC 6750 §2).
fn presented(request: &HttpRequest, form: Option<&Params>) -> Result<String, Refused> {
    let in_header = bearer::of(request);
    let in_form = form.map(|form| form.all("access_token")).unwrap_or_default();
    let token = match (in_header, in_form.as_slice()) {
        (in_header, []) => in_header,
        (Err(Rejection::TokenMissing), [token]) => Ok(*token),
        (Ok(_) | Err(Rejection::TokenMissing), _) => Err(Rejection::TokenTwice),
        (Err(rejection), _) => Err(rejection),
    };
    if let Some(form) = form {
        form.refuse_repeats(&["access_token"])
            .map_err(|reason| Refused::Failure(reason.into()))?;
    }
    token.map(str::to_owned).map_err(Refused::Challenge)
}

fn verify(cx: &Cx, token: &str) -> Result<Verified<AccessToken>, Refused> {
    let verified = cx
        .services
        .own_tokens()
        .access_token(token, cx.now)
        .map_err(Refused::Challenge)?;
    verified
        .require_scope(scope::OPENID)
        .map_err(Refused::Challenge)?;
    Ok(verified)
}

async fn claims_of(cx: &Cx, token: &Verified<AccessToken>) -> Claims {
    let (now, asked) = (cx.now, token.clone());
    let found = cx
        .store()
        .read("userinfo", move |tx| live_token(tx, &asked, now))
        .await;
    let reason = match found {
        Ok(Ok(Some((user, _)))) => {
            return Ok((user, token.scope.iter().map(str::to_owned).collect()));
        }
        // A token without a person has no claims about one.
        Ok(Ok(None)) => Reason::GrantEnded,
        Ok(Err(reason)) => reason,
        Err(error) => return Err(Refused::Failure(error.into())),
    };
    problem::record(cx, &reason.into());
    Err(Refused::Challenge(if reason == Reason::ClaimsChanged {
        Rejection::ClaimsChanged
    } else {
        Rejection::Revoked
    }))
}

/// The answer with its challenge: a request that opens nothing gets one also when it is not its token that is wrong.
fn challenged(cx: &Cx, mut response: HttpResponse) -> HttpResponse {
    if response.status() == StatusCode::BAD_REQUEST {
        let code = ErrorCode::InvalidRequest;
        let challenge = format!("Bearer error=\"{}\"", code.as_str());
        let uri = cx.services.error_uris.of(code);
        bearer::set_challenge(&mut response, bearer::explained(challenge, uri));
    }
    response
}
