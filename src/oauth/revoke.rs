//! RFC 7009 — a client takes back a token of its own, and with it what its grant gave. A token that is unknown or
//! another client's is answered like one that was revoked; a fault is never answered so.

use super::presented::{self, About, Presented};
use crate::audit::{self, Act};
use crate::clients::Known;
use crate::cx::Cx;
use crate::failure::Failure;
use crate::limits::revocations;
use crate::store::{StoreError, Tx};
use crate::tokens;
use crate::web::body::Form;
use crate::web::{cors, problem};
use actix_web::{HttpRequest, HttpResponse};
use std::sync::Arc;
use vouchsafe_core::model::{ClientId, EndReason, UnixTime};
use vouchsafe_core::refusal::Reason;
use vouchsafe_core::spec::params::Params;

/// `POST /revoke`.
pub async fn revoke(cx: Cx, request: HttpRequest, Form(form): Form) -> HttpResponse {
    let (known, revoked) = match form {
        Ok(params) => take(&cx, &request, &params).await,
        Err(why) => return problem::unreadable(&cx, why),
    };
    let mut response = match revoked {
        Ok(Revoked::Done) => HttpResponse::Ok().finish(),
        Ok(Revoked::TooMany { until }) => problem::too_many(&cx, until),
        Err(failure) => problem::json(&cx, &failure),
    };
    problem::no_store(response.headers_mut());
    match known {
        Some(known) => cors::client_origin(&request, &known.client, response.headers_mut()),
        None => cors::known_origin(&cx, &request, response.headers_mut()).await,
    }
    response
}

/// `OPTIONS /revoke`.
pub async fn preflight(cx: Cx, request: HttpRequest) -> HttpResponse {
    match cors::preflight(&cx, &request, "POST").await {
        Ok(response) => response,
        Err(failure) => problem::json(&cx, &failure),
    }
}

/// What became of the request.
#[derive(Clone, Copy)]
enum Revoked {
    /// The token is good for nothing, if it ever was for something.
    Done,
    /// The client has revoked too many; nothing was done.
    TooMany {
        /// When it may go on.
        until: UnixTime,
    },
}

async fn take(
    cx: &Cx,
    request: &HttpRequest,
    params: &Params,
) -> (Option<Arc<Known>>, Result<Revoked, Failure>) {
    let (known, about) = presented::about(cx, request, params).await;
    let revoked = match about {
        Ok(about) => end(cx, &about).await,
        Err(failure) => Err(failure),
    };
    (known, revoked)
}

/// A refresh token ends its grant, whichever of its chain it is; an access token ends what was made with it.
async fn end(cx: &Cx, about: &About) -> Result<Revoked, Failure> {
    let client = about.authenticated.client_id().clone();
    match presented::read(cx, &client, &about.text) {
        Some(Presented::Refresh(genuine)) => {
            write(cx, &client, move |tx, act| {
                audit::end_grant(tx, act, genuine.gid(), EndReason::Revoked).map(drop)
            })
            .await
        }
        Some(Presented::Access(token)) if token.client_id == client.as_str() => {
            write(cx, &client, move |tx, act| tokens::revoke(tx, act, &token)).await
        }
        None if cx
            .services
            .own_tokens()
            .hinted_user(&about.text, &client, cx.now)
            .is_some() =>
        {
            Err(Reason::TokenTypeNotRevocable.into())
        }
        Some(Presented::Access(_)) | None => Ok(Revoked::Done),
    }
}

/// Ends something, unless the client has ended too much already.
async fn write(
    cx: &Cx,
    client: &ClientId,
    mut ending: impl FnMut(&mut Tx<'_>, &Act) -> Result<(), StoreError> + Send + 'static,
) -> Result<Revoked, Failure> {
    let limits = &cx.config().rate_limits;
    let counter = limits
        .enabled
        .then(|| revocations::of(client, limits.revoke.per_client));
    let act = Act::of_client(cx, client);
    let revoked = cx.store().write("revoke", move |tx| {
        let full_until = counter.as_ref().map(|counter| counter.count(tx, act.now));
        if let Some(until) = full_until.transpose()?.flatten() {
            return Ok(Revoked::TooMany { until });
        }
        ending(tx, &act)?;
        Ok(Revoked::Done)
    });
    Ok(revoked.await?)
}
