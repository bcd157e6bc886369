//! `user list` and `user show`: people as the command line shows them.

use super::list::ListArgs;
use crate::accounts::document::UserDocument;
use crate::cli::exit::Failure;
use crate::cli::instant::instant;
use crate::cli::listing::{bad_cursor, pages};
use crate::cli::open::Workplace;
use crate::cli::output::Output;
use crate::db;
use crate::ports::{Clock as _, SystemClock};
use crate::store::GrantsWanted;
use crate::store::listing::UsersWanted;
use serde_json::{Map, Value, json};
use vouchsafe_core::model::{Standing, UnixTime, User};

/// Sessions and grants that are counted at most.
const COUNTED: i64 = 10_000;

/// What a list shows of each person.
pub(super) const HEADS: [&str; 6] = ["SUB", "USER NAME", "E-MAIL", "STANDING", "ROLES", "GROUPS"];

/// The people who are wanted.
pub(super) fn all(place: &Workplace, args: ListArgs, output: &Output) -> Result<(), Failure> {
    let now = place.ports.clock.now();
    let wanted = args.wanted(now);
    pages(
        (place, output),
        HEADS,
        move |tx, cursor| {
            let mut wanted: UsersWanted = wanted.clone();
            if let Some(cursor) = cursor {
                wanted.resume(cursor).map_err(bad_cursor)?;
            }
            db!(tx, users::page(&wanted))
        },
        |user| {
            let row = [
                user.id.as_str().to_owned(),
                user.username.clone(),
                user.email.clone(),
                standing(user, now),
                user.roles.join(" "),
                user.groups.join(", "),
            ];
            (Value::Object(document(user)), row)
        },
    )
}

/// One person, with what they hold.
pub(super) fn one(place: &Workplace, user: &User, output: &Output) -> Result<(), Failure> {
    let (id, now) = (user.id.clone(), place.ports.clock.now());
    let (sessions, grants, consents) = place.store.read_blocking("user", move |tx| {
        let wanted = GrantsWanted {
            after: None,
            user: Some(id.clone()),
            client: None,
            now,
        };
        Ok((
            db!(tx, sessions::list(None, Some(&id), now, COUNTED))?.len(),
            db!(tx, grants::list(&wanted, COUNTED))?.len(),
            db!(tx, consents::of_user(&id))?,
        ))
    })?;
    let consents: Vec<_> = consents.into_iter().map(|consent| consent.client_id).collect();
    let mut members = document(user);
    members.insert("sessions".to_owned(), json!(sessions));
    members.insert("grants".to_owned(), json!(grants));
    members.insert("consents".to_owned(), json!(consents));
    let text = format!(
        "{} <{}>\nsub: {}\nstanding: {}\npassword: {}\nroles: {}\ngroups: {}\nsessions: {sessions}, grants: {grants}, consents: {}",
        user.username,
        user.email,
        user.id,
        standing(user, now),
        password_state(&members, now),
        user.roles.join(" "),
        user.groups.join(", "),
        consents.len()
    );
    output.report(&Value::Object(members), &text);
    Ok(())
}

/// A person as the command line shows them.
pub(in crate::cli) fn document(user: &User) -> Map<String, Value> {
    match serde_json::to_value(UserDocument::of(user, SystemClock.now())) {
        Ok(Value::Object(members)) => members,
        Ok(_) | Err(_) => Map::new(),
    }
}

/// Whether the person of a document has a password, or a link by which they set it.
pub(super) fn password_state(person: &Map<String, Value>, now: UnixTime) -> String {
    let invited_until = person.get("invited_until").and_then(Value::as_i64);
    let invited_until = invited_until
        .map(UnixTime::from_seconds)
        .filter(|until| *until > now);
    match (person.get("password_set"), invited_until) {
        (Some(Value::Bool(true)), _) => "set".to_owned(),
        (_, Some(until)) => format!("none, invited until {}", instant(until)),
        (_, None) => "none".to_owned(),
    }
}

fn standing(user: &User, now: UnixTime) -> String {
    match user.standing(now) {
        Standing::Good => "active".to_owned(),
        Standing::Disabled => "disabled".to_owned(),
        Standing::Banned { until: None } => "banned".to_owned(),
        Standing::Banned { until: Some(until) } => format!("banned until {}", instant(until)),
    }
}
