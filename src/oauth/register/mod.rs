//! RFC 7591, OpenID Connect Dynamic Client Registration §3 — the registration endpoint: one visible order of phases.

mod answer;
mod body;
pub mod manage;

use super::bearer;
use crate::audit::Act;
use crate::clients::dynamic::{self, Gathered, Newcomer, Place, Registered, Right};
use crate::clients::registration::Pepper;
use crate::config::DynamicRegistration;
use crate::cx::Cx;
use crate::db;
use crate::keys;
use actix_web::http::StatusCode;
use actix_web::http::header::ALLOW;
use actix_web::{HttpRequest, HttpResponse};
use answer::Refused;
use body::JsonObject;
use serde_json::{Map, Value};
use std::sync::Arc;
use vouchsafe_core::model::{
    Api, ClientMetadata, Digest, InitialAccessToken, InitialToken, Plain, SecretKind,
};
use vouchsafe_core::refusal::Reason;
use vouchsafe_core::spec::client_metadata;
use vouchsafe_verify::Rejection;
use zeroize::Zeroizing;

/// `POST /register`.
pub async fn register(cx: Cx, request: HttpRequest, JsonObject(body): JsonObject) -> HttpResponse {
    let registered = match body {
        Ok(document) => take(&cx, &request, &document).await,
        // Whoever may not register at all is told that first.
        Err(why) => Err(check_open(&cx).err().unwrap_or(why.into())),
    };
    match registered {
        Ok(newcomer) => {
            let mut members = dynamic::information(&newcomer.made.client);
            if let Some(secret) = &newcomer.made.secret {
                members.insert("client_secret".to_owned(), secret.expose().into());
                members.insert("client_secret_expires_at".to_owned(), 0.into());
            }
            let client = &newcomer.made.client;
            answer::client(&cx, StatusCode::CREATED, (client, members), &newcomer.token)
        }
        Err(refused) => refused.answer(&cx),
    }
}

/// Any other method than these.
#[must_use]
pub fn other_method(cx: &Cx, allowed: &'static str) -> HttpResponse {
    match check_open(cx) {
        Ok(()) => answer::closed(
            HttpResponse::MethodNotAllowed()
                .insert_header((ALLOW, allowed))
                .finish(),
        ),
        Err(refused) => refused.answer(cx),
    }
}

/// 1 is there such an endpoint · 2 the initial access token · 3 the metadata · 4 how many came · 5 what it names
/// elsewhere · 6 one transaction · 7 the keys that its ID tokens need.
async fn take(
    cx: &Cx,
    request: &HttpRequest,
    document: &Map<String, Value>,
) -> Result<Arc<Newcomer>, Refused> {
    check_open(cx)?;
    let presented = presented::<InitialAccessToken>(request, Reason::InitialTokenInvalid)?;
    let digest = presented.map(|token| token.digest());
    let (token, apis) = look_up(cx, digest.clone()).await?;
    let right = right(cx, digest, token.as_ref())?;
    let requested = client_metadata::parse(document)?;
    let place = Place::of_newcomer(&cx.config().registration, token.as_ref());
    let metadata = dynamic::metadata(requested, &place, &apis)?;
    count(cx).await?;
    let gathered = gather(cx, metadata).await?;
    store(cx, gathered, right).await
}

/// Registration is there unless it is off; then nothing says that it could be.
fn check_open(cx: &Cx) -> Result<(), Refused> {
    match cx.config().registration.dynamic {
        DynamicRegistration::Off => Err(Refused::Off),
        DynamicRegistration::Token | DynamicRegistration::Open => Ok(()),
    }
}

/// The bearer token of a request, if there is one.
fn presented<K: SecretKind>(request: &HttpRequest, reason: Reason) -> Result<Option<Plain<K>>, Refused> {
    match bearer::of(request) {
        Ok(token) => Plain::parse(token).map(Some).ok_or(Refused::Token(reason)),
        Err(Rejection::TokenMissing) => Ok(None),
        Err(Rejection::TokenMalformed) => Err(Refused::Token(reason)),
        Err(rejection) => Err(Refused::Bearer(rejection)),
    }
}

async fn look_up(
    cx: &Cx,
    digest: Option<Digest<InitialAccessToken>>,
) -> Result<(Option<InitialToken>, Vec<Api>), Refused> {
    let now = cx.now;
    let found = cx.store().read("registration", move |tx| {
        let token = match &digest {
            Some(digest) => db!(tx, initial_tokens::find(digest, now))?,
            None => None,
        };
        Ok((token, db!(tx, apis::all())?))
    });
    Ok(found.await?)
}

/// By what right the request comes. A token that is not good is refused although anybody may register without one.
fn right(
    cx: &Cx,
    digest: Option<Digest<InitialAccessToken>>,
    token: Option<&InitialToken>,
) -> Result<Right, Refused> {
    let config = &cx.config().registration;
    match (digest, token) {
        (Some(digest), Some(token)) => Ok(Right::Token {
            digest,
            id: token.id.clone(),
        }),
        (None, _) if config.dynamic == DynamicRegistration::Open => Ok(Right::Open {
            unused: config.unused_lifetime,
            most: i64::try_from(config.most_clients).unwrap_or(i64::MAX),
        }),
        (None, _) => Err(Refused::Bearer(Rejection::TokenMissing)),
        (Some(_), None) => Err(Refused::Token(Reason::InitialTokenInvalid)),
    }
}

/// Counts one for the network that it came from.
async fn count(cx: &Cx) -> Result<(), Refused> {
    match dynamic::count_newcomer(cx).await? {
        None => Ok(()),
        Some(until) => Err(Refused::TooMany(until)),
    }
}

/// Fetches what the metadata names.
async fn gather(cx: &Cx, metadata: ClientMetadata) -> Result<Gathered, Refused> {
    let drawing = cx.config().registration.logos.then_some(&cx.services.drawing);
    Ok(dynamic::gather(&*cx.services.ports.fetch, metadata, drawing, cx.now).await?)
}

async fn store(cx: &Cx, gathered: Gathered, right: Right) -> Result<Arc<Newcomer>, Refused> {
    let act = Act::of(cx, right.actor());
    let newcomer = Arc::new(Newcomer::new(gathered, &right, &act));
    let (by, alg) = (
        act.clone(),
        newcomer.made.client.metadata.id_token_signed_response_alg,
    );
    let (version, pepper) = cx.services.keys.secrets().newest_pepper();
    let pepper = Zeroizing::new(*pepper);
    let row = Arc::clone(&newcomer);
    let registered = cx.store().write("register-client", move |tx| {
        let pepper = Pepper {
            version,
            key: &pepper,
        };
        dynamic::register(tx, &act, &row, &right, pepper)
    });
    match registered.await? {
        Registered::Made => {
            // Not before the registration is taken: nobody makes keys by what is refused.
            keys::ensure(cx, &by, alg).await?;
            Ok(newcomer)
        }
        Registered::TokenInvalid => Err(Refused::Token(Reason::InitialTokenInvalid)),
        Registered::Full => Err(Refused::Full),
    }
}
