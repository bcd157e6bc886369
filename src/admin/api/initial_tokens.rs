//! `/initial-tokens`: the right to register so many clients (RFC 7591 §3), made, listed and revoked.

use super::answer::Answer;
use super::call::Call;
use super::operation::{CURSOR, Gives, LIMIT, Operation, PLAIN, Takes, Version};
use super::problem::Problem;
use super::schemas::{one, page};
use crate::audit::Act;
use crate::clients::document::InitialTokenDocument;
use crate::clients::dynamic::initial_tokens::{self, Made, Wish, WishProblem};
use crate::db;
use crate::store::listing::InitialTokensWanted;
use crate::store::{StoreError, Tx};
use serde::{Deserialize, Serialize, Serializer};
use std::sync::Arc;
use utoipa::ToSchema;
use vouchsafe_core::model::Span;
use vouchsafe_core::spec::scope;

/// An initial access token to make.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewInitialToken {
    /// What it is for.
    #[serde(default)]
    #[schema(max_length = 100)]
    name: String,
    /// How many clients can be registered with it.
    #[serde(default = "once")]
    #[schema(minimum = 1, maximum = 10000)]
    uses: i64,
    /// For how many seconds it counts.
    #[serde(default = "a_day")]
    #[schema(minimum = 1, maximum = 34_560_000)]
    expires_in: i64,
    /// The scopes that the clients may have, instead of those of the configuration.
    #[serde(default)]
    scope: String,
}

const fn once() -> i64 {
    1
}

const fn a_day() -> i64 {
    Span::from_days(1).seconds()
}

/// An initial access token that was made just now, with its secret this one time.
#[derive(Serialize, ToSchema)]
#[schema(as = MadeInitialToken)]
struct MadeDocument {
    #[serde(flatten)]
    token: InitialTokenDocument,
    /// The token itself, shown this once; not for a repeated request.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    initial_access_token: Option<Shown>,
}

/// The token itself, for this one answer.
struct Shown(Arc<Made>);

impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.0.secret.expose())
    }
}

pub(super) const LIST: Operation = Operation {
    id: "listInitialTokens",
    summary: "List the initial access tokens that have not expired, the newest first",
    query: &[LIMIT, CURSOR],
    gives: Gives::Document(page::<InitialTokenDocument>),
    ..PLAIN
};

pub(super) async fn list(call: Call) -> Result<Answer, Problem> {
    let mut wanted = InitialTokensWanted {
        now: call.cx.now,
        part: call.part(),
    };
    call.resume(|cursor| wanted.resume(cursor))?;
    let page = call
        .read("api-list-initial-tokens", move |tx| {
            db!(tx, initial_tokens::page(&wanted))
        })
        .await?;
    Ok(Answer::page(page, |token| InitialTokenDocument::from(&token)))
}

pub(super) const READ: Operation = Operation {
    id: "readInitialToken",
    summary: "Read an initial access token, without the token itself",
    gives: Gives::Versioned(one::<InitialTokenDocument>),
    ..PLAIN
};

pub(super) async fn read(call: Call) -> Result<Answer, Problem> {
    let (id, now) = (call.named("id"), call.cx.now);
    let found = call
        .read("api-initial-token", move |tx| db!(tx, initial_tokens::by_id(&id)))
        .await?;
    // One that has expired is gone with the next sweep.
    let token = found.filter(|token| token.expires_at > now).ok_or_else(unknown)?;
    Ok(Answer::versioned(&InitialTokenDocument::from(&token)))
}

pub(super) const CREATE: Operation = Operation {
    id: "createInitialToken",
    summary: "Make an initial access token, with which others register clients; shown this once",
    takes: Takes::Json(one::<NewInitialToken>),
    gives: Gives::Created(one::<MadeDocument>),
    has_key: true,
    problems: &[409, 422],
    ..PLAIN
};

pub(super) async fn create(call: Call) -> Result<Answer, Problem> {
    let new: NewInitialToken = call.body()?;
    let wish = Wish {
        name: new.name,
        uses: new.uses,
        lasts: Span::from_seconds(new.expires_in),
        scopes: scope::parse(&new.scope)
            .map_err(|_| Problem::rule("a scope has a character that is not allowed").at("scope"))?,
    };
    let make = move |tx: &mut Tx<'_>, act: &Act| -> Result<_, StoreError> {
        let wish = match wish.clone().checked(&db!(tx, apis::all())?) {
            Ok(wish) => wish,
            Err(problem) => return Ok(Err(broken(&problem))),
        };
        let made = Arc::new(Made::new(wish, act));
        initial_tokens::create(tx, act, &made)?;
        let name = made.token.id.clone();
        Ok(Ok(((made.token.clone(), Some(Shown(made))), name)))
    };
    let again = |tx: &mut Tx<'_>, made: &str| {
        let known = db!(tx, initial_tokens::by_id(made))?;
        Ok(known.map(|token| (token, None)))
    };
    let (token, secret) = call.create("api-create-initial-token", make, again).await?;
    let document = InitialTokenDocument::from(&token);
    let answer = MadeDocument {
        token: document.clone(),
        initial_access_token: secret,
    };
    let path = format!("/initial-tokens/{}", document.id);
    Ok(Answer::created(&answer, &path).with_version(&document))
}

pub(super) const REVOKE: Operation = Operation {
    id: "revokeInitialToken",
    summary: "Revoke an initial access token; clients that were registered with it stay",
    version: Version::Honoured,
    ..PLAIN
};

pub(super) async fn revoke(call: Call) -> Result<Answer, Problem> {
    let (id, if_match) = (call.named("id"), call.if_match.clone());
    call.write("api-revoke-initial-token", move |tx, act| {
        let Some(token) = db!(tx, initial_tokens::by_id(&id))? else {
            return Ok(Err(unknown()));
        };
        if let Err(problem) = Call::meets(if_match.as_ref(), &InitialTokenDocument::from(&token)) {
            return Ok(Err(problem));
        }
        Ok(if initial_tokens::revoke(tx, act, &id)? {
            Ok(())
        } else {
            Err(unknown())
        })
    })
    .await?;
    Ok(Answer::nothing())
}

fn broken(problem: &WishProblem) -> Problem {
    Problem::rule(problem.to_string()).at(match problem {
        WishProblem::Name => "name",
        WishProblem::Uses => "uses",
        WishProblem::Lasts => "expires_in",
        WishProblem::Unowned(_) | WishProblem::Administers(_) => "scope",
    })
}

fn unknown() -> Problem {
    Problem::unknown("initial access token")
}
