//! A request of the API after everything that all operations share: who calls, what the query and body say, which
//! version is meant. Its transactions begin with the question whether the caller still stands.

use super::answer::IfMatch;
use super::caller::{Caller, SignIn};
use super::idempotency::{self, Key};
use super::json;
use super::operation::{Kind, Operation, Parameter};
use super::problem::{Code, Problem};
use crate::audit::Act;
use crate::cx::Cx;
use crate::store::listing::{BadCursor, MOST, Part, USUAL};
use crate::store::{StoreError, Tx};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use vouchsafe_core::model::{ClientId, UnixTime, User};
use vouchsafe_core::spec::params::Params;

/// The longest text in a query, in characters.
pub(super) const LONGEST_TEXT: usize = 256;
/// The longest cursor.
const LONGEST_CURSOR: usize = 2048;

/// A request that is to be answered.
pub(super) struct Call {
    /// The request.
    pub(super) cx: Cx,
    /// Who calls.
    pub(super) caller: Caller,
    /// What the route asks of a person's sign-in.
    pub(super) sign_in: SignIn,
    /// Whether only the head of the answer is wanted.
    pub(super) is_head: bool,
    pub(super) path: Vec<(String, String)>,
    pub(super) query: Query,
    pub(super) body: Value,
    pub(super) if_match: Option<IfMatch>,
    pub(super) key: Option<Key>,
}

impl Call {
    /// What the path names. An identifier that is an address is written `~` and base64url there.
    pub(super) fn named(&self, name: &str) -> String {
        let found = self.path.iter().find(|(known, _)| known == name);
        let text = found.map(|(_, value)| value.clone()).unwrap_or_default();
        match text
            .strip_prefix('~')
            .map(|encoded| URL_SAFE_NO_PAD.decode(encoded))
        {
            Some(Ok(bytes)) => String::from_utf8(bytes)
                .ok()
                .filter(|text| !text.contains('\0'))
                .unwrap_or_default(),
            Some(Err(_)) => String::new(),
            None => text,
        }
    }

    /// The body as the type of the operation.
    pub(super) fn body<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        json::typed(self.body.clone())
    }

    /// Whether the document as it is now is what the caller means to change.
    pub(super) fn meets(if_match: Option<&IfMatch>, document: &impl Serialize) -> Result<(), Problem> {
        if_match.map_or(Ok(()), |if_match| if_match.meets(document))
    }

    /// Whether a person who calls has signed in as lately as doing this to a person of this standing asks for.
    pub(super) fn signed_in_for(&self) -> impl Fn(&User) -> Result<(), Problem> + Send + 'static {
        let (caller, asked) = (self.caller.clone(), self.sign_in);
        move |user| caller.signed_in_for(asked, user.is_admin)
    }

    /// Asks whether the caller still stands, where nothing is read or written that would ask it.
    pub(super) async fn stands(&self) -> Result<(), Problem> {
        self.read("api-caller", |_| Ok(())).await
    }

    /// Reads in one transaction.
    pub(super) async fn read<T, F>(&self, name: &'static str, mut work: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        let (caller, now) = (self.caller.clone(), self.cx.now);
        let read = self.cx.store().read(name, move |tx| {
            Ok(match caller.stands(tx, now)? {
                Ok(()) => Ok(work(tx)?),
                Err(problem) => Err(problem),
            })
        });
        read.await?
    }

    /// Does something in one transaction. Work that returns a problem has written nothing.
    pub(super) async fn write<T, F>(&self, name: &'static str, mut work: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>, &Act) -> Result<Result<T, Problem>, StoreError> + Send + 'static,
    {
        let (caller, now, act) = (self.caller.clone(), self.cx.now, self.act());
        let written = self
            .cx
            .store()
            .write(name, move |tx| match caller.stands(tx, now)? {
                Ok(()) => work(tx, &act),
                Err(problem) => Ok(Err(problem)),
            });
        let written = written.await?;
        if self.path.iter().any(|(name, _)| name == "client_id") {
            // What was just changed here holds here at once.
            let id = ClientId::new(self.named("client_id"));
            self.cx.services.clients.forget(&id);
        }
        written
    }

    /// Makes something once for each idempotency key: `make` returns it with its name, `again` finds what was made
    /// before by that name.
    pub(super) async fn create<T, M, A>(
        &self,
        name: &'static str,
        mut make: M,
        mut again: A,
    ) -> Result<T, Problem>
    where
        T: Send + 'static,
        M: FnMut(&mut Tx<'_>, &Act) -> Result<Result<(T, String), Problem>, StoreError> + Send + 'static,
        A: FnMut(&mut Tx<'_>, &str) -> Result<Option<T>, StoreError> + Send + 'static,
    {
        let key = self.key.clone();
        self.write(name, move |tx, act| {
            idempotency::once(tx, act, key.as_ref(), &mut make, &mut again)
        })
        .await
    }

    /// Whether the key of the request is known, so that nothing will be made and nothing needs to be made ready.
    pub(super) async fn is_repeated(&self) -> Result<bool, Problem> {
        let (Some(key), now) = (self.key.clone(), self.cx.now) else {
            return Ok(false);
        };
        self.read("api-idempotency-key", move |tx| {
            idempotency::is_known(tx, &key, now)
        })
        .await
    }

    /// An act of the caller.
    pub(super) fn act(&self) -> Act {
        Act::of(&self.cx, self.caller.actor())
    }

    /// Which part of a list is wanted.
    pub(super) fn part(&self) -> Part {
        let limit = self.query.text("limit").and_then(|text| text.parse().ok());
        Part::first(limit.unwrap_or(USUAL))
    }

    /// Goes on where the page before ended, when the query says where.
    pub(super) fn resume(&self, resume: impl FnOnce(&str) -> Result<(), BadCursor>) -> Result<(), Problem> {
        match self.query.text("cursor") {
            None => Ok(()),
            Some(cursor) => {
                resume(cursor).map_err(|BadCursor| Problem::new(Code::CursorInvalid).at("cursor"))
            }
        }
    }
}

/// The parameters of a query, each checked by its kind.
pub(super) struct Query(Vec<(&'static str, String)>);

impl Query {
    /// Reads a query: parameters of the operation only, each once.
    pub(super) fn parse(query: &str, operation: &Operation) -> Result<Self, Problem> {
        let wrong = || Problem::new(Code::ParameterInvalid);
        let params = Params::parse(query.as_bytes()).map_err(|_| wrong())?;
        params
            .refuse_repeats(&[])
            .map_err(|_| wrong().saying("a parameter comes twice"))?;
        let mut read = Vec::new();
        for (name, value) in params.sent() {
            let known = operation.query.iter().find(|known| known.name == name);
            let Some(known) = known else {
                return Err(wrong().at(name).saying("this operation has no such parameter"));
            };
            if let Some(rule) = breaks(known, value) {
                return Err(wrong().at(name).saying(rule));
            }
            // A text that is empty filters nothing.
            if !value.is_empty() {
                read.push((known.name, value.to_owned()));
            }
        }
        Ok(Self(read))
    }

    /// A parameter.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// A parameter of its own.
    pub(super) fn owned(&self, name: &str) -> Option<String> {
        self.text(name).map(str::to_owned)
    }

    /// A parameter that is yes or no.
    pub(super) fn flag(&self, name: &str) -> Option<bool> {
        self.text(name).map(|value| value == "true")
    }

    /// A parameter that is several words.
    pub(super) fn words(&self, name: &str) -> impl Iterator<Item = &str> {
        self.text(name).into_iter().flat_map(|text| text.split(','))
    }

    /// A parameter that is a number.
    pub(super) fn number(&self, name: &str) -> Option<i64> {
        self.text(name).and_then(|text| text.parse().ok())
    }

    /// A parameter that is an instant.
    pub(super) fn instant(&self, name: &str) -> Option<UnixTime> {
        self.text(name).and_then(instant)
    }
}

/// The rule that a value breaks.
fn breaks(parameter: &Parameter, value: &str) -> Option<String> {
    let unless = |good: bool, rule: &str| (!good).then(|| rule.to_owned());
    match parameter.kind {
        Kind::Text => unless(
            value.chars().count() <= LONGEST_TEXT && !value.chars().any(char::is_control),
            "it must have at most 256 characters, without control characters",
        ),
        Kind::Word(words) => {
            let words = words();
            (!words.contains(&value)).then(|| format!("it must be one of {}", words.join(", ")))
        }
        Kind::Words(words) => {
            let words = words();
            let all = value.split(',').all(|word| words.contains(&word));
            (!all).then(|| {
                let words = words.join(", ");
                format!("it must be some of these with commas between them: {words}")
            })
        }
        Kind::Number => unless(
            value.bytes().all(|byte| byte.is_ascii_digit()) && value.parse::<i64>().is_ok(),
            "it must be a whole number that is not negative",
        ),
        Kind::Flag => unless(matches!(value, "true" | "false"), "it must be true or false"),
        Kind::Limit => unless(
            value.bytes().all(|byte| byte.is_ascii_digit())
                && value.parse().is_ok_and(|limit| (1..=MOST).contains(&limit)),
            "it must be a number from 1 to 200",
        ),
        Kind::Cursor => unless(
            (1..=LONGEST_CURSOR).contains(&value.len()),
            "it must be what the page before gave",
        ),
        Kind::Instant => unless(
            instant(value).is_some(),
            "it must be an instant as RFC 3339 has it, like 2026-01-31T12:00:00Z",
        ),
    }
}

fn instant(text: &str) -> Option<UnixTime> {
    let at = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    i64::try_from(at.unix_timestamp_nanos() / 1_000_000)
        .ok()
        .map(UnixTime::from_millis)
}
