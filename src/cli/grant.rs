//! `grant list` and `grant revoke`: what people allowed clients, as tokens know it.

mod remote;

use super::args::Global;
use super::exit::Failure;
use super::instant::instant;
use super::listing::list;
use super::open::Workplace;
use super::output::Output;
use super::remote::Remote;
use super::user;
use crate::accounts::document::GrantDocument;
use crate::audit;
use crate::db;
use crate::store::{GrantsWanted, StoreError, Tx};
use clap::{Args, Subcommand};
use serde_json::json;
use vouchsafe_core::decide::grant_is_live::epochs_stand;
use vouchsafe_core::model::{ClientId, EndReason, Grant, GrantId};
use vouchsafe_core::spec::scope;

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  vouchsafe grant list --user ada")]
pub(crate) struct GrantArgs {
    #[command(subcommand)]
    verb: GrantVerb,
}

#[derive(Debug, Subcommand)]
enum GrantVerb {
    /// List the grants that stand
    #[command(after_help = "Example:\n  vouchsafe grant list --user ada --json")]
    List(ListArgs),
    /// End a grant: its refresh token and its access tokens
    #[command(after_help = "Example:\n  vouchsafe grant revoke 4qVv0Yt7m1cXw2aZr8Kd9g")]
    Revoke(RevokeArgs),
}

#[derive(Debug, Args)]
struct ListArgs {
    /// Only those of this person: user name, e-mail address or `sub`
    #[arg(long)]
    user: Option<String>,
    /// Only those of this client
    #[arg(long, value_name = "CLIENT_ID")]
    client: Option<String>,
}

#[derive(Debug, Args)]
struct RevokeArgs {
    /// The grant's id: the claim `gid` of its tokens
    #[arg(allow_hyphen_values = true)]
    grant: String,
}

pub(crate) fn run(global: &Global, args: GrantArgs, output: &Output) -> Result<(), Failure> {
    if let Some(server) = Remote::wanted(global)? {
        return remote::run(&server, args.verb, output);
    }
    let place = Workplace::open(global)?;
    match args.verb {
        GrantVerb::List(args) => all(&place, args, output),
        GrantVerb::Revoke(args) => revoke(&place, &args.grant, output),
    }
}

fn all(place: &Workplace, args: ListArgs, output: &Output) -> Result<(), Failure> {
    let user = args.user.map(|named| user::find(place, &named)).transpose()?;
    let wanted = GrantsWanted {
        after: None,
        user: user.map(|user| user.id),
        client: args.client.map(ClientId::new),
        now: place.ports.clock.now(),
    };
    list(
        (place, output),
        ["GRANT", "USER NAME", "CLIENT", "SCOPE", "SINCE"],
        move |tx, after, limit| page(tx, after, &wanted, limit),
        |(grant, username, stands)| {
            if !stands {
                return None;
            }
            let row = [
                grant.id.as_str().to_owned(),
                username.clone(),
                grant.client_id.as_str().to_owned(),
                scope::join(&grant.scopes),
                instant(grant.created_at),
            ];
            Some((json!(GrantDocument::of(grant, username)), row))
        },
    )
}

/// With each grant the name of its person, and whether neither epoch was raised since it was made.
type Listed = (Grant, String, bool);

fn page(
    tx: &mut Tx<'_>,
    after: Option<&Listed>,
    wanted: &GrantsWanted,
    limit: i64,
) -> Result<Vec<Listed>, StoreError> {
    let wanted = GrantsWanted {
        after: after.map(|(last, ..)| last.id.clone()),
        ..wanted.clone()
    };
    let issuer_epoch = db!(tx, issuer_state::read())?.epoch;
    let grants = db!(tx, grants::list(&wanted, limit))?;
    grants
        .into_iter()
        .map(|grant| {
            let username = user::username(tx, &grant.user_id)?;
            let client = db!(tx, clients::by_id(&grant.client_id))?;
            let stands =
                client.is_some_and(|client| epochs_stand(grant.ep, [issuer_epoch, client.epoch]).is_ok());
            Ok((grant, username, stands))
        })
        .collect()
}

fn revoke(place: &Workplace, grant: &str, output: &Output) -> Result<(), Failure> {
    let gid = GrantId::new(grant);
    let ended = place.act("revoke-grant", move |tx, act| {
        if db!(tx, grants::by_id(&gid))?.is_none() {
            return Ok(None);
        }
        audit::end_grant(tx, act, &gid, EndReason::Revoked).map(Some)
    })?;
    let ended = ended.ok_or_else(|| Failure::failed(format!("there is no grant {grant:?}")))?;
    report(grant, ended.grants, output);
    Ok(())
}

/// Says whether a grant is ended now.
fn report(grant: &str, ended: usize, output: &Output) {
    let text = match ended {
        0 => "the grant had ended before",
        _ => "the grant is ended",
    };
    output.report(&json!({"gid": grant, "grants_ended": ended}), text);
}
