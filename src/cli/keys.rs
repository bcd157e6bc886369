//! `keys …`: signing keys, and the key that seals them.

mod change;
mod impact;
mod remote;
mod sealing;

use super::args::Global;
use super::exit::Failure;
use super::open::Workplace;
use super::output::{Output, table};
use super::remote::{Remote, only_on_the_database};
use crate::db;
use crate::keys::Keys;
use crate::keys::document::KeyDocument;
use crate::metrics::Metrics;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::sync::Arc;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use vouchsafe_core::decide::key_state;
use vouchsafe_core::model::{SigningKey, UnixTime};

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  vouchsafe keys list --json")]
pub(crate) struct KeysArgs {
    #[command(subcommand)]
    verb: KeysVerb,
}

#[derive(Debug, Subcommand)]
enum KeysVerb {
    /// List signing keys with their states
    #[command(after_help = "Example:\n  vouchsafe keys list --json")]
    List,
    /// Let the next key sign as soon as it was published long enough, or at once
    #[command(after_help = "Example:\n  vouchsafe keys rotate\n  vouchsafe keys rotate --now --force --yes")]
    Rotate(change::RotateArgs),
    /// Take a key that others may know out of use at once
    #[command(
        after_help = "Example:\n  vouchsafe keys revoke 8Qx0nqzYxj3cQ2VnB2m8m3cY8n1tqgk4v0rY1i7kq9s --yes"
    )]
    Revoke(change::RevokeArgs),
    /// Add a signing key that was made elsewhere; it becomes the next one
    #[command(after_help = "Example:\n  vouchsafe keys import ./signing-key.pem")]
    Import(sealing::ImportArgs),
    /// Make a key-encryption key that seals nothing yet
    #[command(after_help = "Example:\n  vouchsafe keys new-kek")]
    NewKek,
    /// Seal everything with the key-encryption key whose file sorts last in keys.dir
    #[command(after_help = "Example:\n  vouchsafe keys rewrap\n  vouchsafe keys rewrap --new-kek")]
    Rewrap(sealing::RewrapArgs),
}

/// `keys revoke` under another name: `panic --kid`.
pub(crate) fn revoke(
    place: &Workplace,
    kid: String,
    (dry_run, yes): (bool, bool),
    output: &Output,
) -> Result<(), Failure> {
    change::revoke(place, &change::RevokeArgs { kid, yes, dry_run }, output)
}

pub(crate) fn run(global: &Global, args: &KeysArgs, output: &Output) -> Result<(), Failure> {
    match &args.verb {
        KeysVerb::Import(_) | KeysVerb::NewKek | KeysVerb::Rewrap(_) => {
            // A private key, and what seals it, never travels.
            only_on_the_database(global, "keys import, new-kek and rewrap")?;
        }
        KeysVerb::List | KeysVerb::Rotate(_) | KeysVerb::Revoke(_) => {
            if let Some(server) = Remote::wanted(global)? {
                return remote::run(&server, &args.verb, output);
            }
        }
    }
    let begins = !matches!(args.verb, KeysVerb::List | KeysVerb::Revoke(_));
    let place = Workplace::open_or_begin(global, begins)?;
    match &args.verb {
        KeysVerb::List => list(&place, output),
        KeysVerb::Rotate(args) => change::rotate(&place, args, output),
        KeysVerb::Revoke(args) => change::revoke(&place, args, output),
        KeysVerb::Import(args) => sealing::import(&place, args, output),
        KeysVerb::NewKek => sealing::new_kek(&place, output),
        KeysVerb::Rewrap(args) => sealing::rewrap(&place, args, output),
    }
}

/// The keys of this installation, made when it is new.
fn open(place: &Workplace) -> Result<Keys, Failure> {
    Ok(Keys::open(
        &place.config,
        &place.store,
        &place.ports,
        &Arc::new(Metrics::new()),
    )?)
}

fn list(place: &Workplace, output: &Output) -> Result<(), Failure> {
    let keys = place
        .store
        .read_blocking("signing-keys", |tx| db!(tx, signing_keys::all()))?;
    let (times, now) = (place.config.key_times(), place.ports.clock.now());
    let state = |key: &SigningKey| key_state::state(key, &keys, &times, now);
    let document: Vec<_> = keys
        .iter()
        .map(|key| json!(KeyDocument::of(key, state(key))))
        .collect();
    let rows: Vec<_> = keys
        .iter()
        .map(|key| {
            [
                key.kid.as_str().to_owned(),
                key.alg.as_str().to_owned(),
                state(key).as_str().to_owned(),
                instant(key.created_at),
                instant(key.activate_at),
            ]
        })
        .collect();
    let text = if rows.is_empty() {
        "there are no signing keys yet; the first start of the server makes them".to_owned()
    } else {
        table(["KID", "ALG", "STATE", "CREATED", "SIGNS FROM"], &rows)
    };
    output.report(&Value::Array(document), &text);
    Ok(())
}

fn instant(at: UnixTime) -> String {
    OffsetDateTime::from_unix_timestamp(at.seconds())
        .ok()
        .and_then(|at| at.format(&Rfc3339).ok())
        .unwrap_or_default()
}
