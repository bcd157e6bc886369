//! `client update`, `disable`, `enable` and `rotate-secret`.

use super::settings::Settings;
use super::{another_secret, find, unknown};
use crate::audit::Act;
use crate::cli::alg::ensure_keys;
use crate::cli::exit::Failure;
use crate::cli::instant::Until;
use crate::cli::open::Workplace;
use crate::cli::output::Output;
use crate::clients::dynamic::initial_tokens::LONGEST;
use crate::clients::registration::{self, Pepper, Wish, document};
use crate::clients::standing::{self, Changed, SecretAdded};
use crate::db;
use crate::store::{StoreError, Tx};
use clap::Args;
use serde_json::{Value, json};
use std::sync::Arc;
use vouchsafe_core::model::{Client, ClientId, UnixTime};
use zeroize::Zeroizing;

#[derive(Debug, Args)]
pub(super) struct UpdateArgs {
    /// The client
    #[arg(allow_hyphen_values = true)]
    pub(super) client_id: String,
    /// The name people see
    #[arg(long)]
    pub(super) name: Option<String>,
    #[command(flatten)]
    pub(super) settings: Settings,
}

#[derive(Debug, Args)]
pub(super) struct RotateArgs {
    /// The client
    #[arg(allow_hyphen_values = true)]
    pub(super) client_id: String,
    /// How long those before still count: until an instant (RFC 3339), or for a duration, 400d at most; one that had an
    /// end already ends now
    #[arg(long, value_name = "TIME", default_value = "24h", value_parser = until)]
    pub(super) until: Until,
}

fn until(text: &str) -> Result<Until, String> {
    match Until::parse(text)? {
        Until::In(span) if span > LONGEST => Err("must be at most 400d".to_owned()),
        until @ (Until::At(_) | Until::In(_)) => Ok(until),
    }
}

/// Changes the client as it is found under the lock of its row: whatever others changed until then stays.
pub(super) fn update(place: &Workplace, args: UpdateArgs, output: &Output) -> Result<(), Failure> {
    let keys = args.settings.keys()?;
    let client_id = args.client_id.clone();
    let wished = move |client: Client| {
        let mut wish = Wish::from(client.metadata);
        if let Some(name) = &args.name {
            wish.name.clone_from(name);
        }
        args.settings.apply(&mut wish, keys.as_ref());
        wish
    };
    // Keys of an algorithm are made before the first client asks for them, outside of any transaction.
    ensure_keys(place, wished(find(place, &client_id)?).id_token_alg)?;
    let id = ClientId::new(client_id.as_str());
    let changed = place.act("update-client", move |tx, act| {
        let Some(client) = db!(tx, clients::lock(&id))? else {
            return Ok(Ok((Changed::Unknown, false)));
        };
        let apis = db!(tx, apis::all())?;
        let before = client.metadata.clone();
        Ok(match registration::check(wished(client), &apis) {
            Ok(metadata) => Ok((standing::update(tx, act, &id, &metadata)?, before != metadata)),
            Err(rule) => Err(rule),
        })
    })?;
    let (changed, is_another) = changed.map_err(|rule| Failure::failed(rule.to_string()))?;
    match changed {
        Changed::Done(client) => {
            output.tell(what_became(is_another));
            output.answer(&Value::Object(document(&client)));
            Ok(())
        }
        Changed::OwnClient => Err(Failure::failed(standing::OWN)),
        Changed::Unknown => Err(unknown(&client_id)),
    }
}

/// What is said of a client that was to be changed.
pub(super) const fn what_became(is_changed: bool) -> &'static str {
    if is_changed {
        "the client is changed:"
    } else {
        "the client is as before: nothing was to be changed"
    }
}

pub(super) fn disable(place: &Workplace, client_id: &str, output: &Output) -> Result<(), Failure> {
    let client = change(place, client_id, "disable-client", standing::disable)?;
    output.report(
        &Value::Object(document(&client)),
        "the client is disabled; everything that it was given has ended",
    );
    Ok(())
}

pub(super) fn enable(place: &Workplace, client_id: &str, output: &Output) -> Result<(), Failure> {
    let client = change(place, client_id, "enable-client", standing::enable)?;
    output.report(&Value::Object(document(&client)), "the client is enabled");
    Ok(())
}

pub(super) fn rotate_secret(place: &Workplace, args: &RotateArgs, output: &Output) -> Result<(), Failure> {
    let secrets = place.secrets()?;
    let (version, pepper) = secrets.newest_pepper();
    let pepper = Zeroizing::new(*pepper);
    let (id, until) = (ClientId::new(args.client_id.as_str()), args.until);
    let (rotated, old) = place.act("rotate-secret", move |tx, act| {
        // Whoever names an instant that is over wants them gone.
        let end = until.from(act.now).max(act.now);
        let pepper = Pepper {
            version,
            key: &pepper,
        };
        let rotated = standing::rotate_secret(tx, act, (&id, end), pepper)?;
        // The new one has no end.
        let counting = db!(tx, clients::secret_facts(&id, act.now))?;
        let last = counting.into_iter().filter_map(|facts| facts.expires_at).max();
        Ok((Arc::new(rotated), last))
    })?;
    let secret = match &*rotated {
        SecretAdded::Added(secret) => secret,
        SecretAdded::NotByOne | SecretAdded::TooMany => {
            return Err(Failure::failed("this client has no secret"));
        }
        SecretAdded::Unknown => return Err(unknown(&args.client_id)),
    };
    output.tell("the new secret is shown this once:");
    output.answer(&json!({
        "client_id": args.client_id,
        "client_secret": secret.expose(),
        "client_secret_expires_at": 0,
        "old_secrets_expire_at": old.map(UnixTime::seconds),
    }));
    output.delivered(&another_secret(&args.client_id))
}

fn change<F>(place: &Workplace, client_id: &str, name: &'static str, mut work: F) -> Result<Client, Failure>
where
    F: FnMut(&mut Tx<'_>, &Act, &ClientId) -> Result<Option<Client>, StoreError> + Send + 'static,
{
    let id = ClientId::new(client_id);
    place
        .act(name, move |tx, act| work(tx, act, &id))?
        .ok_or_else(|| unknown(client_id))
}
