//! `/users`: people's accounts, made, read and changed.

use super::answer::Answer;
use super::call::Call;
use super::ended::{ENDING, ended};
use super::operation::{CURSOR, Gives, Kind, LIMIT, Operation, PLAIN, Parameter, Takes, Version};
use super::problem::{Code, Problem};
use super::schemas::{one, page};
use crate::accounts::administration::{self, Changed};
use crate::accounts::document::{InvitationDocument, UserDocument};
use crate::accounts::invitations;
use crate::accounts::passwords::Password;
use crate::accounts::profile::{self, NewPerson, PersonProblem, ProfileChange, Updated};
use crate::audit::Act;
use crate::db;
use crate::failure::Broken;
use crate::store::listing::{UserSort, UserState, UsersWanted};
use crate::store::{StoreError, Tx};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use vouchsafe_core::decide::password_policy;
use vouchsafe_core::model::{PasswordHash, User, UserId};

/// A person to add.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewUser {
    /// The name to sign in with.
    #[schema(min_length = 1, max_length = 254)]
    username: String,
    /// The e-mail address.
    #[schema(min_length = 3, max_length = 254)]
    email: String,
    /// Whether the address was verified.
    #[serde(default)]
    email_verified: bool,
    /// Standard claims (OpenID Connect Core §5.1).
    #[serde(default)]
    #[schema(value_type = Object)]
    claims: Map<String, Value>,
    /// The password; a person without one cannot sign in.
    password: Option<String>,
    /// Whether a link is made by which the person sets their first password; not beside a password.
    #[serde(default)]
    invite: bool,
    /// Roles.
    #[serde(default)]
    roles: Vec<String>,
    /// Groups.
    #[serde(default)]
    groups: Vec<String>,
    /// Whether the person administers this server; only administrators make administrators.
    #[serde(default)]
    admin: bool,
}

/// A person who was added just now, with the link by which they set their first password, if one was asked for.
#[derive(Serialize, ToSchema)]
#[schema(as = CreatedUser)]
struct CreatedDocument {
    #[serde(flatten)]
    user: UserDocument,
    /// The link, shown this once; not for a repeated request.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<InvitationDocument>)]
    invitation: Option<InvitationDocument>,
}

/// What is to be changed of a person (RFC 7396).
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UserPatch {
    /// The name to sign in with.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false, min_length = 1, max_length = 254)]
    username: Option<String>,
    /// The e-mail address. Another one is not verified unless it is said that it is.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false, min_length = 3, max_length = 254)]
    email: Option<String>,
    /// Whether the address was verified.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    email_verified: Option<bool>,
    /// Standard claims; null takes one away, or all of them.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Object>)]
    #[expect(
        clippy::option_option,
        reason = "left out, null and an object are three things to a merge patch (RFC 7396)"
    )]
    claims: Option<Option<Map<String, Value>>>,
}

/// A member that may be left out, but not null: it cannot be taken away.
pub(super) fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

const STATES: fn() -> Vec<&'static str> = || vec!["active", "disabled", "banned"];
const SORTS: fn() -> Vec<&'static str> = || {
    vec![
        "username",
        "-username",
        "email",
        "-email",
        "created_at",
        "-created_at",
    ]
};

pub(super) const LIST: Operation = Operation {
    id: "listUsers",
    summary: "List people",
    query: &[
        Parameter {
            name: "q",
            about: "The beginning of a user name, an e-mail address, a word of the name, or the `sub`; the list is then in the order of what was found",
            kind: Kind::Text,
        },
        Parameter {
            name: "state",
            about: "Those of this standing",
            kind: Kind::Word(STATES),
        },
        Parameter {
            name: "role",
            about: "Those who have this role; the list is then in the order of their `sub`",
            kind: Kind::Text,
        },
        Parameter {
            name: "group",
            about: "Those who are in this group; the list is then in the order of their `sub`",
            kind: Kind::Text,
        },
        Parameter {
            name: "admin",
            about: "Administrators, or those who are none",
            kind: Kind::Flag,
        },
        Parameter {
            name: "sort",
            about: "The order; `-` turns it round",
            kind: Kind::Word(SORTS),
        },
        LIMIT,
        CURSOR,
    ],
    gives: Gives::Document(page::<UserDocument>),
    ..PLAIN
};

pub(super) async fn list(call: Call) -> Result<Answer, Problem> {
    let sort = call.query.text("sort").unwrap_or("username");
    let mut wanted = UsersWanted {
        text: call.query.owned("q"),
        state: call.query.text("state").and_then(UserState::parse),
        role: call.query.owned("role"),
        group: call.query.owned("group"),
        is_admin: call.query.flag("admin"),
        sort: match sort.trim_start_matches('-') {
            "email" => UserSort::Email,
            "created_at" => UserSort::CreatedAt,
            _ => UserSort::Username,
        },
        descending: sort.starts_with('-'),
        now: call.cx.now,
        part: call.part(),
    };
    call.resume(|cursor| wanted.resume(cursor))?;
    let page = call
        .read("api-list-users", move |tx| db!(tx, users::page(&wanted)))
        .await?;
    let now = call.cx.now;
    Ok(Answer::page(page, |user| UserDocument::of(&user, now)))
}

pub(super) const READ: Operation = Operation {
    id: "readUser",
    summary: "Read a person",
    gives: Gives::Versioned(one::<UserDocument>),
    ..PLAIN
};

pub(super) async fn read(call: Call) -> Result<Answer, Problem> {
    let id = sub(&call);
    let user = call
        .read("api-user", move |tx| db!(tx, users::by_id(&id)))
        .await?
        .ok_or_else(unknown)?;
    Ok(Answer::versioned(&UserDocument::of(&user, call.cx.now)))
}

pub(super) const CREATE: Operation = Operation {
    id: "createUser",
    summary: "Add a person",
    takes: Takes::Json(one::<NewUser>),
    gives: Gives::Created(one::<CreatedDocument>),
    has_key: true,
    problems: &[409, 422],
    ..PLAIN
};

pub(super) async fn create(call: Call) -> Result<Answer, Problem> {
    let wish: NewUser = call.body()?;
    if wish.admin {
        call.caller.must_be_administrator()?;
    }
    call.caller.signed_in_for(call.sign_in, wish.admin)?;
    if wish.invite && wish.password.is_some() {
        let rule = "who is invited sets the password themselves: leave one of the two out";
        return Err(Problem::rule(rule).at("invite"));
    }
    let is_invited = wish.invite;
    let password_hash = match &wish.password {
        None => None,
        Some(password) => Some(hashed(&call, password, (&wish.username, &wish.email)).await?),
    };
    let person = NewPerson {
        username: wish.username,
        email: wish.email,
        email_verified: wish.email_verified,
        claims: wish.claims,
        password_hash,
        is_admin: wish.admin,
        roles: wish.roles,
        groups: wish.groups,
    };
    let user = person.checked(&call.act()).map_err(|why| broken(&why))?;
    let make = move |tx: &mut Tx<'_>, act: &_| -> Result<_, StoreError> {
        let name = user.id.as_str().to_owned();
        if is_invited {
            let (user, invitation) = invitations::create(tx, act, &user)?;
            return Ok(Ok(((user, Some(invitation)), name)));
        }
        administration::create(tx, act, &user)?;
        Ok(Ok(((user.clone(), None), name)))
    };
    let again = |tx: &mut Tx<'_>, made: &str| {
        let known = db!(tx, users::by_id(&UserId::new(made)))?;
        Ok(known.map(|user| (user, None)))
    };
    let (user, invitation) = call.create("api-create-user", make, again).await?;
    let document = UserDocument::of(&user, call.cx.now);
    let created = CreatedDocument {
        user: document.clone(),
        invitation: invitation
            .as_ref()
            .map(|invitation| InvitationDocument::of(invitation, &call.cx.config().issuer)),
    };
    Ok(Answer::created(&created, &format!("/users/{}", user.id)).with_version(&document))
}

pub(super) const PATCH: Operation = Operation {
    id: "updateUser",
    summary: "Change a person's profile; their tokens must be exchanged for new ones",
    takes: Takes::Patch(one::<UserPatch>),
    gives: Gives::Versioned(one::<UserDocument>),
    version: Version::Required,
    problems: &[409, 422],
    ..PLAIN
};

pub(super) async fn patch(call: Call) -> Result<Answer, Problem> {
    let patch: UserPatch = call.body()?;
    let done = with_person(&call, "api-update-user", peer(&call), move |tx, act, user| {
        let change = ProfileChange {
            username: patch.username.clone(),
            email: patch.email.clone(),
            email_verified: patch.email_verified,
            claims: match &patch.claims {
                Some(claims) => profile::patched_claims(user, claims.clone()),
                None => Map::new(),
            },
        };
        Ok(match profile::update_profile(tx, act, &user.id, &change)? {
            Updated::Done(changed) => Ok(changed.user),
            Updated::Refused(why) => Err(broken(&why)),
            Updated::Unknown => Err(unknown()),
        })
    });
    Ok(Answer::versioned(&UserDocument::of(&done.await?, call.cx.now)))
}

pub(super) const DELETE: Operation = Operation {
    id: "deleteUser",
    summary: "Delete a person's account; its `sub` is never given again",
    version: Version::Honoured,
    problems: &[409],
    ..ENDING
};

pub(super) async fn delete(call: Call) -> Result<Answer, Problem> {
    let deleted = changed_by_peer(&call, "api-delete-user", administration::delete).await?;
    Ok(ended(deleted.ended))
}

/// The person whom the path names.
pub(super) fn sub(call: &Call) -> UserId {
    UserId::new(call.named("sub"))
}

pub(super) fn unknown() -> Problem {
    Problem::unknown("user")
}

/// A rule of people's accounts, as a problem.
pub(super) fn broken(why: &PersonProblem) -> Problem {
    Problem::rule(why.to_string()).at(why.field())
}

/// Does something to the person whom the path names, if they are as the caller knows them.
pub(super) async fn changed<F>(call: &Call, name: &'static str, work: F) -> Result<Changed, Problem>
where
    F: FnMut(&mut Tx<'_>, &Act, &UserId) -> Result<Option<Changed>, StoreError> + Send + 'static,
{
    changed_if(call, name, |_| Ok(()), work).await
}

/// The same, where nobody but an administrator does it to an administrator.
pub(super) async fn changed_by_peer<F>(call: &Call, name: &'static str, work: F) -> Result<Changed, Problem>
where
    F: FnMut(&mut Tx<'_>, &Act, &UserId) -> Result<Option<Changed>, StoreError> + Send + 'static,
{
    changed_if(call, name, peer(call), work).await
}

/// The same, if `allowed` says so of the person.
pub(super) async fn changed_if<A, F>(
    call: &Call,
    name: &'static str,
    allowed: A,
    mut work: F,
) -> Result<Changed, Problem>
where
    A: FnMut(&User) -> Result<(), Problem> + Send + 'static,
    F: FnMut(&mut Tx<'_>, &Act, &UserId) -> Result<Option<Changed>, StoreError> + Send + 'static,
{
    with_person(call, name, allowed, move |tx, act, user| {
        Ok(work(tx, act, &user.id)?.ok_or_else(unknown))
    })
    .await
}

/// Does something to the person whom the path names, as they are found under the lock of their row: if they are as the
/// caller knows them, `allowed` says so, and the caller has signed in lately enough for it.
pub(super) async fn with_person<T, A, F>(
    call: &Call,
    name: &'static str,
    mut allowed: A,
    mut work: F,
) -> Result<T, Problem>
where
    T: Send + 'static,
    A: FnMut(&User) -> Result<(), Problem> + Send + 'static,
    F: FnMut(&mut Tx<'_>, &Act, &User) -> Result<Result<T, Problem>, StoreError> + Send + 'static,
{
    let (id, if_match, signed_in) = (sub(call), call.if_match.clone(), call.signed_in_for());
    call.write(name, move |tx, act| {
        let Some(user) = db!(tx, users::lock(&id))? else {
            return Ok(Err(unknown()));
        };
        let judged = Call::meets(if_match.as_ref(), &UserDocument::of(&user, act.now))
            .and_then(|()| allowed(&user))
            .and_then(|()| signed_in(&user));
        match judged {
            Ok(()) => work(tx, act, &user),
            Err(problem) => Ok(Err(problem)),
        }
    })
    .await
}

/// Lets nobody but an administrator do it to an administrator.
pub(super) fn peer(call: &Call) -> impl FnMut(&User) -> Result<(), Problem> + Send + 'static {
    let caller = call.caller.clone();
    move |user| caller.may_act_on(user)
}

/// Holds a password to the policy.
pub(super) fn check_password(
    text: &str,
    minimum: usize,
    (username, email): (&str, &str),
) -> Result<(), Problem> {
    password_policy::check(text, minimum, username, email)
        .map(drop)
        .map_err(|rule| Problem::rule(rule.for_administrators(minimum)).at("password"))
}

/// Holds a password to the policy and hashes it, where all passwords are hashed.
pub(super) async fn hashed(
    call: &Call,
    text: &str,
    (username, email): (&str, &str),
) -> Result<PasswordHash, Problem> {
    let minimum = call.cx.config().passwords.minimum_length;
    check_password(text, minimum, (username, email))?;
    let password = Password::parse(text).map_err(|_| Problem::new(Code::RuleBroken).at("password"))?;
    let services = &call.cx.services;
    let salt = services.ports.entropy.bytes();
    services
        .passwords
        .hash(password, salt)
        .await
        .map_err(|_| Broken::Overloaded("hashing of passwords").into())
}

/// Reads the person whom the path names.
pub(super) async fn find(call: &Call) -> Result<User, Problem> {
    let id = sub(call);
    call.read("api-user", move |tx| db!(tx, users::by_id(&id)))
        .await?
        .ok_or_else(unknown)
}
