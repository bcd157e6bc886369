//! `issuer …`: what concerns the issuer as a whole.

use super::args::Global;
use super::confirm::confirm;
use super::exit::{Exit, Failure};
use super::open::Workplace;
use super::output::Output;
use super::remote::only_on_the_database;
use crate::audit::timeline;
use crate::cx::RequestId;
use clap::{Args, Subcommand};
use serde_json::json;

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  vouchsafe issuer new-timeline --dry-run")]
pub(crate) struct IssuerArgs {
    #[command(subcommand)]
    verb: IssuerVerb,
}

#[derive(Debug, Subcommand)]
enum IssuerVerb {
    /// After the database was restored from a copy: let verifiers that are ahead of it read the revocation feed anew
    #[command(
        after_help = "Example:\n  vouchsafe issuer new-timeline --dry-run\n  vouchsafe issuer new-timeline --yes"
    )]
    NewTimeline(NewTimelineArgs),
}

#[derive(Debug, Args)]
struct NewTimelineArgs {
    /// Only say what it means
    #[arg(long)]
    dry_run: bool,
    /// Do not ask
    #[arg(long, conflicts_with = "dry_run")]
    yes: bool,
}

pub(crate) fn run(global: &Global, args: &IssuerArgs, output: &Output) -> Result<(), Failure> {
    only_on_the_database(global, "issuer")?;
    let place = Workplace::open(global)?;
    match &args.verb {
        IssuerVerb::NewTimeline(args) => new_timeline(&place, args, output),
    }
}

fn new_timeline(place: &Workplace, args: &NewTimelineArgs, output: &Output) -> Result<(), Failure> {
    let standing = place.store.read_blocking("timeline", timeline::standing)?;
    output.tell(&format!(
        "timeline {} stands at number {}\n  \
         Under a new one every verifier that follows the revocation feed takes a snapshot, and keeps what it knows to have\n  \
         ended: nobody takes numbers of this database for those that another copy of it gave.\n  \
         What was ended after the copy was made is not ended in it: `vouchsafe panic --all` ends all that may be.",
        standing.timeline, standing.seq
    ));
    let mut document = json!({
        "was": standing.timeline,
        "seq": standing.seq,
        "published_to": standing.published_to.millis(),
        "dry_run": args.dry_run,
    });
    if args.dry_run {
        output.report(&document, "nothing was changed");
        return Ok(());
    }
    confirm(output, "Begin a new timeline?", args.yes)?;
    let name = RequestId::from_entropy(place.ports.entropy.bytes());
    let (was, begun) = (standing.timeline, name.as_str().to_owned());
    if !place.act("new-timeline", move |tx, act| {
        timeline::begin(tx, act, &was, &begun)
    })? {
        return Err(Failure::new(
            Exit::TryAgain,
            "somebody else has just begun a new timeline; nothing was changed",
        ));
    }
    if let Some(members) = document.as_object_mut() {
        members.insert("timeline".to_owned(), json!(name.as_str()));
    }
    output.report(
        &document,
        "done; a running server tells verifiers within a second",
    );
    Ok(())
}
