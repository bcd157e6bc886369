//! `consent revoke`: takes back what a person allowed a client.

use super::args::Global;
use super::exit::Failure;
use super::open::Workplace;
use super::output::Output;
use super::remote::{Remote, part, word};
use super::user;
use crate::accounts::administration;
use crate::db;
use clap::{Args, Subcommand};
use vouchsafe_core::model::ClientId;

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  vouchsafe consent revoke ada 4qVv0Yt7m1cXw2aZr8Kd9g")]
pub(crate) struct ConsentArgs {
    #[command(subcommand)]
    verb: ConsentVerb,
}

#[derive(Debug, Subcommand)]
enum ConsentVerb {
    /// Take back what a person allowed a client, and end the grants that came of it
    #[command(after_help = "Example:\n  vouchsafe consent revoke ada 4qVv0Yt7m1cXw2aZr8Kd9g")]
    Revoke(RevokeArgs),
}

#[derive(Debug, Args)]
struct RevokeArgs {
    /// User name, e-mail address or `sub`
    #[arg(allow_hyphen_values = true)]
    user: String,
    /// The client
    #[arg(allow_hyphen_values = true)]
    client_id: String,
}

pub(crate) fn run(global: &Global, args: ConsentArgs, output: &Output) -> Result<(), Failure> {
    let ConsentVerb::Revoke(args) = args.verb;
    let words = "allows this client nothing any more";
    if let Some(server) = Remote::wanted(global)? {
        let person = server.user(&args.user)?;
        let consent = format!("/consents/{}", part(&args.client_id));
        let person = match server.delete(&user::path(&person, &consent)) {
            Ok(ended) => user::with_ended(person, &ended),
            Err(failure) if failure.message == "there is no such consent" => {
                return Err(nothing(&word(&person.value, "username"), &args.client_id));
            }
            Err(failure) => return Err(failure),
        };
        user::told(output, &person, words);
        return Ok(());
    }
    let place = Workplace::open(global)?;
    let person = user::find(&place, &args.user)?;
    let client = ClientId::new(args.client_id.as_str());
    let (id, wanted) = (person.id.clone(), client.clone());
    let consent = place
        .store
        .read_blocking("consent", move |tx| db!(tx, consents::find(&id, &wanted)))?;
    if consent.is_none() {
        return Err(nothing(&person.username, &args.client_id));
    }
    let changed = user::change(&place, person.id, "withdraw-consent", move |tx, act, id| {
        administration::withdraw_consent(tx, act, id, &client)
    })?;
    user::report(output, &changed, words);
    Ok(())
}

fn nothing(username: &str, client_id: &str) -> Failure {
    Failure::failed(format!(
        "{username} allows the client {client_id:?} nothing: there is no such consent"
    ))
}
