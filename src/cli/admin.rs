//! `admin …`: who administers the server, from the machine itself; and who is signed in to do it, also through a server.

mod sessions;

use super::args::Global;
use super::exit::Failure;
use super::open::Workplace;
use super::output::Output;
use super::password;
use super::remote::only_on_the_database;
use super::user::{Account, add, change, document, find, report};
use crate::accounts::{administrators, setup};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use vouchsafe_core::model::{Plain, SetupCode};

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  vouchsafe admin invite")]
pub(crate) struct AdminArgs {
    #[command(subcommand)]
    verb: AdminVerb,
}

#[derive(Debug, Subcommand)]
enum AdminVerb {
    /// Make a link by which somebody becomes an administrator: once, within 30 minutes
    #[command(after_help = "Example:\n  vouchsafe admin invite")]
    Invite,
    /// Create a person who is an administrator
    #[command(
        after_help = "Example:\n  echo 'copper lantern 42' | vouchsafe admin create --username grace --email grace@example.com --password-stdin"
    )]
    Create(Account),
    /// Restore an administrator's access: set the password, and end all that the person held
    #[command(
        after_help = "Example:\n  echo 'silver lantern 43' | vouchsafe admin recover grace --reinstate --password-stdin"
    )]
    Recover(RecoverArgs),
    /// List who is signed in to the pages of the administration, the newest first
    #[command(after_help = "Example:\n  vouchsafe admin sessions --json")]
    Sessions(sessions::SessionsArgs),
    /// Sign one browser out of the pages of the administration, or all
    #[command(after_help = "Example:\n  vouchsafe admin sign-out --all")]
    SignOut(sessions::SignOutArgs),
}

#[derive(Debug, Args)]
struct RecoverArgs {
    /// User name, e-mail address or `sub`
    #[arg(allow_hyphen_values = true)]
    user: String,
    /// Also enable the account, lift a ban, and make the person an administrator
    #[arg(long)]
    reinstate: bool,
    /// Read the password from standard input
    #[arg(long, required = true)]
    password_stdin: bool,
}

pub(crate) fn run(global: &Global, args: AdminArgs, output: &Output) -> Result<(), Failure> {
    match args.verb {
        AdminVerb::Invite => invite(&here(global, "admin invite", true)?, output),
        AdminVerb::Create(account) => create(&here(global, "admin create", true)?, account, output),
        AdminVerb::Recover(args) => recover(&here(global, "admin recover", false)?, &args, output),
        AdminVerb::Sessions(args) => sessions::all(global, &args, output),
        AdminVerb::SignOut(args) => sessions::sign_out(global, &args, output),
    }
}

/// The database, and no server: whoever gives this right must be at the machine.
fn here(global: &Global, verb: &str, begins: bool) -> Result<Workplace, Failure> {
    only_on_the_database(global, verb)?;
    Workplace::open_or_begin(global, begins)
}

fn invite(place: &Workplace, output: &Output) -> Result<(), Failure> {
    let code: Plain<SetupCode> = Plain::from_entropy(place.ports.entropy.bytes());
    let digest = code.digest();
    let expires_at = place.act("invite-admin", move |tx, act| setup::invite(tx, act, &digest))?;
    let link = setup::link(&place.config.admin_origin(), &code);
    output.tell("give this link to one person; whoever opens it first becomes an administrator");
    output.answer(&json!({"link": link, "expires_at": expires_at.seconds()}));
    output.delivered("make another link with `vouchsafe admin invite`")
}

fn create(place: &Workplace, account: Account, output: &Output) -> Result<(), Failure> {
    let user = add(place, account, None, true)?;
    output.tell(&format!("{} can administer the server", user.username));
    output.answer(&Value::Object(document(&user)));
    Ok(())
}

fn recover(place: &Workplace, args: &RecoverArgs, output: &Output) -> Result<(), Failure> {
    let user = find(place, &args.user)?;
    if !user.is_admin && !args.reinstate {
        return Err(Failure::failed(format!(
            "{} is no administrator; --reinstate makes them one",
            user.username
        )));
    }
    let hash = password::hashed(place, &user.username, &user.email)?;
    let reinstate = args.reinstate;
    let changed = change(place, user.id, "recover-admin", move |tx, act, id| {
        administrators::recover(tx, act, id, &hash, reinstate)
    })?;
    report(output, &changed, "has a new password");
    Ok(())
}
