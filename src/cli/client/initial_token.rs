//! `client initial-token`, `initial-tokens` and `revoke-initial-token`: letting others register clients.

use crate::cli::exit::Failure;
use crate::cli::instant::instant;
use crate::cli::listing::list;
use crate::cli::open::Workplace;
use crate::cli::output::Output;
use crate::cli::remote::{Remote, part, word};
use crate::clients::document::InitialTokenDocument;
use crate::clients::dynamic::initial_tokens::{self, LONGEST, Made, Wish};
use crate::config::{DynamicRegistration, parse_duration};
use crate::db;
use crate::store::listing::InitialTokensWanted;
use clap::Args;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use vouchsafe_core::model::{InitialToken, Span, UnixTime};
use vouchsafe_core::spec::scope;

#[derive(Debug, Args)]
pub(super) struct InitialTokenArgs {
    /// What it is for; shown in the lists and in the audit log
    #[arg(long, default_value = "", hide_default_value = true)]
    name: String,
    /// How many clients can be registered with it
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    uses: u32,
    /// How long it counts
    #[arg(long, value_name = "DURATION", default_value = "1d", value_parser = duration)]
    expires_in: Span,
    /// A scope that the clients may have, instead of those of `registration.scopes`
    #[arg(long)]
    scope: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct NamedToken {
    /// The token's id, as `initial-tokens` shows it
    id: String,
}

const HEADS: [&str; 5] = ["ID", "NAME", "USES LEFT", "EXPIRES", "SCOPES"];

fn duration(text: &str) -> Result<Span, String> {
    match parse_duration(text)? {
        span if span > Span::ZERO && span <= LONGEST => Ok(span),
        _ => Err("must be more than nothing and at most 400d".to_owned()),
    }
}

pub(super) fn create(place: &Workplace, args: &InitialTokenArgs, output: &Output) -> Result<(), Failure> {
    let scopes = scope::parse(&args.scope.join(" "))
        .map_err(|_| Failure::failed("a scope has a character that RFC 6749 section 3.3 does not allow"))?;
    let apis = place.store.read_blocking("apis", |tx| db!(tx, apis::all()))?;
    let wish = Wish {
        name: args.name.clone(),
        uses: i64::from(args.uses),
        lasts: args.expires_in,
        scopes,
    };
    let wish = wish
        .checked(&apis)
        .map_err(|problem| Failure::failed(problem.to_string()))?;
    let made = place.act("create-initial-token", move |tx, act| {
        let made = Made::new(wish.clone(), act);
        initial_tokens::create(tx, act, &made)?;
        Ok(Arc::new(made))
    })?;
    if place.config.registration.dynamic == DynamicRegistration::Off {
        output.note("note: registration.dynamic is off: set it to \"token\", or nobody can use this");
    }
    let mut members = document(&made.token);
    members.insert("initial_access_token".to_owned(), json!(made.secret.expose()));
    tell(&Value::Object(members), output)
}

fn tell(made: &Value, output: &Output) -> Result<(), Failure> {
    output.tell("the initial access token is shown this once:");
    output.answer(made);
    output.delivered(&instead(&word(made, "id")))
}

/// What to do when nobody has seen a token.
fn instead(id: &str) -> String {
    format!("revoke it with `vouchsafe client revoke-initial-token {id}` and make another")
}

pub(super) fn all(place: &Workplace, output: &Output) -> Result<(), Failure> {
    let now = place.ports.clock.now();
    list(
        (place, output),
        HEADS,
        move |tx, after: Option<&InitialToken>, limit| {
            let mut wanted = InitialTokensWanted {
                now,
                ..InitialTokensWanted::default()
            };
            wanted.part.limit = limit;
            if let Some(after) = after {
                wanted.go_on_after(after);
            }
            Ok(db!(tx, initial_tokens::page(&wanted))?.items)
        },
        |token| {
            let document = Value::Object(document(token));
            let row = row(&document);
            Some((document, row))
        },
    )
}

/// A token as a row of the table.
fn row(token: &Value) -> [String; 5] {
    let number = |name: &str| token.get(name).and_then(Value::as_i64).unwrap_or_default();
    [
        word(token, "id"),
        word(token, "name"),
        number("uses_left").to_string(),
        instant(UnixTime::from_seconds(number("expires_at"))),
        word(token, "scope"),
    ]
}

/// As [`create`], through a server.
pub(super) fn create_at(server: &Remote, args: &InitialTokenArgs, output: &Output) -> Result<(), Failure> {
    let wish = json!({
        "name": args.name,
        "uses": args.uses,
        "expires_in": args.expires_in.seconds(),
        "scope": args.scope.join(" "),
    });
    let made = server.create("/initial-tokens", &wish)?;
    if made.again && made.value.get("initial_access_token").is_none() {
        output.answer(&made.value);
        let id = word(&made.value, "id");
        return Err(Failure::failed(format!(
            "the token is made, but the answer that shows it this once was lost on the way; {}",
            instead(&id)
        )));
    }
    tell(&made.value, output)
}

/// As [`all`], through a server.
pub(super) fn all_at(server: &Remote, output: &Output) -> Result<(), Failure> {
    server.list(("/initial-tokens", &[]), output, HEADS, row)
}

/// As [`revoke`], through a server.
pub(super) fn revoke_at(server: &Remote, named: &NamedToken, output: &Output) -> Result<(), Failure> {
    let path = format!("/initial-tokens/{}", part(&named.id));
    server.delete(&path).map_err(|failure| {
        if failure
            .message
            .starts_with("there is no such initial access token")
        {
            unknown(&named.id)
        } else {
            failure
        }
    })?;
    revoked(&named.id, output);
    Ok(())
}

fn unknown(id: &str) -> Failure {
    Failure::failed(format!("there is no initial access token {id:?}"))
}

fn revoked(id: &str, output: &Output) {
    output.report(
        &json!({"id": id, "revoked": true}),
        "the initial access token is revoked; clients that were registered with it stay",
    );
}

pub(super) fn revoke(place: &Workplace, named: &NamedToken, output: &Output) -> Result<(), Failure> {
    let id = named.id.clone();
    let known = place.act("revoke-initial-token", move |tx, act| {
        initial_tokens::revoke(tx, act, &id)
    })?;
    if !known {
        return Err(unknown(&named.id));
    }
    revoked(&named.id, output);
    Ok(())
}

fn document(token: &InitialToken) -> Map<String, Value> {
    // Nothing in such a document can fail to be written.
    match serde_json::to_value(InitialTokenDocument::from(token)) {
        Ok(Value::Object(members)) => members,
        Ok(_) | Err(_) => Map::new(),
    }
}
