//! `/keys`: signing keys, and the change of them.

use super::answer::Answer;
use super::call::Call;
use super::operation::{Gives, Kind, Operation, PLAIN, Parameter, Takes};
use super::problem::{Code, Problem};
use super::schemas::{list as list_of, one};
use crate::clients::schema;
use crate::db;
use crate::failure::Broken;
use crate::keys::document::KeyDocument;
use crate::keys::impact::{NoRotation, NotRevocable, Reach};
use crate::keys::{Keys, OpenError};
use actix_web::error::BlockingError;
use actix_web::web::block;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;
use utoipa::ToSchema;
use vouchsafe_core::decide::key_state;
use vouchsafe_core::model::{KeyAlgorithm, Kid};

/// Which keys are to be rotated, and how.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Rotation {
    /// The algorithm.
    #[serde(default)]
    #[schema(schema_with = schema::key_algorithm)]
    alg: KeyAlgorithm,
    /// Let the next key sign at once, instead of when it was published long enough.
    #[serde(default)]
    now: bool,
    /// Do it although some libraries will refuse new tokens for a while: the next key was published for less than 24 hours,
    /// or more keys are published than they keep.
    #[serde(default)]
    force: bool,
    /// Only say what it would do.
    #[serde(default)]
    dry_run: bool,
}

/// A rotation. One that was planned before is told again, and nothing is made.
#[derive(Default, Serialize, ToSchema)]
#[schema(as = KeyRotation)]
pub(super) struct RotationDocument {
    /// The key that is to sign.
    kid: String,
    /// The key that signs until then; left out when it was planned before.
    #[serde(skip_serializing_if = "Option::is_none")]
    replaces: Option<String>,
    /// When it begins to sign, in seconds since 1970.
    activate_at: i64,
    /// Keys that were made.
    made: Vec<String>,
    /// Set when nothing was done.
    #[serde(skip_serializing_if = "is_false")]
    dry_run: bool,
    /// What it means for those who hold and check tokens.
    #[serde(skip_serializing_if = "Value::is_null")]
    #[schema(value_type = Object)]
    impact: Value,
    /// The same in words.
    meaning: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands on references")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

/// A revocation.
#[derive(Default, Serialize, ToSchema)]
#[schema(as = KeyRevocation)]
pub(super) struct RevocationDocument {
    /// The key.
    kid: String,
    /// What it was.
    was: &'static str,
    /// When, in seconds since 1970; null when nothing was done.
    revoked_at: Option<i64>,
    /// The key that signs in its place; null when nothing was done and that one is yet to be made.
    successor: Option<String>,
    /// Keys that were made.
    made: Vec<String>,
    /// Set when nothing was done.
    #[serde(skip_serializing_if = "is_false")]
    dry_run: bool,
    /// What it means for those who hold and check tokens.
    #[schema(value_type = Object)]
    impact: Value,
    /// The same in words.
    meaning: String,
}

pub(super) const LIST: Operation = Operation {
    id: "listKeys",
    summary: "List signing keys with their states",
    gives: Gives::Document(list_of::<KeyDocument>),
    ..PLAIN
};

pub(super) async fn list(call: Call) -> Result<Answer, Problem> {
    let rows = call.read("api-keys", |tx| db!(tx, signing_keys::all())).await?;
    let (times, now) = (call.cx.services.keys.times(), call.cx.now);
    let items: Vec<_> = rows
        .iter()
        .map(|key| KeyDocument::of(key, key_state::state(key, &rows, times, now)))
        .collect();
    Ok(Answer::document(&json!({ "items": items })))
}

pub(super) const ROTATE: Operation = Operation {
    id: "rotateKeys",
    summary: "Let the next key sign as soon as it was published long enough, or at once",
    takes: Takes::Json(one::<Rotation>),
    gives: Gives::Document(one::<RotationDocument>),
    problems: &[409],
    ..PLAIN
};

pub(super) async fn rotate(call: Call) -> Result<Answer, Problem> {
    let wish: Rotation = call.body()?;
    call.stands().await?;
    let (services, now) = (Arc::clone(&call.cx.services), call.cx.now);
    let planned = match services.keys.plan_rotation(wish.alg, (now, wish.now)) {
        Ok(planned) => planned,
        Err(why) => return planned_before(&why, wish.alg),
    };
    if let Some(why) = planned.refusal().filter(|_| !wish.force) {
        return Err(Problem::new(Code::Conflict).saying(why));
    }
    let mut document = RotationDocument {
        kid: planned.promised.kid.as_str().to_owned(),
        replaces: Some(planned.replaces.as_str().to_owned()),
        activate_at: planned.promised.activate_at.seconds(),
        impact: planned.document(),
        meaning: planned.in_words(),
        dry_run: wish.dry_run,
        ..RotationDocument::default()
    };
    if !wish.dry_run {
        let (act, promised) = (call.act(), planned.promised);
        let made = finished(block(move || services.keys.promote(&services.store, &act, &promised)).await)?;
        document.made = names(&made.ok_or_else(changed_meanwhile)?);
    }
    Ok(Answer::document(&document))
}

/// Nothing to do is no failure when it is because somebody did the same before.
fn planned_before(why: &NoRotation, alg: KeyAlgorithm) -> Result<Answer, Problem> {
    let meaning = why.in_words(alg);
    match why {
        NoRotation::NoKey => Err(Problem::new(Code::Conflict).saying(meaning)),
        NoRotation::Planned { kid, activate_at } => Ok(Answer::document(&RotationDocument {
            kid: kid.as_str().to_owned(),
            activate_at: activate_at.seconds(),
            meaning,
            ..RotationDocument::default()
        })),
    }
}

pub(super) const REVOKE: Operation = Operation {
    id: "revokeKey",
    summary: "Take a key that others may know out of use at once",
    query: &[Parameter {
        name: "dry_run",
        about: "Only say what it would do",
        kind: Kind::Flag,
    }],
    gives: Gives::Document(one::<RevocationDocument>),
    problems: &[409],
    ..PLAIN
};

pub(super) async fn revoke(call: Call) -> Result<Answer, Problem> {
    let kid = Kid::new(call.named("kid"));
    let reach = reach(&call, &kid).await?;
    let (services, now) = (Arc::clone(&call.cx.services), call.cx.now);
    let planned = services
        .keys
        .plan_revocation(&kid, now, reach)
        .map_err(|why| not_revocable(&kid, why))?;
    let mut document = RevocationDocument {
        kid: planned.kid.as_str().to_owned(),
        was: planned.was.as_str(),
        successor: planned.successor.kid().map(|kid| kid.as_str().to_owned()),
        impact: planned.document(),
        meaning: planned.in_words(),
        dry_run: call.query.flag("dry_run") == Some(true),
        ..RevocationDocument::default()
    };
    if !document.dry_run {
        let act = call.act();
        let made = finished(block(move || services.keys.revoke(&services.store, &act, &kid)).await)?;
        document.successor = signing(&call.cx.services.keys, planned.alg, &call);
        document.made = names(&made.ok_or_else(changed_meanwhile)?);
        document.revoked_at = Some(now.seconds());
    }
    Ok(Answer::document(&document))
}

fn signing(keys: &Keys, alg: KeyAlgorithm, call: &Call) -> Option<String> {
    let rows: Vec<_> = keys.states(call.cx.now).into_iter().map(|(row, _)| row).collect();
    key_state::signing(&rows, alg, call.cx.now).map(|key| key.kid.as_str().to_owned())
}

/// What depends on keys of its algorithm; asks on the way whether the caller still stands.
async fn reach(call: &Call, kid: &Kid) -> Result<Reach, Problem> {
    let (services, now) = (Arc::clone(&call.cx.services), call.cx.now);
    let alg = services.keys.algorithm_of(kid, now);
    call.read("reach-of-keys", move |tx| {
        Reach::of(tx, alg, (now, &services.config.tokens), &services.fetchers)
    })
    .await
}

fn names(kids: &[Kid]) -> Vec<String> {
    kids.iter().map(|kid| kid.as_str().to_owned()).collect()
}

fn not_revocable(kid: &Kid, why: NotRevocable) -> Problem {
    let code = match why {
        NotRevocable::Unknown => Code::NotFound,
        NotRevocable::Removed | NotRevocable::Revoked(_) => Code::Conflict,
    };
    Problem::new(code).saying(why.in_words(kid))
}

fn changed_meanwhile() -> Problem {
    Problem::new(Code::Conflict).saying("the keys were changed meanwhile; look again")
}

/// What became of work on the keys, which blocks.
pub(super) fn finished<T>(done: Result<Result<T, OpenError>, BlockingError>) -> Result<T, Problem> {
    match done {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(OpenError::Store(error))) => Err(error.into()),
        Ok(Err(OpenError::Keys(error))) => Err(Broken::from(error).into()),
        Err(_) => Err(Broken::Overloaded("work on the keys").into()),
    }
}
