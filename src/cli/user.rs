//! `user …`: people's accounts.

use super::args::Global;
use super::exit::Failure;
use super::open::Workplace;
use super::output::Output;
use super::password;
use crate::accounts::administration::{self, Changed};
use crate::audit::Act;
use crate::db;
use crate::store::{StoreError, Tx};
use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};
use vouchsafe_core::model::{User, UserId};
use vouchsafe_core::spec::claims::{self, ClaimsFile};
use vouchsafe_core::spec::username;

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
    /// Replace a person's roles
    #[command(after_help = "Example:\n  vouchsafe user set-role ada support billing")]
    SetRole(SetRoleArgs),
}

#[derive(Debug, Args)]
struct CreateArgs {
    /// The name to sign in with
    #[arg(long)]
    username: String,
    /// The e-mail address
    #[arg(long)]
    email: String,
    /// The person's full name
    #[arg(long)]
    name: Option<String>,
    /// A JSON object of OpenID standard claims
    #[arg(long, value_name = "FILE")]
    claims_file: Option<PathBuf>,
    /// Make the person an administrator of this server
    #[arg(long)]
    admin: bool,
    /// Read the password from standard input
    #[arg(long, required = true)]
    password_stdin: bool,
}

#[derive(Debug, Args)]
struct Named {
    /// User name, e-mail address or `sub`
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

pub(crate) fn run(global: &Global, args: UserArgs, output: &Output) -> Result<(), Failure> {
    let place = Workplace::open(global)?;
    match args.verb {
        UserVerb::Create(args) => create(&place, args, output),
        UserVerb::SetPassword(args) => {
            let user = find(&place, &args.named.user)?;
            let hash = password::hashed(&place, &user.username, &user.email)?;
            let changed = change(&place, user.id, "set-password", move |tx, act, id| {
                administration::set_password(tx, act, id, &hash)
            })?;
            report(output, &changed, "has a new password");
            Ok(())
        }
        UserVerb::Disable(named) => {
            let user = find(&place, &named.user)?;
            report(
                output,
                &change(&place, user.id, "disable-user", administration::disable)?,
                "is disabled",
            );
            Ok(())
        }
        UserVerb::Enable(named) => {
            let user = find(&place, &named.user)?;
            report(
                output,
                &change(&place, user.id, "enable-user", administration::enable)?,
                "is enabled",
            );
            Ok(())
        }
        UserVerb::SetRole(args) => {
            let roles = check_roles(args.roles)?;
            let user = find(&place, &args.named.user)?;
            let changed = change(&place, user.id, "set-roles", move |tx, act, id| {
                administration::set_roles(tx, act, id, &roles)
            })?;
            let words = format!("has the roles [{}]", changed.user.roles.join(", "));
            report(output, &changed, &words);
            Ok(())
        }
    }
}

fn create(place: &Workplace, args: CreateArgs, output: &Output) -> Result<(), Failure> {
    let (username, email) = (args.username.trim().to_owned(), args.email.trim().to_owned());
    username::check_email(&email)
        .map_err(|rule| Failure::failed(format!("e-mail address {email:?}: {rule}")))?;
    username::check(&username, &email)
        .map_err(|rule| Failure::failed(format!("user name {username:?}: {rule}")))?;
    let claims = read_claims(args.claims_file.as_deref(), args.name)?;
    if claims
        .email
        .as_ref()
        .is_some_and(|other| username::key(other) != username::key(&email))
    {
        return Err(Failure::failed("the claims file has another email than --email"));
    }
    let hash = password::hashed(place, &username, &email)?;
    let now = place.ports.clock.now();
    let user = User {
        id: UserId::from_entropy(place.ports.entropy.bytes()),
        username,
        email,
        email_verified: claims.email_verified.unwrap_or(false),
        claims: claims.claims,
        password_hash: Some(hash),
        is_admin: args.admin,
        roles: Vec::new(),
        disabled_at: None,
        banned_at: None,
        banned_until: None,
        ban_reason: None,
        created_at: now,
        updated_at: now,
    };
    let added = user.clone();
    place.act("create-user", move |tx, act| {
        administration::create(tx, act, &added)
    })?;
    output.tell(&format!("{} can sign in", user.username));
    output.answer(&Value::Object(document(&user)));
    Ok(())
}

fn read_claims(file: Option<&Path>, name: Option<String>) -> Result<ClaimsFile, Failure> {
    let mut members = match file {
        Some(path) => {
            let what = format!("claims file {}", path.display());
            let text = std::fs::read_to_string(path).map_err(|error| Failure::io(&what, &error))?;
            serde_json::from_str::<Map<String, Value>>(&text)
                .map_err(|error| Failure::failed(format!("{what} is not a JSON object: {error}")))?
        }
        None => Map::new(),
    };
    if let Some(name) = name {
        members.insert("name".to_owned(), Value::String(name));
    }
    claims::validate(members).map_err(|problem| Failure::failed(format!("claim {problem}")))
}

fn check_roles(roles: Vec<String>) -> Result<Vec<String>, Failure> {
    let mut kept: Vec<String> = Vec::new();
    for role in roles {
        let lawful = role
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._:/-".contains(&byte));
        if role.is_empty() || role.len() > 64 || !lawful {
            return Err(Failure::failed(format!(
                "role {role:?}: it must have 1 to 64 letters, digits and the characters . _ : / -"
            )));
        }
        if !kept.contains(&role) {
            kept.push(role);
        }
    }
    Ok(kept)
}

/// The person with this user name, e-mail address or `sub`.
fn find(place: &Workplace, named: &str) -> Result<User, Failure> {
    let (key, id) = (username::key(named), UserId::new(named));
    let found = place
        .store
        .read_blocking("user", move |tx| match db!(tx, users::by_login(&key))? {
            Some(user) => Ok(Some(user)),
            None => db!(tx, users::by_id(&id)),
        })?;
    found.ok_or_else(|| unknown(named))
}

fn unknown(named: &str) -> Failure {
    Failure::failed(format!("there is no user {named:?}"))
}

fn change<F>(place: &Workplace, id: UserId, name: &'static str, mut work: F) -> Result<Changed, Failure>
where
    F: FnMut(&mut Tx<'_>, &Act, &UserId) -> Result<Option<Changed>, StoreError> + Send + 'static,
{
    let named = id.as_str().to_owned();
    place
        .act(name, move |tx, act| work(tx, act, &id))?
        .ok_or_else(|| unknown(&named))
}

fn report(output: &Output, changed: &Changed, what: &str) {
    let mut members = document(&changed.user);
    members.insert("grants_ended".to_owned(), json!(changed.ended.grants));
    members.insert("sessions_ended".to_owned(), json!(changed.ended.sessions));
    let ended = match (changed.ended.grants, changed.ended.sessions) {
        (0, 0) => String::new(),
        (grants, sessions) => format!("; ended: {grants} grants, {sessions} sessions"),
    };
    output.report(
        &Value::Object(members),
        &format!("{} {what}{ended}", changed.user.username),
    );
}

/// A person as the command line shows them.
fn document(user: &User) -> Map<String, Value> {
    let members = json!({
        "sub": user.id,
        "username": user.username,
        "email": user.email,
        "email_verified": user.email_verified,
        "name": user.claims.get("name"),
        "admin": user.is_admin,
        "roles": user.roles,
        "disabled": user.disabled_at.is_some(),
        "claims": user.claims,
        "created_at": user.created_at.seconds(),
    });
    members.as_object().cloned().unwrap_or_default()
}
