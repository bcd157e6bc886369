//! `panic`: revokes at once everything that was given, everything that one client was given, or all that a key signed.

use super::args::Global;
use super::exit::Failure;
use super::keys;
use super::open::Workplace;
use super::output::Output;
use super::remote::only_on_the_database;
use crate::audit::emergency::{self, Preview, SLICE};
use clap::Args;
use serde_json::{Map, Value, json};
use std::io::BufRead as _;
use vouchsafe_core::model::ClientId;

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  vouchsafe panic --all --dry-run\n  vouchsafe panic --client 4qVv0Yt7m1cXw2aZr8Kd9g --yes"
)]
pub(crate) struct PanicArgs {
    #[command(flatten)]
    scope: Scope,
    /// Only say what would end
    #[arg(long)]
    dry_run: bool,
    /// Do not ask for the word to be typed
    #[arg(long, conflicts_with = "dry_run")]
    yes: bool,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Scope {
    /// Everything: all tokens, codes and grants of all clients, and all sign-in sessions
    #[arg(long)]
    all: bool,
    /// All tokens, codes and grants of this client
    #[arg(long, value_name = "CLIENT_ID")]
    client: Option<String>,
    /// A signing key, with all that it signed: the same as `keys revoke`
    #[arg(long, allow_hyphen_values = true)]
    kid: Option<String>,
}

pub(crate) fn run(global: &Global, args: PanicArgs, output: &Output) -> Result<(), Failure> {
    only_on_the_database(global, "panic")?;
    let place = Workplace::open(global)?;
    if let Some(kid) = args.scope.kid {
        return keys::revoke(&place, kid, (args.dry_run, args.yes), output);
    }
    let client = args.scope.client.map(ClientId::new);
    let mut members = preview(&place, client.as_ref(), output)?;
    members.insert("dry_run".to_owned(), json!(args.dry_run));
    if !args.dry_run {
        let word = client.as_ref().map_or("everything", ClientId::as_str);
        if !args.yes {
            ask(word, output)?;
        }
        match client {
            Some(client) => revoke_client(&place, client, &mut members)?,
            None => revoke_everything(&place, &mut members)?,
        }
    }
    let text = if args.dry_run {
        "nothing was changed"
    } else {
        "done; resource servers that follow the feed refuse within about a second"
    };
    output.report(&Value::Object(members), text);
    Ok(())
}

/// Says what would end, and how long others may still take it.
fn preview(
    place: &Workplace,
    client: Option<&ClientId>,
    output: &Output,
) -> Result<Map<String, Value>, Failure> {
    let times = (place.ports.clock.now(), place.config.tokens.access_token_lifetime);
    let wanted = client.cloned();
    let found = place
        .store
        .read_blocking("panic", move |tx| emergency::preview(tx, wanted.as_ref(), times))?;
    let Some(preview) = found else {
        let named = client.map_or("", ClientId::as_str);
        return Err(Failure::failed(format!("there is no client {named:?}")));
    };
    let Preview { grants, sessions, .. } = preview;
    output.tell(&format!(
        "this ends {grants} grants and {sessions} sessions; a resource server that does not follow the feed may take \
         access tokens for {} minutes more",
        preview.minutes()
    ));
    let members = json!({
        "scope": client.map_or("all", |_| "client"),
        "client_id": client,
        "grants": grants,
        "sessions": sessions,
        "worst_case_seconds": preview.longest.seconds(),
    });
    Ok(members.as_object().cloned().unwrap_or_default())
}

/// Takes the word itself for a yes, and nothing else.
fn ask(word: &str, output: &Output) -> Result<(), Failure> {
    output.note(&format!("type {word} to go on:"));
    let mut typed = String::new();
    // What cannot be read was not typed.
    let _ = std::io::stdin().lock().read_line(&mut typed);
    if typed.trim() == word {
        Ok(())
    } else {
        Err(Failure::failed("that was not the word; nothing was changed"))
    }
}

fn revoke_client(place: &Workplace, id: ClientId, members: &mut Map<String, Value>) -> Result<(), Failure> {
    let client = place.act("panic", move |tx, act| emergency::revoke_client(tx, act, &id))?;
    members.insert("epoch".to_owned(), json!(client.map(|client| client.epoch)));
    Ok(())
}

/// First the epoch, which ends all tokens and grants at once; then the sessions, a slice in each transaction.
fn revoke_everything(place: &Workplace, members: &mut Map<String, Value>) -> Result<(), Failure> {
    let epoch = place.act("panic", emergency::revoke_everything)?;
    let mut ended = 0;
    loop {
        let some = place.act("panic-sessions", move |tx, act| {
            emergency::end_some_sessions(tx, act, epoch, SLICE)
        })?;
        ended += some;
        if some == 0 {
            break;
        }
    }
    members.insert("epoch".to_owned(), json!(epoch));
    members.insert("sessions_ended".to_owned(), json!(ended));
    Ok(())
}
