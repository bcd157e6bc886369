//! `keys list`.

use super::args::Global;
use super::exit::Failure;
use super::open::Workplace;
use super::output::{Output, table};
use crate::db;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use vouchsafe_core::decide::key_state::{self, KeyState};
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
}

pub(crate) fn run(global: &Global, args: &KeysArgs, output: &Output) -> Result<(), Failure> {
    let KeysVerb::List = args.verb;
    let place = Workplace::open(global)?;
    let keys = place
        .store
        .read_blocking("signing-keys", |tx| db!(tx, signing_keys::all()))?;
    let (times, now) = (place.config.key_times(), place.ports.clock.now());
    let state = |key: &SigningKey| word(key_state::state(key, &keys, &times, now));
    let document: Vec<_> = keys
        .iter()
        .map(|key| {
            json!({
                "kid": key.kid,
                "alg": key.alg.as_str(),
                "state": state(key),
                "sequence": key.seq,
                "created_at": key.created_at.seconds(),
                "activate_at": key.activate_at.seconds(),
                "revoked_at": key.revoked_at.map(UnixTime::seconds),
            })
        })
        .collect();
    let rows: Vec<_> = keys
        .iter()
        .map(|key| {
            [
                key.kid.as_str().to_owned(),
                key.alg.as_str().to_owned(),
                state(key).to_owned(),
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

const fn word(state: KeyState) -> &'static str {
    match state {
        KeyState::Next => "next",
        KeyState::Active => "active",
        KeyState::Retiring => "retiring",
        KeyState::Removed => "removed",
        KeyState::Revoked => "revoked",
    }
}

fn instant(at: UnixTime) -> String {
    OffsetDateTime::from_unix_timestamp(at.seconds())
        .ok()
        .and_then(|at| at.format(&Rfc3339).ok())
        .unwrap_or_default()
}
