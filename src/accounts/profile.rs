//! What an account is made of: the checks that every surface makes, and the change of a person's profile.

use super::administration::{Ban, Changed};
use crate::audit::{Act, with};
use crate::db;
use crate::store::{StoreError, Tx};
use serde_json::{Map, Value, json};
use vouchsafe_core::model::{EventKind, PasswordHash, UnixTime, User, UserId};
use vouchsafe_core::spec::claims::{self, ClaimProblem, ClaimRule};
use vouchsafe_core::spec::human_readable::{hidden, hides_nothing, shortened};
use vouchsafe_core::spec::merge_patch;
use vouchsafe_core::spec::username::{self, NameProblem};

/// The longest name of a role or group, in characters.
const LONGEST_NAME: usize = 64;
/// Roles, or groups, of one person.
const MOST_NAMES: usize = 200;
/// The longest reason of a ban, in characters.
const LONGEST_REASON: usize = 500;

/// A person who is to be added.
#[derive(Debug, Default)]
pub struct NewPerson {
    /// The name to sign in with.
    pub username: String,
    /// The e-mail address.
    pub email: String,
    /// Whether the address was verified.
    pub email_verified: bool,
    /// Further standard claims.
    pub claims: Map<String, Value>,
    /// The hash of the password; none when the person has none yet.
    pub password_hash: Option<PasswordHash>,
    /// Whether the person administers this server.
    pub is_admin: bool,
    /// Roles.
    pub roles: Vec<String>,
    /// Groups.
    pub groups: Vec<String>,
}

/// What is to be changed of a person's profile. What is none stays as it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProfileChange {
    /// The name to sign in with.
    pub username: Option<String>,
    /// The e-mail address. Another address is not verified unless it is said that it is.
    pub email: Option<String>,
    /// Whether the address was verified.
    pub email_verified: Option<bool>,
    /// Standard claims (OpenID Connect Core §5.1) with their new values as a whole, null to take one away; see
    /// [`patched_claims`].
    pub claims: Map<String, Value>,
}

/// Why an account may not be as somebody wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PersonProblem {
    /// The user name.
    Username(NameProblem),
    /// The e-mail address.
    Email(NameProblem),
    /// A claim.
    Claim(ClaimProblem),
    /// A role, by its name.
    Role(String),
    /// A group, by its name.
    Group(String),
    /// Too many roles, or too many groups.
    TooMany(&'static str),
    /// A ban whose end has come already.
    BanIsOver,
    /// A reason that cannot be shown: too long, or with this character.
    Reason(Option<char>),
}

/// What became of a change of a profile.
#[derive(Clone, Debug, PartialEq)]
pub enum Updated {
    /// It is done.
    Done(Box<Changed>),
    /// It breaks a rule; nothing was changed.
    Refused(PersonProblem),
    /// There is no such person.
    Unknown,
}

impl PersonProblem {
    /// The member of the profile that is wrong.
    #[must_use]
    pub fn field(&self) -> &str {
        match self {
            Self::Username(_) => "username",
            Self::Email(_) => "email",
            Self::Claim(problem) => &problem.claim,
            Self::Role(_) => "roles",
            Self::Group(_) => "groups",
            Self::TooMany(field) => field,
            Self::BanIsOver => "until",
            Self::Reason(_) => "reason",
        }
    }

    /// The rule that is broken, as a sentence.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        match self {
            Self::Username(rule) | Self::Email(rule) => rule.sentence(),
            Self::Claim(problem) => problem.rule.sentence(),
            Self::Role(_) => "it must have 1 to 64 letters, digits and the characters . _ : / -",
            Self::Group(_) => {
                "it must have 1 to 64 characters, none of them invisible, no comma, and no space at its ends"
            }
            Self::TooMany(_) => "a person may have 200 of them",
            Self::BanIsOver => "that is over already",
            Self::Reason(_) => "the reason must have at most 500 characters, none of them invisible",
        }
    }
}

impl std::fmt::Display for PersonProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Username(rule) => write!(f, "user name: {rule}"),
            Self::Email(rule) => write!(f, "e-mail address: {rule}"),
            Self::Claim(problem) => write!(f, "claim {problem}"),
            Self::Role(role) => write!(f, "role {:?}: {}", shortened(role), self.rule()),
            Self::Group(group) => write!(f, "group {:?}: {}", shortened(group), self.rule()),
            Self::TooMany(field) => write!(f, "{field}: {}", self.rule()),
            Self::Reason(Some(c)) => write!(f, "{} (it has U+{:04X})", self.rule(), u32::from(*c)),
            Self::BanIsOver | Self::Reason(None) => f.write_str(self.rule()),
        }
    }
}

impl std::error::Error for PersonProblem {}

impl NewPerson {
    /// Every rule that it breaks, one a field.
    #[must_use]
    pub fn problems(&self) -> Vec<PersonProblem> {
        let (username, email) = (self.username.trim(), self.email.trim());
        let problems = [
            username::check(username, email)
                .map_err(PersonProblem::Username)
                .err(),
            username::check_email(email).map_err(PersonProblem::Email).err(),
            merged(&Map::new(), self.claims.clone()).err(),
            check_roles(self.roles.clone()).err(),
            check_groups(self.groups.clone()).err(),
        ];
        problems.into_iter().flatten().collect()
    }

    /// The account as it is to be stored, under a new `sub`.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn checked(self, act: &Act) -> Result<User, PersonProblem> {
        let (username, email) = (self.username.trim().to_owned(), self.email.trim().to_owned());
        check_names(&username, &email)?;
        Ok(User {
            id: UserId::from_entropy(act.entropy.bytes()),
            username,
            email,
            email_verified: self.email_verified,
            claims: merged(&Map::new(), self.claims)?,
            password_hash: self.password_hash,
            invited_until: None,
            is_admin: self.is_admin,
            roles: check_roles(self.roles)?,
            groups: check_groups(self.groups)?,
            disabled_at: None,
            banned_at: None,
            banned_until: None,
            ban_reason: None,
            created_at: act.now,
            updated_at: act.now,
        })
    }
}

/// Every rule that a person would break, who was `before` or is new: one of the names and of the address, one of each
/// claim, and one of the roles and of the groups.
#[must_use]
pub fn problems(wanted: &NewPerson, before: Option<&User>) -> Vec<PersonProblem> {
    let (username, email) = (wanted.username.trim(), wanted.email.trim());
    let mut found = Vec::new();
    // What was good enough once is not asked about again.
    if before.is_none_or(|before| before.username != username || before.email != email) {
        found.extend(username::check_email(email).err().map(PersonProblem::Email));
        found.extend(
            username::check(username, email)
                .err()
                .map(PersonProblem::Username),
        );
    }
    let claims = before.map(|before| before.claims.clone()).unwrap_or_default();
    for (name, value) in &wanted.claims {
        let claim = Map::from_iter([(name.clone(), value.clone())]);
        found.extend(merged(&claims, claim).err());
    }
    found.extend(check_roles(wanted.roles.clone()).err());
    found.extend(check_groups(wanted.groups.clone()).err());
    found
}

impl ProfileChange {
    /// The person as they would be.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn applied(&self, user: &User) -> Result<User, PersonProblem> {
        let trimmed = |text: &Option<String>, was: &str| {
            text.as_deref()
                .map_or_else(|| was.to_owned(), |text| text.trim().to_owned())
        };
        let (username, email) = (
            trimmed(&self.username, &user.username),
            trimmed(&self.email, &user.email),
        );
        // What was good enough once is not asked about again.
        if username != user.username || email != user.email {
            check_names(&username, &email)?;
        }
        let same_address = username::key(&email) == username::key(&user.email);
        Ok(User {
            email_verified: self.email_verified.unwrap_or(user.email_verified && same_address),
            claims: merged(&user.claims, self.claims.clone())?,
            username,
            email,
            ..user.clone()
        })
    }
}

/// What a merge patch (RFC 7396) changes of a person's claims, for [`ProfileChange::claims`]: inside an address too only
/// what is named changes, and one that nothing is left of goes. A patch that is null takes all claims away.
#[must_use]
pub fn patched_claims(user: &User, patch: Option<Map<String, Value>>) -> Map<String, Value> {
    let Some(patch) = patch else {
        let names = user.claims.keys().cloned();
        return names.map(|name| (name, Value::Null)).collect();
    };
    let mut claims = Value::Object(user.claims.clone());
    let names: Vec<String> = patch.keys().cloned().collect();
    merge_patch::merge(&mut claims, Value::Object(patch));
    let after = |name: String| {
        let value = claims.get(&name).cloned().unwrap_or_default();
        let is_left = value.as_object().is_none_or(|members| !members.is_empty());
        (name, if is_left { value } else { Value::Null })
    };
    names.into_iter().map(after).collect()
}

/// A person's user name, or the `sub` of somebody who is no more.
///
/// # Errors
/// When the store fails.
pub fn username_of(tx: &mut Tx<'_>, id: &UserId) -> Result<String, StoreError> {
    let user = db!(tx, users::by_id(id))?;
    Ok(user.map_or_else(|| id.as_str().to_owned(), |user| user.username))
}

/// Changes a person's profile. What tokens say of the person is then out of date: the claims version of each grant is
/// raised, so that clients fetch new ones. The event names what changed, never what it was or is.
///
/// # Errors
/// [`StoreError::Conflict`] when the name or address is another person's; other failures of the store.
pub fn update_profile(
    tx: &mut Tx<'_>,
    act: &Act,
    id: &UserId,
    change: &ProfileChange,
) -> Result<Updated, StoreError> {
    let Some(before) = db!(tx, users::lock(id))? else {
        return Ok(Updated::Unknown);
    };
    let mut user = match change.applied(&before) {
        Ok(user) => user,
        Err(problem) => return Ok(Updated::Refused(problem)),
    };
    let changed = difference(&before, &user);
    if !changed.is_empty() {
        user.updated_at = act.now;
        db!(tx, users::set_profile(&user))?;
        let updated = with("changed", json!(changed), act.about(EventKind::UserUpdated, id));
        let mut told = vec![updated];
        let raised = db!(tx, grants::raise_gver_of_user(id))?;
        told.extend(act.grants_raised(&raised));
        db!(tx, events::append_all(&told))?;
    }
    Ok(Updated::Done(Box::new(user.into())))
}

/// Roles as they may be given: each once, in their order.
///
/// # Errors
/// [`PersonProblem::Role`], [`PersonProblem::TooMany`].
pub fn check_roles(roles: Vec<String>) -> Result<Vec<String>, PersonProblem> {
    let is_lawful = |role: &str| {
        role.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._:/-".contains(&byte))
    };
    each_once(roles, "roles", is_lawful, PersonProblem::Role)
}

/// Groups as they may be given: each once, in their order. They often come from elsewhere, so that a name may have
/// spaces and letters of any script; a comma separates them where they are typed.
///
/// # Errors
/// [`PersonProblem::Group`], [`PersonProblem::TooMany`].
pub fn check_groups(groups: Vec<String>) -> Result<Vec<String>, PersonProblem> {
    let is_lawful = |group: &str| group.trim() == group && hides_nothing(group) && !group.contains(',');
    each_once(groups, "groups", is_lawful, PersonProblem::Group)
}

/// The names, each once. Tokens carry them all, so that there is an end to them.
fn each_once(
    names: Vec<String>,
    field: &'static str,
    is_lawful: impl Fn(&str) -> bool,
    wrong: fn(String) -> PersonProblem,
) -> Result<Vec<String>, PersonProblem> {
    let mut kept: Vec<String> = Vec::new();
    for name in names {
        if name.is_empty() || name.chars().count() > LONGEST_NAME || !is_lawful(&name) {
            return Err(wrong(name));
        }
        if !kept.contains(&name) {
            kept.push(name);
        }
        if kept.len() > MOST_NAMES {
            return Err(PersonProblem::TooMany(field));
        }
    }
    Ok(kept)
}

impl Ban {
    /// Whether it may be pronounced at `now`.
    ///
    /// # Errors
    /// [`PersonProblem::BanIsOver`], [`PersonProblem::Reason`].
    pub fn check(&self, now: UnixTime) -> Result<(), PersonProblem> {
        if self.until.is_some_and(|until| until <= now) {
            return Err(PersonProblem::BanIsOver);
        }
        let reason = self.reason.as_deref().unwrap_or_default();
        let unseen = reason.split('\n').find_map(hidden);
        if unseen.is_some() || reason.chars().count() > LONGEST_REASON {
            return Err(PersonProblem::Reason(unseen));
        }
        Ok(())
    }
}

fn check_names(username: &str, email: &str) -> Result<(), PersonProblem> {
    username::check_email(email).map_err(PersonProblem::Email)?;
    username::check(username, email).map_err(PersonProblem::Username)
}

/// Claims after a change.
fn merged(
    before: &Map<String, Value>,
    change: Map<String, Value>,
) -> Result<Map<String, Value>, PersonProblem> {
    // These have fields of their own, or only the server sets them.
    let foreign = change
        .keys()
        .find(|name| matches!(name.as_str(), "email" | "email_verified" | "updated_at"));
    if let Some(claim) = foreign {
        return Err(PersonProblem::Claim(ClaimProblem {
            claim: claim.clone(),
            rule: ClaimRule::Unknown,
        }));
    }
    let mut after = before.clone();
    after.retain(|name, _| !change.contains_key(name));
    let given = claims::validate(change).map_err(PersonProblem::Claim)?;
    after.extend(given.claims);
    Ok(after)
}

/// The names of what is not the same.
fn difference(before: &User, after: &User) -> Vec<String> {
    let own = [
        ("username", before.username != after.username),
        ("email", before.email != after.email),
        ("email_verified", before.email_verified != after.email_verified),
    ];
    let own = own.into_iter().filter(|(_, differs)| *differs);
    let mut names: Vec<String> = own.map(|(name, _)| name.to_owned()).collect();
    let mut claims: Vec<&String> = before
        .claims
        .keys()
        .chain(
            after
                .claims
                .keys()
                .filter(|name| !before.claims.contains_key(*name)),
        )
        .filter(|name| before.claims.get(*name) != after.claims.get(*name))
        .collect();
    claims.sort();
    names.extend(claims.into_iter().cloned());
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use vouchsafe_core::model::UnixTime;

    fn ada() -> User {
        let claims = json!({"name": "Ada", "nickname": "Countess"});
        User {
            id: UserId::new("u1"),
            username: "ada".to_owned(),
            email: "ada@example.com".to_owned(),
            email_verified: true,
            claims: claims.as_object().cloned().unwrap(),
            password_hash: None,
            invited_until: None,
            is_admin: false,
            roles: Vec::new(),
            groups: Vec::new(),
            disabled_at: None,
            banned_at: None,
            banned_until: None,
            ban_reason: None,
            created_at: UnixTime::from_seconds(1),
            updated_at: UnixTime::from_seconds(1),
        }
    }

    fn claims(value: &Value) -> ProfileChange {
        ProfileChange {
            claims: value.as_object().cloned().unwrap(),
            ..ProfileChange::default()
        }
    }

    #[test]
    fn only_what_is_said_changes_and_null_takes_a_claim_away() {
        let change = claims(&json!({"nickname": null, "family_name": "Lovelace", "middle_name": null}));
        let after = change.applied(&ada()).unwrap();
        assert_eq!(
            Value::Object(after.claims.clone()),
            json!({"name": "Ada", "family_name": "Lovelace"})
        );
        assert_eq!(difference(&ada(), &after), ["family_name", "nickname"]);
        assert_eq!(ProfileChange::default().applied(&ada()).unwrap(), ada());
    }

    #[test]
    fn another_address_is_not_verified_unless_somebody_says_so() {
        let to = |email: &str, verified| {
            let change = ProfileChange {
                email: Some(email.to_owned()),
                email_verified: verified,
                ..ProfileChange::default()
            };
            change.applied(&ada()).unwrap().email_verified
        };
        assert!(to(" ADA@example.com ", None));
        assert!(!to("ada@example.org", None));
        assert!(to("ada@example.org", Some(true)));
        assert!(!to("ada@example.com", Some(false)));
    }

    #[test]
    fn what_has_a_field_of_its_own_is_no_claim_to_set() {
        for name in [
            "email",
            "email_verified",
            "updated_at",
            "sub",
            "roles",
            "is_admin",
        ] {
            let problem = claims(&json!({name: "x"})).applied(&ada()).unwrap_err();
            assert_eq!(problem.field(), name);
        }
        let names = ProfileChange {
            username: Some("eve@example.com".to_owned()),
            ..ProfileChange::default()
        };
        assert_eq!(names.applied(&ada()).unwrap_err().field(), "username");
    }

    #[test]
    fn groups_are_names_of_any_script_and_there_is_an_end_to_them() {
        let given = |groups: &[&str]| check_groups(groups.iter().map(|group| (*group).to_owned()).collect());
        assert_eq!(
            given(&["Ärzte", "night shift", "Ärzte"]).unwrap(),
            ["Ärzte", "night shift"]
        );
        for wrong in ["", " a", "a\n", "a,b", &"x".repeat(65)] {
            assert_eq!(given(&[wrong]), Err(PersonProblem::Group(wrong.to_owned())));
        }
        let many: Vec<String> = (0..201).map(|number| number.to_string()).collect();
        assert_eq!(check_groups(many[..200].to_vec()).unwrap().len(), 200);
        assert_eq!(check_groups(many), Err(PersonProblem::TooMany("groups")));
    }

    #[test]
    fn roles_are_words_and_each_counts_once() {
        let given = |roles: &[&str]| check_roles(roles.iter().map(|role| (*role).to_owned()).collect());
        assert_eq!(given(&["a", "b:c", "a"]).unwrap(), ["a", "b:c"]);
        for bad in ["", "a b", "\u{e9}", "<b>", &"x".repeat(65)] {
            assert_eq!(given(&[bad]), Err(PersonProblem::Role(bad.to_owned())));
        }
    }
}
