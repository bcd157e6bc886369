//! `keys …` through a server: what it means is said by the server, after the question.

use super::change::{RevokeArgs, RotateArgs};
use super::{KeysVerb, instant};
use crate::cli::confirm::confirm;
use crate::cli::exit::{Exit, Failure};
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
    confirm(output, "Rotate?", args.yes)?;
    let alg = KeyAlgorithm::from(args.alg);
    let body = json!({"alg": alg, "now": args.now, "force": args.force});
    let done = server.post("/keys/rotate", Some(&body))?.value;
    let text = format!(
        "done; {} signs from {}",
        word(&done, "kid"),
        time(&done, "signs_from")
    );
    output.report(&done, &text);
    Ok(())
}

fn revoke(server: &Remote, args: &RevokeArgs, output: &Output) -> Result<(), Failure> {
    if args.dry_run {
        return Err(Failure::new(Exit::Usage, "--dry-run works on the database only"));
    }
    confirm(output, "Revoke?", args.yes)?;
    let done = server.post(&format!("/keys/{}/revoke", part(&args.kid)), None);
    let done = done.map_err(|failure| {
        if failure.message.starts_with("there is no such key") {
            Failure::failed(format!("there is no signing key {}", args.kid))
        } else {
            failure
        }
    })?;
    output.report(&done.value, "done");
    Ok(())
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
