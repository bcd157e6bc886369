//! What an operation takes and gives, said once: the server reads requests by it, and the OpenAPI document tells it.

use super::answer::Answer;
use super::call::Call;
use super::caller::{Permission, SignIn};
use super::problem::Problem;
use super::schemas::Schemas;
use std::future::Future;
use std::pin::Pin;
use utoipa::openapi::{RefOr, Schema};

/// A row of the table of routes.
pub struct Route {
    /// The method.
    pub method: Verb,
    /// The path below `/api/v1`.
    pub path: &'static str,
    /// What the caller's token must allow.
    pub permission: Permission,
    /// How long ago a person who calls may have signed in.
    pub sign_in: SignIn,
    pub(super) operation: &'static Operation,
    pub(super) run: fn(Call) -> Running,
}

impl Route {
    /// Whether it reads something that has a version.
    pub(super) const fn is_conditional(&self) -> bool {
        matches!(
            (self.method, self.operation.gives),
            (Verb::Get, Gives::Versioned(_))
        )
    }
}

/// The work of an operation.
pub(super) type Running = Pin<Box<dyn Future<Output = Result<Answer, Problem>>>>;

/// The methods of HTTP that the API has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Reads.
    Get,
    /// Makes, or does.
    Post,
    /// Replaces.
    Put,
    /// Changes (RFC 7396).
    Patch,
    /// Removes.
    Delete,
}

impl Verb {
    /// The method's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// An operation.
pub(super) struct Operation {
    /// Names it among all, for generators of clients.
    pub(super) id: &'static str,
    /// What it does, in one line.
    pub(super) summary: &'static str,
    /// The parameters of its query. Any other is refused.
    pub(super) query: &'static [Parameter],
    /// Its body.
    pub(super) takes: Takes,
    /// Its good answer.
    pub(super) gives: Gives,
    /// Whether the caller names the version that is changed.
    pub(super) version: Version,
    /// Whether a key makes a repeated request harmless.
    pub(super) has_key: bool,
    /// The problems that it alone has, by their statuses.
    pub(super) problems: &'static [u16],
}

/// An operation with nothing special, to be completed.
pub(super) const PLAIN: Operation = Operation {
    id: "",
    summary: "",
    query: &[],
    takes: Takes::Nothing,
    gives: Gives::Nothing,
    version: Version::Ignored,
    has_key: false,
    problems: &[],
};

/// The schema of a type.
pub(super) type Shape = fn(&mut Schemas) -> RefOr<Schema>;

/// The body of a request.
#[derive(Clone, Copy)]
pub(super) enum Takes {
    /// None.
    Nothing,
    /// JSON.
    Json(Shape),
    /// JSON merge patch (RFC 7396).
    Patch(Shape),
}

/// The body of a good answer.
#[derive(Clone, Copy)]
pub(super) enum Gives {
    /// 204 without one.
    Nothing,
    /// 200 with a document.
    Document(Shape),
    /// 200 with a document that has a version.
    Versioned(Shape),
    /// 201 with a document that has a version.
    Created(Shape),
    /// 200 with a file of one of these types.
    File(&'static [&'static str]),
}

/// Whether a change names the version that it changes (RFC 9110 §13.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// There is nothing to name.
    Ignored,
    /// It may.
    Honoured,
    /// It must.
    Required,
}

/// A parameter of a query.
pub(super) struct Parameter {
    /// Its name.
    pub(super) name: &'static str,
    /// What it does.
    pub(super) about: &'static str,
    /// What it may be.
    pub(super) kind: Kind,
}

/// What a parameter may be.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// A text without control characters.
    Text,
    /// One of these words.
    Word(fn() -> Vec<&'static str>),
    /// Some of these words, with commas between them.
    Words(fn() -> Vec<&'static str>),
    /// A whole number that is not negative.
    Number,
    /// `true` or `false`.
    Flag,
    /// How many rows.
    Limit,
    /// What a page before gave.
    Cursor,
    /// An instant (RFC 3339).
    Instant,
}

/// The page of a list.
pub(super) const LIMIT: Parameter = Parameter {
    name: "limit",
    about: "How many items the page has at most",
    kind: Kind::Limit,
};

/// The next page of a list.
pub(super) const CURSOR: Parameter = Parameter {
    name: "cursor",
    about: "`next_cursor` of the page before",
    kind: Kind::Cursor,
};
