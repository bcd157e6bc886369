//! `client initial-token`, `initial-tokens` and `revoke-initial-token`: letting others register clients.

use crate::cli::exit::Failure;
use crate::cli::instant::instant;
use crate::cli::listing::list;
use crate::cli::open::Workplace;
use crate::cli::output::Output;
use crate::clients::dynamic::initial_tokens::{self, Made, Wish};
use crate::config::{DynamicRegistration, parse_duration};
use crate::db;
use clap::Args;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use vouchsafe_core::model::{InitialToken, Span};
use vouchsafe_core::spec::scope;

#[derive(Debug, Args)]
pub(super) struct InitialTokenArgs {
    /// How many clients can be registered with it
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    uses: u32,
    /// How long it counts
    #[arg(long, value_name = "DURATION", default_value = "1d", value_parser = duration)]
    expires: Span,
    /// A scope that the clients may have, instead of those of `registration.scopes`
    #[arg(long)]
    scope: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct NamedToken {
    /// The token's id, as `initial-tokens` shows it
    id: String,
}

fn duration(text: &str) -> Result<Span, String> {
    match parse_duration(text)? {
        span if span > Span::ZERO && span <= Span::from_days(400) => Ok(span),
        _ => Err("must be more than nothing and at most 400d".to_owned()),
    }
}

pub(super) fn create(place: &Workplace, args: &InitialTokenArgs, output: &Output) -> Result<(), Failure> {
    let scopes = scope::parse(&args.scope.join(" "))
        .map_err(|_| Failure::failed("a scope has a character that RFC 6749 section 3.3 does not allow"))?;
    let apis = place.store.read_blocking("apis", |tx| db!(tx, apis::all()))?;
    let owned = |name: &str| {
        apis.iter()
            .flat_map(|api| &api.scopes)
            .any(|scope| scope.name == name)
    };
    if let Some(name) = scopes.iter().find(|name| !scope::standard(name) && !owned(name)) {
        return Err(Failure::failed(format!(
            "scope {name:?}: no API owns it; register it first with `vouchsafe api create`"
        )));
    }
    let wish = Wish {
        uses: i64::from(args.uses),
        lasts: args.expires,
        scopes,
    };
    let made = place.act("create-initial-token", move |tx, act| {
        Ok(match Made::new(wish.clone(), act) {
            Ok(made) => {
                initial_tokens::create(tx, act, &made)?;
                Ok(Arc::new(made))
            }
            Err(rule) => Err(rule),
        })
    })?;
    let made = made.map_err(|rule| Failure::failed(rule.to_string()))?;
    if place.config.registration.dynamic == DynamicRegistration::Off {
        output.note("note: registration.dynamic is off: set it to \"token\", or nobody can use this");
    }
    output.tell("the initial access token is shown this once:");
    let mut members = document(&made.token);
    members.insert("initial_access_token".to_owned(), json!(made.secret.expose()));
    output.answer(&Value::Object(members));
    Ok(())
}

pub(super) fn all(place: &Workplace, output: &Output) -> Result<(), Failure> {
    let now = place.ports.clock.now();
    list(
        (place, output),
        ["ID", "USES LEFT", "EXPIRES", "SCOPES"],
        |tx, after: Option<&InitialToken>, limit| {
            db!(
                tx,
                initial_tokens::page(after.map(|token| token.id.as_str()), limit)
            )
        },
        |token| {
            // One that has expired is gone with the next sweep.
            (token.expires_at > now).then(|| {
                let row = [
                    token.id.clone(),
                    token.uses_left.to_string(),
                    instant(token.expires_at),
                    scope::join(&token.scopes),
                ];
                (Value::Object(document(token)), row)
            })
        },
    )
}

pub(super) fn revoke(place: &Workplace, named: &NamedToken, output: &Output) -> Result<(), Failure> {
    let id = named.id.clone();
    let revoked = place.act("revoke-initial-token", move |tx, act| {
        initial_tokens::revoke(tx, act, &id)
    })?;
    if !revoked {
        return Err(Failure::failed(format!(
            "there is no initial access token {:?}",
            named.id
        )));
    }
    output.report(
        &json!({"id": named.id, "revoked": true}),
        "the initial access token is revoked; clients that were registered with it stay",
    );
    Ok(())
}

fn document(token: &InitialToken) -> Map<String, Value> {
    let members = [
        ("id", json!(token.id)),
        ("uses_left", json!(token.uses_left)),
        ("scope", json!(scope::join(&token.scopes))),
        ("created_by", json!(token.created_by)),
        ("created_at", json!(token.created_at.seconds())),
        ("expires_at", json!(token.expires_at.seconds())),
    ];
    members
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}
