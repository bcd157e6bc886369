//! `consent revoke`: takes back what a person allowed a client.

use super::args::Global;
use super::exit::Failure;
use super::open::Workplace;
use super::output::Output;
use super::remote::{Remote, part};
use super::user;
use crate::accounts::administration;
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
            // As on the database: it is so, whoever did it.
            Err(failure) if failure.message == "there is no such consent" => person,
            Err(failure) => return Err(failure),
        };
        user::told(output, &person, words);
        return Ok(());
    }
    let place = Workplace::open(global)?;
    let person = user::find(&place, &args.user)?;
    let client = ClientId::new(args.client_id);
    let changed = user::change(&place, person.id, "withdraw-consent", move |tx, act, id| {
        administration::withdraw_consent(tx, act, id, &client)
    })?;
    user::report(output, &changed, words);
    Ok(())
}
