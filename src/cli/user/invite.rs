//! `user invite`: a link by which a person sets their first password.

use super::{Names, described, document, find, path, remote, told, unknown};
use crate::accounts::document::InvitationDocument;
use crate::accounts::invitations::{self, Invitation, Invited};
use crate::cli::exit::{Exit, Failure};
use crate::cli::instant::instant;
use crate::cli::open::Workplace;
use crate::cli::output::{Output, harmless};
use crate::cli::remote::{Remote, word};
use clap::Args;
use serde_json::{Value, json};
use std::path::PathBuf;
use vouchsafe_core::model::{UnixTime, User};

/// What is said of whoever's link was ended.
pub(super) const ENDED: &str = "has no invitation any more";

#[derive(Debug, Args)]
pub(super) struct InviteArgs {
    /// The name to sign in with, of somebody who has no account yet
    #[arg(long, required_unless_present = "again", requires = "email")]
    username: Option<String>,
    /// Their e-mail address
    #[arg(long, requires = "username")]
    email: Option<String>,
    /// Their full name
    #[arg(long, requires = "username")]
    name: Option<String>,
    /// A JSON object of OpenID standard claims
    #[arg(long, value_name = "FILE", requires = "username")]
    claims_file: Option<PathBuf>,
    /// Make a new link for somebody who has an account without a password: user name, e-mail address or `sub`
    #[arg(long, value_name = "USER", conflicts_with_all = ["username", "email", "name", "claims_file"])]
    again: Option<String>,
}

/// Who is invited.
enum Whom {
    /// Somebody who is to have an account.
    New(Names, Option<PathBuf>),
    /// Somebody who has one.
    Again(String),
}

impl InviteArgs {
    fn whom(self) -> Result<Whom, Failure> {
        match (self.again, self.username, self.email) {
            (Some(named), _, _) => Ok(Whom::Again(named)),
            (None, Some(username), Some(email)) => {
                let name = self.name;
                let names = Names {
                    username,
                    email,
                    name,
                };
                Ok(Whom::New(names, self.claims_file))
            }
            (None, _, _) => Err(Failure::new(
                Exit::Usage,
                "name somebody: --username and --email, or --again",
            )),
        }
    }
}

pub(super) fn invite(place: &Workplace, args: InviteArgs, output: &Output) -> Result<(), Failure> {
    let (user, invitation) = match args.whom()? {
        Whom::New(names, claims_file) => {
            let user = described(place, names, claims_file.as_deref(), false)?;
            place.act("create-user", move |tx, act| invitations::create(tx, act, &user))?
        }
        Whom::Again(named) => again(place, &named)?,
    };
    let link = InvitationDocument::of(&invitation, &place.config.issuer);
    let mut members = document(&user);
    members.insert("invitation".to_owned(), json!(link));
    tell(&Value::Object(members), output)
}

fn again(place: &Workplace, named: &str) -> Result<(User, Invitation), Failure> {
    let id = find(place, named)?.id;
    match place.act("invite-user", move |tx, act| invitations::invite(tx, act, &id))? {
        Invited::Done(user, invitation) => Ok((*user, invitation)),
        Invited::Refused(why) => Err(Failure::failed(why.sentence())),
        Invited::Unknown => Err(unknown(named)),
    }
}

/// As [`invite`], through a server.
pub(super) fn invite_at(server: &Remote, args: InviteArgs, output: &Output) -> Result<(), Failure> {
    let invited = match args.whom()? {
        Whom::New(names, claims_file) => {
            let mut wish = remote::described(names, claims_file.as_deref())?;
            wish.insert("invite".to_owned(), json!(true));
            server.create("/users", &Value::Object(wish))?.value
        }
        Whom::Again(named) => {
            let person = server.user(&named)?;
            server.post(&path(&person, "/invitation"), None)?.value
        }
    };
    if invited.get("invitation").is_none() {
        return Err(Failure::failed(format!(
            "the account is made, but the answer that shows its link this once was lost on the way; {}",
            another_link(&word(&invited, "username"))
        )));
    }
    tell(&invited, output)
}

/// `user end-invitation` through a server.
pub(super) fn end_at(server: &Remote, named: &str, output: &Output) -> Result<(), Failure> {
    let path = path(&server.user(named)?, "/invitation");
    told(output, &server.delete(&path)?, ENDED);
    Ok(())
}

/// The link on standard output, or with `--json` the person with it.
fn tell(invited: &Value, output: &Output) -> Result<(), Failure> {
    let username = word(invited, "username");
    let link = invited.get("invitation").cloned().unwrap_or_default();
    let until = link.get("expires_at").and_then(Value::as_i64).unwrap_or_default();
    output.tell(&format!(
        "give this link to {} and to nobody else; it is shown this once, and works once, until {}",
        username,
        instant(UnixTime::from_seconds(until))
    ));
    if output.is_json() {
        output.answer(invited);
    } else {
        output.print(&harmless(&word(&link, "link")));
    }
    output.delivered(&another_link(&username))
}

/// What to do when nobody has seen a link.
fn another_link(username: &str) -> String {
    format!("make another one with `vouchsafe user invite --again {username}`")
}
