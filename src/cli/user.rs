//! `user …`: people's accounts.

mod change;
mod invite;
mod list;
mod remote;
mod show;

use super::args::Global;
use super::exit::{Exit, Failure};
use super::instant::Until;
use super::open::Workplace;
use super::output::Output;
use super::password;
use super::remote::Remote;
use crate::accounts::administration::{self, Ban, Changed};
use crate::accounts::administrators;
use crate::accounts::invitations;
use crate::accounts::profile::{NewPerson, PersonProblem, check_groups, check_roles};
use crate::audit::Act;
use crate::db;
use crate::store::{StoreError, Tx};
use clap::{Args, Subcommand};
pub(super) use remote::{path, told, with_ended};
use serde_json::{Map, Value, json};
pub(super) use show::document;
use std::path::{Path, PathBuf};
use vouchsafe_core::model::{User, UserId};
use vouchsafe_core::spec::claims::{self, ClaimsFile};
use vouchsafe_core::spec::{json as strict, username};

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  echo 'copper lantern 42' | vouchsafe user create --username ada --email ada@example.com --password-stdin"
)]
pub(crate) struct UserArgs {
    #[command(subcommand)]
    verb: UserVerb,
}

#[derive(Debug, Subcommand)]
enum UserVerb {
    /// Create a person
    #[command(
        after_help = "Example:\n  echo 'copper lantern 42' | vouchsafe user create --username ada --email ada@example.com --name 'Ada Lovelace' --password-stdin"
    )]
    Create(CreateArgs),
    /// Make a link by which a person sets their first password: once, within seven days
    #[command(
        after_help = "Example:\n  vouchsafe user invite --username ada --email ada@example.com --name 'Ada Lovelace'\n  vouchsafe user invite --again ada"
    )]
    Invite(invite::InviteArgs),
    /// End the link by which a person would set their first password
    #[command(after_help = "Example:\n  vouchsafe user end-invitation ada")]
    EndInvitation(Named),
    /// Change what is given and keep the rest
    #[command(
        after_help = "Example:\n  vouchsafe user update ada --email ada@example.org --name 'Ada King' --admin=false"
    )]
    Update(change::UpdateArgs),
    /// Set a person's password, and end their sessions and grants
    #[command(
        after_help = "Example:\n  echo 'copper lantern 42' | vouchsafe user set-password ada --password-stdin"
    )]
    SetPassword(SetPasswordArgs),
    /// Disable an account, and end its sessions and grants
    #[command(after_help = "Example:\n  vouchsafe user disable ada")]
    Disable(Named),
    /// Enable an account; what was ended stays ended
    #[command(after_help = "Example:\n  vouchsafe user enable ada")]
    Enable(Named),
    /// Ban a person, and end their sessions and grants
    #[command(
        after_help = "Example:\n  vouchsafe user ban ada --until 7d --reason 'Three payments came back'"
    )]
    Ban(BanArgs),
    /// Lift a ban; what was ended stays ended
    #[command(after_help = "Example:\n  vouchsafe user unban ada")]
    Unban(Named),
    /// Sign a person out everywhere: end their sessions and grants
    #[command(after_help = "Example:\n  vouchsafe user logout ada")]
    Logout(Named),
    /// Delete an account; its `sub` is never given again
    #[command(after_help = "Example:\n  vouchsafe user delete ada")]
    Delete(Named),
    /// List people: all, or those who are searched for
    #[command(after_help = "Example:\n  vouchsafe user list --search ada --state active --json")]
    List(list::ListArgs),
    /// Show a person
    #[command(after_help = "Example:\n  vouchsafe user show ada --json")]
    Show(Named),
    /// Make a person an administrator of this server, or take that away
    #[command(after_help = "Example:\n  vouchsafe user set-admin ada true")]
    SetAdmin(SetAdminArgs),
    /// Replace a person's roles
    #[command(after_help = "Example:\n  vouchsafe user set-role ada support billing")]
    SetRole(SetRoleArgs),
    /// Replace a person's groups
    #[command(after_help = "Example:\n  vouchsafe user set-group ada staff 'night shift'")]
    SetGroup(SetGroupArgs),
}

/// What everybody is created with who can sign in, administrators too.
#[derive(Debug, Args)]
pub(super) struct Account {
    /// The name to sign in with
    #[arg(long)]
    username: String,
    /// The e-mail address
    #[arg(long)]
    email: String,
    /// The person's full name
    #[arg(long)]
    name: Option<String>,
    /// Read the password from standard input
    #[arg(long, required = true)]
    password_stdin: bool,
}

/// Who somebody is, as flags say it.
struct Names {
    username: String,
    email: String,
    name: Option<String>,
}

#[derive(Debug, Args)]
struct CreateArgs {
    #[command(flatten)]
    account: Account,
    /// A JSON object of OpenID standard claims
    #[arg(long, value_name = "FILE")]
    claims_file: Option<PathBuf>,
    /// Make the person an administrator of this server
    #[arg(long)]
    admin: bool,
}

#[derive(Debug, Args)]
struct Named {
    /// User name, e-mail address or `sub`
    #[arg(allow_hyphen_values = true)]
    user: String,
}

#[derive(Debug, Args)]
struct SetPasswordArgs {
    #[command(flatten)]
    named: Named,
    /// Read the password from standard input
    #[arg(long, required = true)]
    password_stdin: bool,
}

#[derive(Debug, Args)]
struct BanArgs {
    #[command(flatten)]
    named: Named,
    /// When the ban ends by itself: an instant (RFC 3339) or a duration
    #[arg(long, value_name = "TIME", value_parser = Until::parse)]
    until: Option<Until>,
    /// What the person is told
    #[arg(long)]
    reason: Option<String>,
}

#[derive(Debug, Args)]
struct SetAdminArgs {
    #[command(flatten)]
    named: Named,
    /// Whether the person administers this server from now on
    #[arg(value_name = "true|false", action = clap::ArgAction::Set)]
    is_admin: bool,
}

#[derive(Debug, Args)]
struct SetRoleArgs {
    #[command(flatten)]
    named: Named,
    /// The roles that the person has from now on
    #[arg(required_unless_present = "none")]
    roles: Vec<String>,
    /// The person has no roles from now on
    #[arg(long, conflicts_with = "roles")]
    none: bool,
}

#[derive(Debug, Args)]
struct SetGroupArgs {
    #[command(flatten)]
    named: Named,
    /// The groups that the person is in from now on
    #[arg(required_unless_present = "none")]
    groups: Vec<String>,
    /// The person is in no group from now on
    #[arg(long, conflicts_with = "groups")]
    none: bool,
}

pub(crate) fn run(global: &Global, args: UserArgs, output: &Output) -> Result<(), Failure> {
    if let Some(server) = Remote::wanted(global)? {
        return remote::run(&server, args.verb, output);
    }
    let begins = matches!(args.verb, UserVerb::Create(_) | UserVerb::Invite(_));
    let place = Workplace::open_or_begin(global, begins)?;
    match args.verb {
        UserVerb::Create(args) => create(&place, args, output),
        UserVerb::Invite(args) => invite::invite(&place, args, output),
        UserVerb::EndInvitation(named) => act((&place, output), &named, invite::ENDED, invitations::end),
        UserVerb::Update(args) => change::update(&place, args, output),
        UserVerb::SetPassword(args) => {
            let user = find(&place, &args.named.user)?;
            let hash = password::hashed(&place, &user.username, &user.email)?;
            let changed = change(&place, user.id, "set-password", move |tx, act, id| {
                administration::set_password(tx, act, id, &hash)
            })?;
            report(output, &changed, "has a new password");
            Ok(())
        }
        UserVerb::Disable(named) => act((&place, output), &named, "is disabled", administration::disable),
        UserVerb::Enable(named) => act((&place, output), &named, "is enabled", administration::enable),
        UserVerb::Ban(args) => ban(&place, args, output),
        UserVerb::Unban(named) => act(
            (&place, output),
            &named,
            "is no longer banned",
            administration::unban,
        ),
        UserVerb::Logout(named) => act(
            (&place, output),
            &named,
            "is signed out everywhere",
            administration::log_out,
        ),
        UserVerb::Delete(named) => act((&place, output), &named, "is deleted", administration::delete),
        UserVerb::List(args) => show::all(&place, args, output),
        UserVerb::Show(named) => show::one(&place, &find(&place, &named.user)?, output),
        UserVerb::SetAdmin(args) => {
            let is_admin = args.is_admin;
            let words = if is_admin {
                "administers this server"
            } else {
                "does not administer this server"
            };
            act((&place, output), &args.named, words, move |tx, act, id| {
                administrators::set_admin(tx, act, id, is_admin)
            })
        }
        UserVerb::SetRole(args) => set_roles(&place, args, output),
        UserVerb::SetGroup(args) => set_groups(&place, args, output),
    }
}

fn set_roles(place: &Workplace, args: SetRoleArgs, output: &Output) -> Result<(), Failure> {
    let roles = check_roles(args.roles).map_err(|problem| Failure::failed(problem.to_string()))?;
    let user = find(place, &args.named.user)?;
    let changed = change(place, user.id, "set-roles", move |tx, act, id| {
        administration::set_roles(tx, act, id, &roles)
    })?;
    let words = format!("has the roles [{}]", changed.user.roles.join(", "));
    report(output, &changed, &words);
    Ok(())
}

fn set_groups(place: &Workplace, args: SetGroupArgs, output: &Output) -> Result<(), Failure> {
    let groups = check_groups(args.groups).map_err(|problem| Failure::failed(problem.to_string()))?;
    let user = find(place, &args.named.user)?;
    let changed = change(place, user.id, "set-groups", move |tx, act, id| {
        administration::set_groups(tx, act, id, &groups)
    })?;
    let words = format!("is in the groups [{}]", changed.user.groups.join(", "));
    report(output, &changed, &words);
    Ok(())
}

/// An act that needs to know nothing but whom.
fn act<F>((place, output): (&Workplace, &Output), named: &Named, what: &str, work: F) -> Result<(), Failure>
where
    F: FnMut(&mut Tx<'_>, &Act, &UserId) -> Result<Option<Changed>, StoreError> + Send + 'static,
{
    let user = find(place, &named.user)?;
    report(output, &change(place, user.id, "change-user", work)?, what);
    Ok(())
}

fn ban(place: &Workplace, args: BanArgs, output: &Output) -> Result<(), Failure> {
    let now = place.ports.clock.now();
    let ban = Ban {
        until: args.until.map(|until| until.from(now)),
        reason: args.reason,
    };
    ban.check(now).map_err(|problem| {
        if problem == PersonProblem::BanIsOver {
            Failure::new(Exit::Usage, format!("--until: {problem}"))
        } else {
            Failure::failed(problem.to_string())
        }
    })?;
    act((place, output), &args.named, "is banned", move |tx, act, id| {
        administration::ban(tx, act, id, &ban)
    })
}

fn create(place: &Workplace, args: CreateArgs, output: &Output) -> Result<(), Failure> {
    let user = add(place, args.account, args.claims_file.as_deref(), args.admin)?;
    output.tell(&format!("{} can sign in", user.username));
    output.answer(&Value::Object(document(&user)));
    Ok(())
}

/// Adds a person with a password from standard input.
pub(super) fn add(
    place: &Workplace,
    account: Account,
    claims_file: Option<&Path>,
    is_admin: bool,
) -> Result<User, Failure> {
    let mut user = described(place, account.names(), claims_file, is_admin)?;
    user.password_hash = Some(password::hashed(place, &user.username, &user.email)?);
    let added = user.clone();
    place.act("create-user", move |tx, act| {
        administration::create(tx, act, &added)
    })?;
    Ok(user)
}

/// The person whom flags and a claims file describe, without a password.
fn described(
    place: &Workplace,
    names: Names,
    claims_file: Option<&Path>,
    is_admin: bool,
) -> Result<User, Failure> {
    let claims = read_claims(claims_file, names.name)?;
    same_address(claims.email.as_deref(), Some(&names.email))?;
    let person = NewPerson {
        username: names.username,
        email: names.email,
        email_verified: claims.email_verified.unwrap_or(false),
        claims: claims.claims,
        is_admin,
        ..NewPerson::default()
    };
    let now = place.ports.clock.now();
    person
        .checked(&Act::new("cli", now, &place.ports.entropy))
        .map_err(|problem| Failure::failed(problem.to_string()))
}

impl Account {
    fn names(self) -> Names {
        Names {
            username: self.username,
            email: self.email,
            name: self.name,
        }
    }
}

/// Whether a claims file and a flag do not name two addresses.
fn same_address(of_file: Option<&str>, of_flag: Option<&str>) -> Result<(), Failure> {
    match (of_file, of_flag) {
        (Some(one), Some(other)) if username::key(one) != username::key(other) => {
            Err(Failure::failed("the claims file has another email than --email"))
        }
        (Some(_) | None, _) => Ok(()),
    }
}

fn read_claims(file: Option<&Path>, name: Option<String>) -> Result<ClaimsFile, Failure> {
    let members = claims_members(file, name)?;
    claims::validate(members).map_err(|problem| Failure::failed(format!("claim {problem}")))
}

/// The members of a claims file, and a name beside them.
fn claims_members(file: Option<&Path>, name: Option<String>) -> Result<Map<String, Value>, Failure> {
    let mut members = match file {
        Some(path) => {
            let what = format!("claims file {}", path.display());
            let text = std::fs::read_to_string(path).map_err(|error| Failure::io(&what, &error))?;
            match strict::read(text.as_bytes()) {
                Ok(Value::Object(members)) => members,
                Ok(_) => return Err(Failure::failed(format!("{what} is not a JSON object"))),
                Err(why) => return Err(Failure::failed(format!("{what} is not a JSON object: {why}"))),
            }
        }
        None => Map::new(),
    };
    if let Some(name) = name {
        members.insert("name".to_owned(), Value::String(name));
    }
    Ok(members)
}

/// The person with this user name, e-mail address or `sub`.
pub(super) fn find(place: &Workplace, named: &str) -> Result<User, Failure> {
    let (key, id) = (username::key(named), UserId::new(named));
    let found = place
        .store
        .read_blocking("user", move |tx| match db!(tx, users::by_login(&key))? {
            Some(user) => Ok(Some(user)),
            None => db!(tx, users::by_id(&id)),
        })?;
    found.ok_or_else(|| unknown(named))
}

/// The user name, or the `sub` of somebody who is no more.
pub(super) fn username(tx: &mut Tx<'_>, id: &UserId) -> Result<String, StoreError> {
    let user = db!(tx, users::by_id(id))?;
    Ok(user.map_or_else(|| id.as_str().to_owned(), |user| user.username))
}

fn unknown(named: &str) -> Failure {
    Failure::failed(format!("there is no user {named:?}"))
}

/// Changes a person in one transaction.
pub(super) fn change<F>(
    place: &Workplace,
    id: UserId,
    name: &'static str,
    mut work: F,
) -> Result<Changed, Failure>
where
    F: FnMut(&mut Tx<'_>, &Act, &UserId) -> Result<Option<Changed>, StoreError> + Send + 'static,
{
    let named = id.as_str().to_owned();
    place
        .act(name, move |tx, act| work(tx, act, &id))?
        .ok_or_else(|| unknown(&named))
}

/// Says what became of a person.
pub(super) fn report(output: &Output, changed: &Changed, what: &str) {
    let mut members = document(&changed.user);
    members.insert("grants_ended".to_owned(), json!(changed.ended.grants));
    members.insert("sessions_ended".to_owned(), json!(changed.ended.sessions));
    say(output, members, what);
}

/// Says what became of the person of this document.
fn say(output: &Output, members: Map<String, Value>, what: &str) {
    let count = |name: &str| members.get(name).and_then(Value::as_u64).unwrap_or_default();
    let ended = match (count("grants_ended"), count("sessions_ended")) {
        (0, 0) => String::new(),
        (grants, sessions) => format!("; ended: {grants} grants, {sessions} sessions"),
    };
    let username = members.get("username").and_then(Value::as_str);
    let text = format!("{} {what}{ended}", username.unwrap_or_default());
    output.report(&Value::Object(members), &text);
}
