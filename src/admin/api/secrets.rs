//! `/clients/{client_id}/secrets`: two that count at once, so that one can be replaced without a moment in between.

use super::answer::Answer;
use super::call::Call;
use super::clients::{Shown, client_id, find, unknown};
use super::operation::{Gives, Kind, Operation, PLAIN, Parameter, Takes, Version};
use super::problem::{Code, Problem};
use super::schemas::{list as list_of, one};
use super::user_acts::instant;
use crate::audit::Act;
use crate::clients::registration::Pepper;
use crate::clients::standing::{self, SecretAdded, SecretEnded};
use crate::db;
use crate::store::{SecretFacts, StoreError, Tx};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;
use utoipa::ToSchema;
use vouchsafe_core::model::{Span, UnixTime};
use zeroize::Zeroizing;

/// A further secret.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewSecret {
    /// When it stops to count (RFC 3339); without it, it counts until it is ended.
    #[schema(format = DateTime)]
    until: Option<String>,
}

/// What can be said of a secret.
#[derive(Clone, Serialize, ToSchema)]
#[schema(as = Secret)]
pub(super) struct SecretDocument {
    /// Names it among the secrets of its client.
    id: String,
    /// When it was made, in seconds since 1970.
    created_at: i64,
    /// When it stops to count, in seconds since 1970.
    expires_at: Option<i64>,
    /// When it last proved right, to the hour, in seconds since 1970.
    last_used_at: Option<i64>,
}

impl From<SecretFacts> for SecretDocument {
    fn from(facts: SecretFacts) -> Self {
        Self {
            id: facts.id,
            created_at: facts.created_at.seconds(),
            expires_at: facts.expires_at.map(UnixTime::seconds),
            last_used_at: facts.last_used_at.map(UnixTime::seconds),
        }
    }
}

/// A secret in the place of those that a client has.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SecretRotation)]
pub(super) struct Rotation {
    /// How long those before still count (RFC 3339); without it, a day. One that had an end already ends now.
    #[schema(format = DateTime)]
    until: Option<String>,
}

/// A secret that was made just now, in clear this one time.
#[derive(Serialize, ToSchema)]
#[schema(as = AddedSecret)]
struct AddedDocument {
    #[serde(flatten)]
    secret: SecretDocument,
    /// The secret, shown this once; not for a repeated request.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    client_secret: Option<Shown>,
}

pub(super) const LIST: Operation = Operation {
    id: "listSecrets",
    summary: "List the secrets of a client that count, never in clear",
    gives: Gives::Document(list_of::<SecretDocument>),
    ..PLAIN
};

pub(super) async fn list(call: Call) -> Result<Answer, Problem> {
    let (client, now) = (find(&call).await?, call.cx.now);
    let facts = call
        .read("api-secrets", move |tx| {
            db!(tx, clients::secret_facts(&client.id, now))
        })
        .await?;
    let items: Vec<_> = facts.into_iter().map(SecretDocument::from).collect();
    Ok(Answer::document(&json!({ "items": items })))
}

pub(super) const ADD: Operation = Operation {
    id: "addSecret",
    summary: "Give a client a further secret, shown this once; two count at most",
    takes: Takes::Json(one::<NewSecret>),
    gives: Gives::Created(one::<AddedDocument>),
    has_key: true,
    problems: &[409, 422],
    ..PLAIN
};

pub(super) async fn add(call: Call) -> Result<Answer, Problem> {
    let wish: NewSecret = call.body()?;
    let until = wish.until.as_deref().map(instant).transpose()?;
    let (id, now) = (client_id(&call), call.cx.now);
    if until.is_some_and(|until| until <= now) {
        return Err(Problem::rule("that is over already").at("until"));
    }
    let make = making(&call, move |tx, act, pepper| {
        standing::add_secret(tx, act, (&id, until), pepper)
    });
    let (facts, secret) = call.create("api-add-secret", make, finding(&call)).await?;
    Ok(answer(&call, facts, secret, |added| added))
}

/// A secret that took the place of others just now.
#[derive(Serialize, ToSchema)]
#[schema(as = RotatedSecret)]
struct RotatedDocument {
    #[serde(flatten)]
    added: AddedDocument,
    /// When the last of those before stops to count, in seconds since 1970; null when none counts any more.
    old_secrets_expire_at: Option<i64>,
}

/// How long secrets that were replaced still count, when nothing else is said.
const GRACE: Span = Span::from_hours(24);

pub(super) const ROTATE: Operation = Operation {
    id: "rotateSecret",
    summary: "Give a client a secret in the place of those that it has, which count for a while; shown this once",
    takes: Takes::Json(one::<Rotation>),
    gives: Gives::Created(one::<RotatedDocument>),
    has_key: true,
    problems: &[409, 422],
    ..PLAIN
};

pub(super) async fn rotate(call: Call) -> Result<Answer, Problem> {
    let wish: Rotation = call.body()?;
    let until = wish.until.as_deref().map(instant).transpose()?;
    let (id, now) = (client_id(&call), call.cx.now);
    // Whoever names an instant that is over wants them gone.
    let end = until.map_or_else(|| now.plus(GRACE), |until| until.max(now));
    let make = making(&call, move |tx, act, pepper| {
        standing::rotate_secret(tx, act, (&id, end), pepper)
    });
    let (facts, secret) = call.create("api-rotate-secret", make, finding(&call)).await?;
    let id = client_id(&call);
    let others = call
        .read("api-secrets", move |tx| db!(tx, clients::secret_facts(&id, now)))
        .await?;
    let ends = others.iter().filter(|other| other.id != facts.id);
    let last = ends.filter_map(|other| other.expires_at).max();
    Ok(answer(&call, facts, secret, |added| RotatedDocument {
        added,
        old_secrets_expire_at: last.map(UnixTime::seconds),
    }))
}

pub(super) const END: Operation = Operation {
    id: "endSecret",
    summary: "End one of two secrets of a client, at once or later; one that ends earlier already stays as it is",
    query: &[Parameter {
        name: "until",
        about: "How long it still counts; without it, it ends at once",
        kind: Kind::Instant,
    }],
    version: Version::Honoured,
    problems: &[409],
    ..PLAIN
};

pub(super) async fn end(call: Call) -> Result<Answer, Problem> {
    let (id, secret, caller) = (client_id(&call), call.named("secret"), call.caller.clone());
    let (until, if_match) = (call.query.instant("until"), call.if_match.clone());
    call.write("api-end-secret", move |tx, act| {
        let Some(client) = db!(tx, clients::lock(&id))? else {
            return Ok(Err(unknown()));
        };
        if let Err(problem) = caller.may_shape(&client.metadata) {
            return Ok(Err(problem));
        }
        let counting = db!(tx, clients::secret_facts(&id, act.now))?;
        let named = counting.into_iter().find(|facts| facts.id == secret);
        let known = named
            .map(SecretDocument::from)
            .ok_or_else(|| Problem::unknown("secret"));
        if let Err(problem) = known.and_then(|known| Call::meets(if_match.as_ref(), &known)) {
            return Ok(Err(problem));
        }
        Ok(
            match standing::end_secret(tx, act, (&id, &secret), until.unwrap_or(act.now))? {
                SecretEnded::Ended => Ok(()),
                SecretEnded::Last => Err(conflict("no other counts longer: add another first")),
                SecretEnded::Unknown => Err(Problem::unknown("secret")),
            },
        )
    })
    .await?;
    Ok(Answer::nothing())
}

/// What can be said of a secret, with the secret itself when it was made just now.
type Told = (SecretFacts, Option<Shown>);

/// Makes a secret of the client whom the path names, if it is one that the caller may touch.
fn making<F>(
    call: &Call,
    mut work: F,
) -> impl FnMut(&mut Tx<'_>, &Act) -> Result<Result<(Told, String), Problem>, StoreError> + Send + 'static
where
    F: FnMut(&mut Tx<'_>, &Act, Pepper<'_>) -> Result<SecretAdded, StoreError> + Send + 'static,
{
    let (id, caller) = (client_id(call), call.caller.clone());
    let (version, pepper) = call.cx.services.keys.secrets().newest_pepper();
    let pepper = Zeroizing::new(*pepper);
    move |tx, act| {
        let Some(client) = db!(tx, clients::lock(&id))? else {
            return Ok(Err(unknown()));
        };
        if let Err(problem) = caller.may_shape(&client.metadata) {
            return Ok(Err(problem));
        }
        let before = db!(tx, clients::secret_facts(&id, act.now))?;
        let pepper = Pepper {
            version,
            key: &pepper,
        };
        let secret = match work(tx, act, pepper)? {
            SecretAdded::Added(secret) => secret,
            SecretAdded::TooMany => return Ok(Err(conflict("two secrets count already; end one first"))),
            SecretAdded::NotByOne => return Ok(Err(conflict("this client has no secret"))),
            SecretAdded::Unknown => return Ok(Err(unknown())),
        };
        let after = db!(tx, clients::secret_facts(&id, act.now))?;
        let is_new = |facts: &SecretFacts| before.iter().all(|known| known.id != facts.id);
        let Some(facts) = after.into_iter().find(is_new) else {
            return Err(StoreError::Refused(
                "a secret that was added is not there".to_owned(),
            ));
        };
        let name = facts.id.clone();
        Ok(Ok(((facts, Some(Shown(Arc::new(secret)))), name)))
    }
}

/// Finds what was made by the same request before.
fn finding(
    call: &Call,
) -> impl FnMut(&mut Tx<'_>, &str) -> Result<Option<Told>, StoreError> + Send + 'static {
    let (id, now) = (client_id(call), call.cx.now);
    move |tx, made| {
        let facts = db!(tx, clients::secret_facts(&id, now))?;
        let found = facts.into_iter().find(|facts| facts.id == made);
        Ok(found.map(|facts| (facts, None)))
    }
}

fn answer<D: Serialize>(
    call: &Call,
    facts: SecretFacts,
    client_secret: Option<Shown>,
    document: impl FnOnce(AddedDocument) -> D,
) -> Answer {
    let secret = SecretDocument::from(facts);
    let path = format!("/clients/{}/secrets/{}", client_id(call), secret.id);
    let added = AddedDocument {
        secret: secret.clone(),
        client_secret,
    };
    Answer::created(&document(added), &path).with_version(&secret)
}

fn conflict(sentence: &str) -> Problem {
    Problem::new(Code::Conflict).saying(sentence)
}
