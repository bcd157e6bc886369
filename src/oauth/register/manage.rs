//! RFC 7592 — the client configuration endpoint: a client reads, replaces and deletes its own registration.

use super::answer::{self, Refused};
use super::body::JsonObject;
use super::{check_open, count, gather, presented};
use crate::audit::Act;
use crate::clients::dynamic::{self, Place, Replaced, Replacement};
use crate::cx::Cx;
use crate::db;
use crate::failure::Broken;
use crate::keys;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value};
use vouchsafe_core::model::{Api, Client, ClientId, ClientSecret, Plain, RegistrationAccessToken};
use vouchsafe_core::refusal::Reason;
use vouchsafe_core::spec::client_metadata::{self, MetadataProblem};
use vouchsafe_verify::Rejection;

const INVALID: Reason = Reason::RegistrationTokenInvalid;

/// A client that showed its registration access token.
struct Shown {
    client: Client,
    token: Plain<RegistrationAccessToken>,
    apis: Vec<Api>,
}

/// `GET /register/{client_id}`.
pub async fn read(cx: Cx, request: HttpRequest, id: web::Path<String>) -> HttpResponse {
    match shown(&cx, &request, &id).await {
        Ok(Shown { client, token, .. }) => {
            let members = dynamic::information(&client);
            answer::client(&cx, StatusCode::OK, (&client, members), &token)
        }
        Err(refused) => refused.answer(&cx),
    }
}

/// `PUT /register/{client_id}`.
pub async fn replace(
    cx: Cx,
    request: HttpRequest,
    id: web::Path<String>,
    JsonObject(body): JsonObject,
) -> HttpResponse {
    let replaced = async {
        let shown = shown(&cx, &request, &id).await?;
        let document = body?;
        change(&cx, shown, &document).await
    };
    match replaced.await {
        Ok((client, token)) => {
            let members = dynamic::information(&client);
            answer::client(&cx, StatusCode::OK, (&client, members), &token)
        }
        Err(refused) => refused.answer(&cx),
    }
}

/// `DELETE /register/{client_id}`.
pub async fn delete(cx: Cx, request: HttpRequest, id: web::Path<String>) -> HttpResponse {
    let deleted = async {
        let Shown { client, token, .. } = shown(&cx, &request, &id).await?;
        let act = Act::of_client(&cx, &client.id);
        let (store, gone) = (cx.store().clone(), client.id.clone());
        let removal = move || dynamic::remove_itself(&store, &act, (&client.id, &token.digest()));
        let removed = tokio::task::spawn_blocking(removal).await;
        cx.services.clients.forget(&gone);
        match removed {
            Ok(Ok(true)) => Ok(()),
            Ok(Ok(false)) => Err(Refused::Token(INVALID)),
            Ok(Err(error)) => Err(error.into()),
            Err(_) => Err(Refused::Failed(
                Broken::Overloaded("the removal of clients").into(),
            )),
        }
    };
    match deleted.await {
        Ok(()) => answer::closed(HttpResponse::NoContent().finish()),
        Err(refused) => refused.answer(&cx),
    }
}

/// The client, if the token is its own. Everything else looks the same, whether there is such a client or not.
async fn shown(cx: &Cx, request: &HttpRequest, id: &str) -> Result<Shown, Refused> {
    check_open(cx)?;
    let token: Option<Plain<RegistrationAccessToken>> = presented(request, INVALID)?;
    let token = token.ok_or(Refused::Bearer(Rejection::TokenMissing))?;
    let (id, digest) = (ClientId::new(id), token.digest());
    let found = cx.store().read("registration", move |tx| {
        let known = db!(tx, self_registered::token(&id))?;
        if known.as_ref() != Some(&digest) {
            return Ok(None);
        }
        let client = db!(tx, clients::by_id(&id))?;
        Ok(client.zip(Some(db!(tx, apis::all())?)))
    });
    let standing = found.await?.filter(|(client, _)| client.disabled_at.is_none());
    let (client, apis) = standing.ok_or(Refused::Token(INVALID))?;
    Ok(Shown { client, token, apis })
}

async fn change(
    cx: &Cx,
    shown: Shown,
    document: &Map<String, Value>,
) -> Result<(Client, Plain<RegistrationAccessToken>), Refused> {
    let Shown { client, token, apis } = shown;
    check_identity(cx, &client, document).await?;
    let requested = client_metadata::parse(document)?;
    let place = Place::of_client(&client);
    // Judged before anything is fetched for it, and again when it is written.
    let metadata = dynamic::replacement(requested.clone(), &client, &place, &apis)?;
    count(cx).await?;
    let gathered = gather(cx, metadata).await?;
    let act = Act::of_client(cx, &client.id);
    let new = Plain::from_entropy(act.entropy.bytes());
    let wanted = Replacement {
        requested,
        attachments: gathered.attachments,
        next: new.digest(),
    };
    let (id, digest, by) = (client.id.clone(), token.digest(), act.clone());
    let replaced = cx.store().write("replace-client", move |tx| {
        dynamic::replace(tx, &act, (&id, &digest), &wanted)
    });
    let replaced = replaced.await;
    cx.services.clients.forget(&client.id);
    match replaced? {
        Replaced::Done(changed) => {
            keys::ensure(cx, &by, changed.metadata.id_token_signed_response_alg).await?;
            Ok((*changed, new))
        }
        Replaced::TokenInvalid => Err(Refused::Token(INVALID)),
        Replaced::Refused(problem) => Err(problem.into()),
    }
}

/// RFC 7592 §2.2: the document names the client, may name its secret, and none of what we alone say.
async fn check_identity(cx: &Cx, client: &Client, document: &Map<String, Value>) -> Result<(), Refused> {
    let refused = |member, rule| Err(MetadataProblem::of(member, rule).into());
    for ours in [
        "registration_access_token",
        "registration_client_uri",
        "client_secret_expires_at",
        "client_id_issued_at",
    ] {
        if document.contains_key(ours) {
            return refused(ours, "it must not be sent back");
        }
    }
    if document.get("client_id").and_then(Value::as_str) != Some(client.id.as_str()) {
        return refused("client_id", "it must be the client's own");
    }
    match document.get("client_secret") {
        None => Ok(()),
        Some(Value::String(secret)) if is_secret_of(cx, client, secret).await? => Ok(()),
        Some(_) => refused("client_secret", "it must be the client's own"),
    }
}

async fn is_secret_of(cx: &Cx, client: &Client, text: &str) -> Result<bool, Refused> {
    let Some(secret) = Plain::<ClientSecret>::parse(text) else {
        return Ok(false);
    };
    let (id, now) = (client.id.clone(), cx.now);
    let known = cx
        .store()
        .read("secrets", move |tx| db!(tx, clients::live_secrets(&id, now)))
        .await?;
    let secrets = cx.services.keys.secrets();
    Ok(known.iter().any(|stored| {
        let pepper = secrets.pepper(stored.pepper_version);
        pepper.is_some_and(|pepper| secret.digest_with(pepper) == stored.digest)
    }))
}
