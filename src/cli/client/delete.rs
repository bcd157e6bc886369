//! `client delete`: one client, or those that registered themselves and were never used.

use super::unknown;
use crate::audit::Act;
use crate::cli::confirm::confirm;
use crate::cli::exit::{Exit, Failure};
use crate::cli::open::Workplace;
use crate::cli::output::Output;
use crate::cli::remote::Remote;
use crate::clients::dynamic;
use crate::clients::standing::{self, Deletion};
use clap::Args;
use serde_json::json;
use vouchsafe_core::model::ClientId;

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "one per flag")]
pub(super) struct DeleteArgs {
    /// The client
    #[arg(
        allow_hyphen_values = true,
        required_unless_present = "self_registered",
        conflicts_with = "self_registered"
    )]
    client_id: Option<String>,
    /// All that registered themselves without an initial access token, by a metadata document too
    #[arg(long, requires = "unused")]
    self_registered: bool,
    /// Of those, the ones that were registered an hour ago or earlier and never got a token
    #[arg(long, requires = "self_registered")]
    unused: bool,
    /// Count them, and change nothing
    #[arg(long, requires = "self_registered")]
    dry_run: bool,
    /// Do not ask
    #[arg(long, requires = "self_registered")]
    yes: bool,
}

/// On the database.
pub(super) fn run(place: &Workplace, args: &DeleteArgs, output: &Output) -> Result<(), Failure> {
    match &args.client_id {
        Some(client_id) => one(place, client_id, output),
        None => never_used(place, args, output),
    }
}

/// Through a server.
pub(super) fn run_at(server: &Remote, args: &DeleteArgs, output: &Output) -> Result<(), Failure> {
    let Some(client_id) = &args.client_id else {
        return Err(Failure::new(
            Exit::Usage,
            "--self-registered works on the database only, without --server",
        ));
    };
    super::remote::find(server, client_id)?;
    warn(client_id, output);
    let gone = server.delete(&super::remote::path(client_id, ""))?;
    report(
        client_id,
        (gone.count("grants_ended"), gone.count("consents_forgotten")),
        output,
    );
    Ok(())
}

/// In several transactions; whoever is interrupted can begin again.
fn one(place: &Workplace, client_id: &str, output: &Output) -> Result<(), Failure> {
    let act = Act::new("cli", place.ports.clock.now(), &place.ports.entropy);
    super::find(place, client_id)?;
    warn(client_id, output);
    match standing::delete(&place.store, &act, &ClientId::new(client_id))? {
        Deletion::Done(deleted) => report(client_id, (deleted.grants, deleted.consents), output),
        Deletion::OwnClient => return Err(Failure::failed(standing::OWN)),
        Deletion::Unknown => return Err(unknown(client_id)),
    }
    Ok(())
}

fn warn(client_id: &str, output: &Output) {
    if standing::comes_back(&ClientId::new(client_id)) {
        output.tell(standing::COMES_BACK);
    }
}

fn report(client_id: &str, (grants, consents): (usize, usize), output: &Output) {
    output.report(
        &json!({
            "client_id": client_id,
            "deleted": true,
            "grants_ended": grants,
            "consents_forgotten": consents,
        }),
        &format!("the client is deleted; ended: {grants} grants"),
    );
}

fn never_used(place: &Workplace, args: &DeleteArgs, output: &Output) -> Result<(), Failure> {
    let act = Act::new("cli", place.ports.clock.now(), &place.ports.entropy);
    let count = dynamic::count_never_used(&place.store, act.now)?;
    let found = format!("{count} clients registered themselves and were never used");
    if args.dry_run {
        output.report(
            &json!({"clients": count, "dry_run": true}),
            &format!("{found}; nothing was changed"),
        );
        return Ok(());
    }
    output.tell(&found);
    confirm(output, "Delete them?", args.yes)?;
    let deleted = dynamic::remove_never_used(&place.store, &act)?;
    output.report(
        &json!({"clients": deleted, "deleted": true}),
        &format!("{deleted} clients are deleted"),
    );
    Ok(())
}
