//! `api update` and `api delete`.

use super::show::uses_document;
use super::{Settings, find, unknown};
use crate::cli::alg::ensure_keys;
use crate::cli::exit::{Failure, with_flags};
use crate::cli::open::Workplace;
use crate::cli::output::Output;
use crate::clients::apis::{self, ApiChange, Force, Use, document};
use crate::clients::own_api;
use crate::db;
use clap::Args;
use serde_json::json;
use vouchsafe_core::model::Api;
use vouchsafe_core::spec::human_readable::composed;

#[derive(Debug, Args)]
pub(super) struct UpdateArgs {
    /// The API's identifier
    pub(super) identifier: String,
    /// The name people see
    #[arg(long)]
    pub(super) name: Option<String>,
    #[command(flatten)]
    pub(super) settings: Settings,
    /// Take scopes that the API loses from the clients that have them
    #[arg(long)]
    pub(super) force: bool,
}

#[derive(Debug, Args)]
pub(super) struct DeleteArgs {
    /// The API's identifier
    pub(super) identifier: String,
    /// Take its scopes from the clients that have them
    #[arg(long)]
    pub(super) force: bool,
}

/// Changes the API as it is found under the lock of its row: whatever others changed until then stays.
pub(super) fn update(place: &Workplace, args: UpdateArgs, output: &Output) -> Result<(), Failure> {
    let (identifier, issuer) = (args.identifier.clone(), place.config.issuer.clone());
    let force = force(args.force);
    let wished = move |mut api: Api| {
        if let Some(name) = &args.name {
            api.name = composed(name);
        }
        args.settings.apply(&mut api);
        api
    };
    // Keys of an algorithm are made before the first API asks for them, outside of any transaction.
    ensure_keys(place, wished(find(place, &identifier)?).signing_alg)?;
    let wanted = identifier.clone();
    let changed = place.act("update-api", move |tx, act| {
        let Some(api) = db!(tx, apis::lock(&wanted))? else {
            return Ok(Ok(None));
        };
        if own_api::is_own(&api) {
            return Ok(Ok(Some((ApiChange::OwnApi, api))));
        }
        let api = wished(api);
        Ok(match apis::check(&api, &issuer) {
            Ok(()) => Ok(Some((apis::update(tx, act, &api, force)?, api))),
            Err(rule) => Err(rule),
        })
    })?;
    let changed = changed.map_err(|rule| Failure::failed(rule.to_string()))?;
    let (change, api) = changed.ok_or_else(|| unknown(&identifier))?;
    let losers = done(change, &identifier)?;
    output.tell(&format!("the API is changed{}:", taken(losers.len())));
    output.answer(&document(&api));
    Ok(())
}

pub(super) fn delete(place: &Workplace, args: &DeleteArgs, output: &Output) -> Result<(), Failure> {
    let (identifier, force) = (args.identifier.clone(), force(args.force));
    let change = place.act("delete-api", move |tx, act| {
        apis::delete(tx, act, &identifier, force)
    })?;
    let losers = done(change, &args.identifier)?;
    output.report(
        &json!({"identifier": args.identifier, "deleted": true, "taken_from": uses_document(&losers)}),
        &format!("the API is deleted{}", taken(losers.len())),
    );
    Ok(())
}

const fn force(given: bool) -> Force {
    if given { Force::Yes } else { Force::No }
}

fn done(change: ApiChange, identifier: &str) -> Result<Vec<Use>, Failure> {
    match change {
        ApiChange::Done(losers) => Ok(losers),
        ApiChange::Unknown => Err(unknown(identifier)),
        ApiChange::OwnApi => Err(Failure::failed(apis::OWN)),
        ApiChange::InUse(uses) => Err(Failure::failed(with_flags(&apis::in_use(&uses)))),
    }
}

/// How many clients lost what they used, in words.
pub(super) fn taken(losers: usize) -> String {
    match losers {
        0 => String::new(),
        1 => "; one client lost what it used".to_owned(),
        many => format!("; {many} clients lost what they used"),
    }
}
