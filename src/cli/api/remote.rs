//! `api …` through a server.

use super::change::{DeleteArgs, UpdateArgs, taken};
use super::show::HEADS;
use super::{ApiVerb, CreateArgs, unknown};
use crate::cli::exit::Failure;
use crate::cli::listing::Listing;
use crate::cli::output::Output;
use crate::cli::remote::{Document, Remote, part, word};
use crate::config::show_duration;
use serde_json::{Value, json};
use vouchsafe_core::model::Span;

pub(super) fn run(server: &Remote, verb: ApiVerb, output: &Output) -> Result<(), Failure> {
    match verb {
        ApiVerb::Create(args) => create(server, args, output),
        ApiVerb::List => all(server, output),
        ApiVerb::Show(named) => show(server, &named.identifier, output),
        ApiVerb::Update(args) => update(server, args, output),
        ApiVerb::Delete(args) => delete(server, &args, output),
    }
}

fn all(server: &Remote, output: &Output) -> Result<(), Failure> {
    let mut listing = Listing::new(output);
    server.each("/apis", &[], &mut |api| {
        let api = plain(api);
        listing.add(&api, || row(&api));
        Ok(!output.is_broken())
    })?;
    listing.end(HEADS);
    Ok(())
}

fn create(server: &Remote, args: CreateArgs, output: &Output) -> Result<(), Failure> {
    let mut members = args.settings.members();
    members.insert("identifier".to_owned(), json!(args.identifier));
    members.insert("name".to_owned(), json!(args.name));
    // Left out is the default, and null is nothing that a new one may say.
    members.retain(|_, value| !value.is_null());
    let made = server.create("/apis", &Value::Object(members))?;
    output.tell("the API is registered:");
    output.answer(&plain(made.value));
    Ok(())
}

fn update(server: &Remote, args: UpdateArgs, output: &Output) -> Result<(), Failure> {
    let api = find(server, &args.identifier)?;
    let mut members = args.settings.members();
    if let Some(name) = args.name {
        members.insert("name".to_owned(), json!(name));
    }
    let path = path(&args.identifier, args.force);
    let changed = server.patch(&path, &Value::Object(members), api.version.as_deref())?;
    let (api, losers) = losers(changed.value);
    output.tell(&format!("the API is changed{}:", taken(losers.len())));
    output.answer(&plain(api));
    Ok(())
}

fn delete(server: &Remote, args: &DeleteArgs, output: &Output) -> Result<(), Failure> {
    find(server, &args.identifier)?;
    let deleted = server.delete(&path(&args.identifier, args.force))?;
    let (_, losers) = losers(deleted.value);
    let words = format!("the API is deleted{}", taken(losers.len()));
    output.report(
        &json!({"identifier": args.identifier, "deleted": true, "taken_from": losers}),
        &words,
    );
    Ok(())
}

/// A document without those who lost what they used, and those.
fn losers(mut document: Value) -> (Value, Vec<Value>) {
    let members = document.as_object_mut();
    let losers = members.and_then(|members| members.remove("taken_from"));
    let losers = losers.as_ref().and_then(Value::as_array).cloned();
    (document, losers.unwrap_or_default())
}

fn show(server: &Remote, identifier: &str, output: &Output) -> Result<(), Failure> {
    let mut api = find(server, identifier)?.value;
    let (owned, mut used_by) = (scopes(&api), Vec::new());
    server.each("/clients", &[], &mut |client| {
        let held = word(&client, "scope");
        let used: Vec<_> = held
            .split(' ')
            .filter(|name| owned.iter().any(|owned| owned == name))
            .collect();
        let audiences = client.get("introspects").and_then(Value::as_array);
        let introspects = audiences.is_some_and(|audiences| audiences.contains(&json!(identifier)));
        if introspects || !used.is_empty() {
            used_by.push(json!({
                "client_id": client.get("client_id"),
                "client_name": client.get("client_name"),
                "scopes": used,
                "introspects": introspects,
            }));
        }
        Ok(true)
    })?;
    if let Some(members) = api.as_object_mut() {
        members.insert("used_by".to_owned(), Value::Array(used_by));
    }
    output.answer(&plain(api));
    Ok(())
}

/// An API without the name that it has in paths, which nobody needs here.
fn plain(mut api: Value) -> Value {
    if let Some(members) = api.as_object_mut() {
        members.retain(|name, _| name != "id");
    }
    api
}

/// The API with this identifier.
fn find(server: &Remote, identifier: &str) -> Result<Document, Failure> {
    server.get(&path(identifier, false)).map_err(|failure| {
        if failure.message.starts_with("there is no such API") {
            unknown(identifier)
        } else {
            failure
        }
    })
}

fn path(identifier: &str, force: bool) -> String {
    let force = if force { "?force=true" } else { "" };
    format!("/apis/{}{force}", part(identifier))
}

fn scopes(api: &Value) -> Vec<String> {
    let scopes = api.get("scopes").and_then(Value::as_array).into_iter().flatten();
    scopes.map(|scope| word(scope, "name")).collect()
}

fn row(api: &Value) -> [String; 4] {
    let lifetime = api.get("access_token_lifetime").and_then(Value::as_i64);
    [
        word(api, "identifier"),
        word(api, "name"),
        scopes(api).join(" "),
        lifetime
            .map(Span::from_seconds)
            .map(show_duration)
            .unwrap_or_default(),
    ]
}
