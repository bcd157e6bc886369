//! `user …` through a server.

use super::show::{HEADS, password_state};
use super::{
    BanArgs, CreateArgs, Names, UserVerb, change::UpdateArgs, change::what_became, claims_members, invite,
    same_address, say,
};
use crate::cli::exit::{Exit, Failure};
use crate::cli::instant::instant;
use crate::cli::output::Output;
use crate::cli::password;
use crate::cli::remote::{Document, Remote, part, word};
use crate::ports::{Clock as _, SystemClock};
use serde_json::{Map, Value, json};
use std::path::Path;
use vouchsafe_core::model::UnixTime;

pub(super) fn run(server: &Remote, verb: UserVerb, output: &Output) -> Result<(), Failure> {
    match verb {
        UserVerb::Create(args) => create(server, args, output),
        UserVerb::Invite(args) => invite::invite_at(server, args, output),
        UserVerb::EndInvitation(named) => invite::end_at(server, &named.user, output),
        UserVerb::Update(args) => update(server, args, output),
        UserVerb::SetPassword(args) => {
            let path = path(&server.user(&args.named.user)?, "/password");
            let body = json!({"password": password::read()?.as_str()});
            told(output, &server.put(&path, &body, None)?, "has a new password");
            Ok(())
        }
        UserVerb::Disable(named) => act((server, output), &named.user, "disable", "is disabled"),
        UserVerb::Enable(named) => act((server, output), &named.user, "enable", "is enabled"),
        UserVerb::Logout(named) => act(
            (server, output),
            &named.user,
            "logout",
            "is signed out everywhere",
        ),
        UserVerb::Ban(args) => ban(server, args, output),
        UserVerb::Unban(named) => {
            let path = path(&server.user(&named.user)?, "/ban");
            told(output, &server.delete(&path)?, "is no longer banned");
            Ok(())
        }
        UserVerb::Delete(named) => {
            let person = server.user(&named.user)?;
            let ended = server.delete(&path(&person, ""))?;
            told(output, &with_ended(person, &ended), "is deleted");
            Ok(())
        }
        UserVerb::List(args) => server.list(("/users", &args.query()), output, HEADS, row),
        UserVerb::Show(named) => show(server, &named.user, output),
        UserVerb::SetRole(args) => {
            let named = &args.named.user;
            replace((server, output), named, ("roles", "has the roles"), &args.roles)
        }
        UserVerb::SetGroup(args) => {
            let named = &args.named.user;
            replace(
                (server, output),
                named,
                ("groups", "is in the groups"),
                &args.groups,
            )
        }
        UserVerb::SetAdmin(args) => {
            let person = server.user(&args.named.user)?;
            let words = if args.is_admin {
                "administers this server"
            } else {
                "does not administer this server"
            };
            told(output, &set_admin(server, &person, args.is_admin)?, words);
            Ok(())
        }
    }
}

fn create(server: &Remote, args: CreateArgs, output: &Output) -> Result<(), Failure> {
    let mut wish = described(args.account.names(), args.claims_file.as_deref())?;
    wish.insert("password".to_owned(), json!(password::read()?.as_str()));
    wish.insert("admin".to_owned(), json!(args.admin));
    let made = server.create("/users", &Value::Object(wish))?;
    output.tell(&format!("{} can sign in", word(&made.value, "username")));
    output.answer(&made.value);
    Ok(())
}

/// The person whom flags and a claims file describe, as the administration API takes it.
pub(super) fn described(names: Names, claims_file: Option<&Path>) -> Result<Map<String, Value>, Failure> {
    let mut claims = claims_members(claims_file, names.name)?;
    claims.retain(|_, value| !value.is_null());
    let email_verified = claims.remove("email_verified").unwrap_or(json!(false));
    let of_file = claims.remove("email");
    same_address(of_file.as_ref().and_then(Value::as_str), Some(&names.email))?;
    claims.remove("updated_at");
    let members = [
        ("username", json!(names.username)),
        ("email", json!(names.email)),
        ("email_verified", email_verified),
        ("claims", Value::Object(claims)),
    ];
    Ok(members
        .map(|(name, value)| (name.to_owned(), value))
        .into_iter()
        .collect())
}

/// First the profile, then the standing, then the password; each is one transaction of its own at the server, so that whoever
/// is refused the second is told that the first is done.
fn update(server: &Remote, args: UpdateArgs, output: &Output) -> Result<(), Failure> {
    let person = server.user(&args.user)?;
    let (admin, password_stdin) = (args.admin, args.password_stdin);
    let profile = profile(args)?;
    let password = password_stdin.then(password::read).transpose()?;
    let mut done: Vec<&str> = Vec::new();
    let mut changed = None;
    if !profile.is_empty() {
        let patched = server.patch(
            &path(&person, ""),
            &Value::Object(profile),
            person.version.as_deref(),
        )?;
        done.extend((patched.value != person.value).then_some("the profile"));
        changed = Some(patched);
    }
    if let Some(admin) = admin {
        let set = set_admin(server, &person, admin).map_err(|failure| so_far(&done, failure))?;
        let was = person.value.get("admin") == Some(&Value::Bool(admin));
        done.extend((!was).then_some("the right to administer"));
        changed = Some(set);
    }
    if let Some(password) = password {
        let body = json!({"password": password.as_str()});
        let set = server.put(&path(&person, "/password"), &body, None);
        changed = Some(set.map_err(|failure| so_far(&done, failure))?);
        done.push("the password");
    }
    told(output, &changed.unwrap_or(person), what_became(!done.is_empty()));
    Ok(())
}

/// A failure after something was done.
fn so_far(done: &[&str], failure: Failure) -> Failure {
    if done.is_empty() {
        return failure;
    }
    Failure {
        message: format!("{}; changed before that: {}", failure.message, done.join(", ")),
        ..failure
    }
}

/// What changes of a profile, as the administration API takes it.
fn profile(args: UpdateArgs) -> Result<Map<String, Value>, Failure> {
    let mut claims = claims_members(args.claims_file.as_deref(), args.name)?;
    let mut body = Map::new();
    let address = claims.get("email").and_then(Value::as_str);
    same_address(address, args.email.as_deref())?;
    let of_file = ["email", "email_verified"].map(|name| (name, claims.remove(name)));
    for (name, value) in of_file {
        body.extend(value.map(|value| (name.to_owned(), value)));
    }
    for (name, value) in [("username", args.username), ("email", args.email)] {
        body.extend(value.map(|value| (name.to_owned(), json!(value))));
    }
    if !claims.is_empty() {
        body.insert("claims".to_owned(), Value::Object(claims));
    }
    Ok(body)
}

/// Replaces a list of names that a person has.
fn replace(
    (server, output): (&Remote, &Output),
    named: &str,
    (list, words): (&str, &str),
    wanted: &[String],
) -> Result<(), Failure> {
    let person = server.user(named)?;
    let path = path(&person, &format!("/{list}"));
    let changed = server.put(&path, &json!({ list: wanted }), person.version.as_deref())?;
    let left = strings(&changed.value, list).join(", ");
    told(output, &changed, &format!("{words} [{left}]"));
    Ok(())
}

fn set_admin(server: &Remote, person: &Document, is_admin: bool) -> Result<Document, Failure> {
    let path = path(person, "/administrator");
    if is_admin {
        server.set(&path)
    } else {
        server.delete(&path)
    }
}

fn ban(server: &Remote, args: BanArgs, output: &Output) -> Result<(), Failure> {
    let now = SystemClock.now();
    let until = args.until.map(|until| until.from(now));
    if until.is_some_and(|until| until <= now) {
        return Err(Failure::new(Exit::Usage, "--until: that is over already"));
    }
    let mut body = Map::new();
    body.extend(until.map(|until| ("until".to_owned(), json!(instant(until)))));
    body.extend(args.reason.map(|reason| ("reason".to_owned(), json!(reason))));
    let path = path(&server.user(&args.named.user)?, "/ban");
    told(
        output,
        &server.put(&path, &Value::Object(body), None)?,
        "is banned",
    );
    Ok(())
}

/// An act that needs to know nothing but whom.
fn act((server, output): (&Remote, &Output), named: &str, act: &str, what: &str) -> Result<(), Failure> {
    let person = server.user(named)?;
    told(
        output,
        &server.post(&path(&person, &format!("/{act}")), None)?,
        what,
    );
    Ok(())
}

fn show(server: &Remote, named: &str, output: &Output) -> Result<(), Failure> {
    let person = server.user(named)?;
    let count = |list: &str| {
        let mut found = 0_usize;
        server.each(&path(&person, list), &[], &mut |_| {
            found += 1;
            Ok(true)
        })?;
        Ok::<_, Failure>(found)
    };
    let (sessions, grants) = (count("/sessions")?, count("/grants")?);
    let listed = server.get(&path(&person, "/consents"))?.value;
    let consents = listed
        .get("items")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let consents: Vec<_> = consents.map(|consent| word(consent, "client_id")).collect();
    let value = &person.value;
    let mut members = value.as_object().cloned().unwrap_or_default();
    let text = format!(
        "{} <{}>\nsub: {}\nstanding: {}\npassword: {}\nroles: {}\ngroups: {}\nsessions: {sessions}, grants: {grants}, consents: {}",
        word(value, "username"),
        word(value, "email"),
        word(value, "sub"),
        standing(value),
        password_state(&members, SystemClock.now()),
        strings(value, "roles").join(" "),
        strings(value, "groups").join(", "),
        consents.len()
    );
    members.insert("sessions".to_owned(), json!(sessions));
    members.insert("grants".to_owned(), json!(grants));
    members.insert("consents".to_owned(), json!(consents));
    output.report(&Value::Object(members), &text);
    Ok(())
}

/// The path of a person, and what follows it.
pub(in crate::cli) fn path(person: &Document, rest: &str) -> String {
    format!("/users/{}{rest}", part(&word(&person.value, "sub")))
}

/// A person with what was ended of theirs.
pub(in crate::cli) fn with_ended(mut person: Document, ended: &Document) -> Document {
    if let (Some(members), Some(ended)) = (person.value.as_object_mut(), ended.value.as_object()) {
        members.extend(ended.clone());
    }
    person
}

/// Says what became of a person, as on the database.
pub(in crate::cli) fn told(output: &Output, changed: &Document, what: &str) {
    let mut members = changed.value.as_object().cloned().unwrap_or_default();
    for name in ["grants_ended", "sessions_ended"] {
        members.entry(name.to_owned()).or_insert(json!(0));
    }
    say(output, members, what);
}

/// The names in a list of a person.
fn strings(person: &Value, list: &str) -> Vec<String> {
    let names = person.get(list).and_then(Value::as_array).into_iter().flatten();
    names.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn row(person: &Value) -> [String; 6] {
    [
        word(person, "sub"),
        word(person, "username"),
        word(person, "email"),
        standing(person),
        strings(person, "roles").join(" "),
        strings(person, "groups").join(", "),
    ]
}

fn standing(person: &Value) -> String {
    let is = |name: &str| person.get(name).and_then(Value::as_bool).unwrap_or_default();
    let until = person.get("banned_until").and_then(Value::as_i64);
    let now = SystemClock.now();
    match until.map(UnixTime::from_seconds) {
        _ if is("disabled") => "disabled".to_owned(),
        None if is("banned") => "banned".to_owned(),
        Some(until) if is("banned") && until > now => format!("banned until {}", instant(until)),
        None | Some(_) => "active".to_owned(),
    }
}
