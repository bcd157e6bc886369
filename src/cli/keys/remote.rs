//! `keys …` through a server: what it means is said by the server, in the same words.

use super::change::{DONE, NOTHING, RevokeArgs, RotateArgs};
use super::{KeysVerb, instant};
use crate::cli::confirm::confirm;
use crate::cli::exit::Failure;
use crate::cli::output::{Output, table};
use crate::cli::remote::{Remote, part, word};
use serde_json::{Value, json};
use vouchsafe_core::model::{KeyAlgorithm, UnixTime};

pub(super) fn run(server: &Remote, verb: &KeysVerb, output: &Output) -> Result<(), Failure> {
    match verb {
        KeysVerb::List => list(server, output),
        KeysVerb::Rotate(args) => rotate(server, args, output),
        KeysVerb::Revoke(args) => revoke(server, args, output),
        KeysVerb::Import(_) | KeysVerb::NewKek | KeysVerb::Rewrap(_) => Ok(()),
    }
}

fn list(server: &Remote, output: &Output) -> Result<(), Failure> {
    let listed = server.get("/keys")?.value;
    let keys = listed.get("items").cloned().unwrap_or(json!([]));
    let rows: Vec<_> = keys.as_array().into_iter().flatten().map(row).collect();
    let text = table(["KID", "ALG", "STATE", "CREATED", "SIGNS FROM"], &rows);
    output.report(&keys, &text);
    Ok(())
}

fn rotate(server: &Remote, args: &RotateArgs, output: &Output) -> Result<(), Failure> {
    let alg = KeyAlgorithm::from(args.alg);
    let ask = |dry_run: bool| {
        let body = json!({"alg": alg, "now": args.now, "force": args.force, "dry_run": dry_run});
        server.post("/keys/rotate", Some(&body))
    };
    let (mut planned, meaning) = told(ask(true)?.value);
    if planned.get("replaces").is_none() {
        output.report(&planned, &meaning);
        return Ok(());
    }
    output.tell(&meaning);
    if args.dry_run {
        without_deeds(&mut planned);
        output.report(&planned, NOTHING);
        return Ok(());
    }
    confirm(output, "Rotate?", args.yes)?;
    output.report(&told(ask(false)?.value).0, DONE);
    Ok(())
}

fn revoke(server: &Remote, args: &RevokeArgs, output: &Output) -> Result<(), Failure> {
    let path = format!("/keys/{}/revoke", part(&args.kid));
    let (mut planned, meaning) = told(server.post(&format!("{path}?dry_run=true"), None)?.value);
    output.tell(&meaning);
    if args.dry_run {
        without_deeds(&mut planned);
        output.report(&planned, NOTHING);
        return Ok(());
    }
    confirm(output, "Revoke?", args.yes)?;
    output.report(&told(server.post(&path, None)?.value).0, DONE);
    Ok(())
}

/// Takes away what there is only when something was done.
fn without_deeds(document: &mut Value) {
    if let Some(members) = document.as_object_mut() {
        members.retain(|name, _| !matches!(name.as_str(), "revoked_at" | "made"));
    }
}

/// What the server says of a change of keys, and what it means in words.
fn told(mut document: Value) -> (Value, String) {
    let meaning = word(&document, "meaning");
    if let Some(members) = document.as_object_mut() {
        members.remove("meaning");
    }
    (document, meaning)
}

fn row(key: &Value) -> [String; 5] {
    [
        word(key, "kid"),
        word(key, "alg"),
        word(key, "state"),
        time(key, "created_at"),
        time(key, "activate_at"),
    ]
}

fn time(document: &Value, name: &str) -> String {
    let seconds = document.get(name).and_then(Value::as_i64);
    seconds
        .map(|seconds| instant(UnixTime::from_seconds(seconds)))
        .unwrap_or_default()
}
