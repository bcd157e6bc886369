//! The plan: what must be made, changed and deleted so that everything is as it was declared. Pure: it is made of what
//! was declared and what is there, so that it can be made again in the transaction that carries it out.

mod administrators;
mod apis;
mod clients;
mod users;

use super::current::Current;
use super::declared::Declared;
use super::section::Place;
use crate::accounts::profile::ProfileChange;
use crate::audit::{self, Act};
use crate::config::Problem;
use crate::keys::Secrets;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::Arc;
use vouchsafe_core::model::{Api, ClientId, ClientMetadata, ClientSecret, Plain, User, UserId};
use zeroize::Zeroizing;

/// What a plan depends on beside documents and database.
pub(super) struct Rules {
    /// Whether what an earlier run made and nothing declares any more is deleted.
    pub(super) prune: bool,
    /// This server's issuer.
    pub(super) issuer: String,
    /// The shortest password.
    pub(super) minimum_length: usize,
    /// What secrets are digested with; none when this server has none yet.
    pub(super) peppers: Option<Arc<Secrets>>,
}

/// What is done to something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Create,
    Update,
    Unchanged,
    Delete,
}

/// What something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Api,
    Client,
    User,
}

impl Action {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Unchanged => "unchanged",
            Self::Delete => "delete",
        }
    }
}

impl Kind {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Client => "client",
            Self::User => "user",
        }
    }
}

/// A member that changes. Of a secret only that it does.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Change {
    pub(super) member: String,
    pub(super) before: Value,
    pub(super) after: Value,
}

/// One step of a plan.
pub(super) struct Step {
    pub(super) action: Action,
    pub(super) kind: Kind,
    pub(super) id: String,
    pub(super) changes: Vec<Change>,
    pub(super) work: Work,
}

/// What a step does.
#[derive(Clone)]
pub(super) enum Work {
    None,
    CreateApi(Api),
    UpdateApi(Api),
    DeleteApi(String),
    CreateClient(ClientId, ClientMetadata, NewSecret),
    UpdateClient(ClientId, ClientMetadata, NewSecret),
    DeleteClient(ClientId),
    CreateUser(Box<User>, Option<FirstPassword>),
    UpdateUser(UserId, Box<UserChange>),
    DeleteUser(Box<User>),
}

/// Whether a client gets a secret, and which.
#[derive(Clone)]
pub(super) enum NewSecret {
    None,
    Random,
    Given(Arc<Plain<ClientSecret>>),
}

/// A password in clear, to be hashed when the plan is carried out.
pub(super) type FirstPassword = Arc<Zeroizing<String>>;

/// What changes of a person.
#[derive(Clone)]
pub(super) struct UserChange {
    pub(super) profile: Option<ProfileChange>,
    pub(super) roles: Option<Vec<String>>,
    pub(super) groups: Option<Vec<String>>,
    pub(super) admin: Option<bool>,
    pub(super) password: Option<FirstPassword>,
}

/// The plan.
pub(super) struct Plan(pub(super) Vec<Step>);

impl Plan {
    /// Makes the plan, or tells everything that is wrong with what was declared.
    pub(super) fn of(
        declared: &Declared,
        current: &Current,
        rules: &Rules,
        act: &Act,
    ) -> Result<Self, Vec<Problem>> {
        let mut draft = Draft {
            declared,
            current,
            rules,
            act,
            steps: Vec::new(),
            problems: Vec::new(),
        };
        let known = draft.apis();
        draft.clients(&known);
        draft.users();
        if draft.problems.is_empty() {
            Ok(Self(draft.steps))
        } else {
            Err(draft.problems)
        }
    }

    /// How many steps do this.
    pub(super) fn count(&self, action: Action) -> usize {
        self.0.iter().filter(|step| step.action == action).count()
    }

    /// Whether there is nothing to do.
    pub(super) fn is_idle(&self) -> bool {
        self.count(Action::Unchanged) == self.0.len()
    }

    /// Whether this plan does the same as another.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let same = |(one, two): (&Step, &Step)| {
            (one.action, one.kind, &one.id, &one.changes) == (two.action, two.kind, &two.id, &two.changes)
        };
        self.0.len() == other.0.len() && self.0.iter().zip(&other.0).all(same)
    }
}

/// A plan while it is made.
struct Draft<'a> {
    declared: &'a Declared,
    current: &'a Current,
    rules: &'a Rules,
    act: &'a Act,
    steps: Vec<Step>,
    problems: Vec<Problem>,
}

impl Draft<'_> {
    fn step(&mut self, (action, kind, id): (Action, Kind, &str), changes: Vec<Change>, work: Work) {
        self.steps.push(Step {
            action,
            kind,
            id: id.to_owned(),
            changes,
            work,
        });
    }

    /// An update when something changes, otherwise nothing.
    fn update(&mut self, (kind, id): (Kind, &str), changes: Vec<Change>, work: Work) {
        if changes.is_empty() {
            self.step((Action::Unchanged, kind, id), changes, Work::None);
        } else {
            self.step((Action::Update, kind, id), changes, work);
        }
    }

    /// Tells a problem of a key, unless its value could not even be read.
    fn tell(&mut self, place: &Place, key: &str, message: impl Into<String>) {
        if place.is_readable(key) {
            self.problems.push(place.problem(key, message));
        }
    }

    /// Tells of everything that is declared a second time under the same key.
    fn refuse_twins<'p>(&mut self, member: &str, declared: impl Iterator<Item = (&'p Place, String)>) {
        let mut first: BTreeMap<String, &Place> = BTreeMap::new();
        for (place, key) in declared {
            if let Some(earlier) = first.get(&key) {
                self.tell(place, member, format!("is declared at {earlier} already"));
            } else {
                first.insert(key, place);
            }
        }
    }
}

/// The members of two documents that are not the same.
fn difference(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<Change> {
    let differing = audit::difference(before, after).into_iter();
    let change = |(member, before, after)| Change {
        member,
        before,
        after,
    };
    differing.map(change).collect()
}
