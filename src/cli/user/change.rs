//! `user update`: a person's profile, standing as an administrator, and password, in one transaction.

use super::{claims_members, document, find, report, same_address, unknown};
use crate::accounts::administration;
use crate::accounts::administrators;
use crate::accounts::profile::{ProfileChange, Updated, patched_claims};
use crate::cli::exit::Failure;
use crate::cli::open::Workplace;
use crate::cli::output::Output;
use crate::cli::password;
use crate::db;
use clap::Args;
use serde_json::Value;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(super) struct UpdateArgs {
    /// User name, e-mail address or `sub`
    #[arg(allow_hyphen_values = true)]
    pub(super) user: String,
    /// The name to sign in with
    #[arg(long)]
    pub(super) username: Option<String>,
    /// The e-mail address; another one is not verified
    #[arg(long)]
    pub(super) email: Option<String>,
    /// The person's full name
    #[arg(long)]
    pub(super) name: Option<String>,
    /// A JSON object of OpenID standard claims that change; null takes one away
    #[arg(long, value_name = "FILE")]
    pub(super) claims_file: Option<PathBuf>,
    /// Whether the person is an administrator of this server
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(super) admin: Option<bool>,
    /// Read another password from standard input, and end sessions and grants
    #[arg(long)]
    pub(super) password_stdin: bool,
}

pub(super) fn update(place: &Workplace, args: UpdateArgs, output: &Output) -> Result<(), Failure> {
    let user = find(place, &args.user)?;
    let mut claims = claims_members(args.claims_file.as_deref(), args.name)?;
    let email_verified = verified(&claims.remove("email_verified").unwrap_or_default())?;
    let of_file = claims.remove("email");
    let of_file = of_file.as_ref().and_then(Value::as_str).map(str::to_owned);
    same_address(of_file.as_deref(), args.email.as_deref())?;
    let change = ProfileChange {
        username: args.username,
        email: args.email.or(of_file),
        email_verified,
        claims,
    };
    let hash = if args.password_stdin {
        let (username, email) = (change.username.as_ref(), change.email.as_ref());
        Some(password::hashed(
            place,
            username.unwrap_or(&user.username),
            email.unwrap_or(&user.email),
        )?)
    } else {
        None
    };
    let (id, admin, has_password) = (user.id, args.admin, hash.is_some());
    let outcome = place.act("update-user", move |tx, act| {
        let Some(before) = db!(tx, users::lock(&id))? else {
            return Ok((None, Updated::Unknown));
        };
        let change = ProfileChange {
            claims: patched_claims(&before, Some(change.claims.clone())),
            ..change.clone()
        };
        let mut changed = match administration::update_profile(tx, act, &id, &change)? {
            Updated::Done(changed) => changed,
            other @ (Updated::Refused(_) | Updated::Unknown) => return Ok((None, other)),
        };
        if let Some(admin) = admin
            && let Some(after) = administrators::set_admin(tx, act, &id, admin)?
        {
            *changed = after;
        }
        if let Some(hash) = &hash
            && let Some(after) = administration::set_password(tx, act, &id, hash)?
        {
            *changed = after;
        }
        Ok((Some(before), Updated::Done(changed)))
    })?;
    match outcome {
        (before, Updated::Done(changed)) => {
            let is_changed =
                has_password || before.is_none_or(|before| document(&before) != document(&changed.user));
            report(output, &changed, what_became(is_changed));
            Ok(())
        }
        (_, Updated::Refused(problem)) => Err(Failure::failed(problem.to_string())),
        (_, Updated::Unknown) => Err(unknown(&args.user)),
    }
}

/// What is said of somebody who was to be changed.
pub(super) const fn what_became(is_changed: bool) -> &'static str {
    if is_changed {
        "is changed"
    } else {
        "is as before: nothing was to be changed"
    }
}

/// Whether a claims file says that the address was verified; nothing when it says nothing.
fn verified(of_file: &Value) -> Result<Option<bool>, Failure> {
    match of_file {
        Value::Null => Ok(None),
        Value::Bool(verified) => Ok(Some(*verified)),
        Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
            Err(Failure::failed("claim email_verified: it must be true or false"))
        }
    }
}
