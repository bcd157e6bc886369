//! `client list` and `client show`.

use super::find;
use super::list::ListArgs;
use crate::cli::exit::Failure;
use crate::cli::listing::{bad_cursor, pages};
use crate::cli::open::Workplace;
use crate::cli::output::Output;
use crate::clients::registration::document;
use crate::db;
use crate::store::listing::ClientsWanted;
use serde_json::{Value, json};
use vouchsafe_core::model::{Client, UnixTime};

/// What a list shows of each client.
pub(super) const HEADS: [&str; 4] = ["CLIENT", "NAME", "TYPE", "DISABLED"];

/// The clients that are wanted.
pub(super) fn all(place: &Workplace, args: ListArgs, output: &Output) -> Result<(), Failure> {
    let wanted = args.wanted();
    pages(
        (place, output),
        HEADS,
        move |tx, cursor| {
            let mut wanted: ClientsWanted = wanted.clone();
            if let Some(cursor) = cursor {
                wanted.resume(cursor).map_err(bad_cursor)?;
            }
            db!(tx, clients::page_of(&wanted))
        },
        |client: &Client| {
            let document = document(client);
            let word = |name: &str| {
                let text = document.get(name).and_then(Value::as_str);
                text.unwrap_or_default().to_owned()
            };
            let disabled = client.disabled_at.map_or("", |_| "yes").to_owned();
            let row = [word("client_id"), word("client_name"), word("type"), disabled];
            (Value::Object(document), row)
        },
    )
}

/// One client, with when its secrets were made, end, and were last used.
pub(super) fn one(place: &Workplace, client_id: &str, output: &Output) -> Result<(), Failure> {
    let client = find(place, client_id)?;
    let (id, now) = (client.id.clone(), place.ports.clock.now());
    let secrets = place.store.read_blocking("client-secrets", move |tx| {
        db!(tx, clients::secret_facts(&id, now))
    })?;
    let secrets: Vec<_> = secrets
        .into_iter()
        .map(|secret| {
            json!({
                "id": secret.id,
                "created_at": secret.created_at.seconds(),
                "expires_at": secret.expires_at.map(UnixTime::seconds),
                "last_used_at": secret.last_used_at.map(UnixTime::seconds),
            })
        })
        .collect();
    let mut members = document(&client);
    members.insert("secrets".to_owned(), Value::Array(secrets));
    members.insert("epoch".to_owned(), json!(client.epoch));
    output.answer(&Value::Object(members));
    Ok(())
}
