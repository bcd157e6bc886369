//! The plan for people.

use super::{Action, Change, Draft, FirstPassword, Kind, UserChange, Work};
use crate::accounts::profile::{self, PersonProblem, check_groups, check_roles};
use crate::cli::apply::declared::DeclaredUser;
use serde_json::{Value, json};
use vouchsafe_core::decide::password_policy;
use vouchsafe_core::model::{User, UserId};
use vouchsafe_core::spec::username;

impl Draft<'_> {
    /// Plans them.
    pub(super) fn users(&mut self) {
        let declared = self.declared;
        for (member, text) in [
            (
                "username",
                (|user| &user.username) as fn(&DeclaredUser) -> &String,
            ),
            ("email", |user| &user.email),
        ] {
            let keyed = declared
                .users
                .iter()
                .map(|user| (&user.place, username::key(text(user))));
            self.refuse_twins(member, keyed);
        }
        for user in &declared.users {
            self.refuse_taken(user);
            let key = username::key(&user.username);
            let mut known = self.current.users.values();
            let before = known.find(|known| username::key(&known.username) == key);
            let has_password = before.is_some_and(|before| before.password_hash.is_some());
            let password = if has_password { None } else { self.password(user) };
            let problems = profile::problems(&user.person(), before);
            for problem in &problems {
                self.tell_of(user, problem);
            }
            match before {
                _ if !problems.is_empty() => {}
                Some(before) => self.changed(user, before, password),
                None => self.added(user, password),
            }
        }
        let is_declared = |known: &User| {
            let key = username::key(&known.username);
            declared
                .users
                .iter()
                .any(|user| username::key(&user.username) == key)
        };
        if self.rules.prune {
            let made: Vec<&UserId> = self.current.made.users.iter().collect();
            for id in made {
                if let Some(user) = self.current.users.get(id).filter(|user| !is_declared(user)) {
                    let work = Work::DeleteUser(Box::new(user.clone()));
                    self.step((Action::Delete, Kind::User, &user.username), Vec::new(), work);
                }
            }
        }
    }

    fn tell_of(&mut self, user: &DeclaredUser, problem: &PersonProblem) {
        let (member, message) = match problem {
            PersonProblem::Claim(claim) if claim.claim == "name" && user.place.has("name") => {
                ("name", problem.rule().to_owned())
            }
            PersonProblem::Claim(claim) => ("claims", format!("has {}: {}", claim.claim, problem.rule())),
            PersonProblem::Username(_)
            | PersonProblem::Email(_)
            | PersonProblem::Role(_)
            | PersonProblem::Group(_)
            | PersonProblem::TooMany(_)
            | PersonProblem::BanIsOver
            | PersonProblem::Reason(_) => (problem.field(), problem.to_string()),
        };
        self.tell(&user.place, member, message);
    }

    /// An address that somebody has who keeps it.
    fn refuse_taken(&mut self, user: &DeclaredUser) {
        let (name, email) = (username::key(&user.username), username::key(&user.email));
        let keeps = |known: &&User| {
            let other = username::key(&known.username);
            let declared = self
                .declared
                .users
                .iter()
                .find(|user| username::key(&user.username) == other);
            let pruned = self.rules.prune && self.current.made.users.contains(&known.id);
            username::key(&known.email) == email
                && other != name
                && declared.map_or(!pruned, |declared| username::key(&declared.email) == email)
        };
        if let Some(other) = self.current.users.values().find(keeps) {
            let message = format!("is the address of {:?}", other.username);
            self.tell(&user.place, "email", message);
        }
    }

    fn added(&mut self, declared: &DeclaredUser, password: Option<FirstPassword>) {
        match declared.person().checked(self.act) {
            Ok(user) => {
                let work = Work::CreateUser(Box::new(user), password);
                self.step((Action::Create, Kind::User, &declared.username), Vec::new(), work);
            }
            Err(problem) => self.tell_of(declared, &problem),
        }
    }

    fn changed(&mut self, declared: &DeclaredUser, before: &User, password: Option<FirstPassword>) {
        let profile = declared.profile();
        let wanted = declared.person();
        let checked = profile.applied(before).and_then(|after| {
            let (roles, groups) = (check_roles(wanted.roles)?, check_groups(wanted.groups)?);
            Ok((after, roles, groups))
        });
        let (after, roles, groups) = match checked {
            Ok(checked) => checked,
            Err(problem) => return self.tell_of(declared, &problem),
        };
        let roles = Some(roles).filter(|roles| declared.roles.is_some() && *roles != before.roles);
        let groups = Some(groups).filter(|groups| declared.groups.is_some() && *groups != before.groups);
        let admin = declared.admin.filter(|admin| *admin != before.is_admin);
        let mut changes = own_members(before, &after);
        let profile = (!changes.is_empty()).then_some(profile);
        if let Some(roles) = &roles {
            changes.push(change("roles", json!(before.roles), json!(roles)));
        }
        if let Some(groups) = &groups {
            changes.push(change("groups", json!(before.groups), json!(groups)));
        }
        if let Some(admin) = admin {
            changes.push(change("admin", json!(before.is_admin), json!(admin)));
        }
        if password.is_some() {
            changes.push(change("password", Value::Null, Value::Null));
        }
        let work = UserChange {
            profile,
            roles,
            groups,
            admin,
            password,
        };
        let work = Work::UpdateUser(before.id.clone(), Box::new(work));
        self.update((Kind::User, &before.username), changes, work);
    }

    /// The first password, when it keeps the policy.
    fn password(&mut self, declared: &DeclaredUser) -> Option<FirstPassword> {
        let password = declared.password.clone()?;
        let checked = password_policy::check(
            &password,
            self.rules.minimum_length,
            &declared.username,
            &declared.email,
        );
        if let Err(rule) = checked {
            let message = format!(
                "names a password that cannot be taken: {rule} (passwords.minimum_length is {})",
                self.rules.minimum_length
            );
            self.tell(&declared.place, "password_file", message);
        }
        Some(password)
    }
}

fn change(member: &str, before: Value, after: Value) -> Change {
    Change {
        member: member.to_owned(),
        before,
        after,
    }
}

fn own_members(before: &User, after: &User) -> Vec<Change> {
    let members = |user: &User| {
        let mut members = user.claims.clone();
        members.insert("username".to_owned(), json!(user.username));
        members.insert("email".to_owned(), json!(user.email));
        members.insert("email_verified".to_owned(), json!(user.email_verified));
        members
    };
    super::difference(&members(before), &members(after))
}
