//! Carries a plan out: everything that costs time is made ready first, then all of it happens in one transaction.

use super::current::Current;
use super::declared::Declared;
use super::plan::{FirstPassword, NewSecret, Plan, Rules, Step, UserChange, Work};
use crate::accounts::administration;
use crate::accounts::administrators;
use crate::accounts::passwords::{Cost, Password, hash_here};
use crate::accounts::profile::{ProfileChange, Updated};
use crate::audit::Act;
use crate::cli::exit::{Exit, Failure};
use crate::cli::open::Workplace;
use crate::clients::apis;
use crate::clients::registration::{self, Made, Pepper};
use crate::clients::standing::{self, Changed};
use crate::db;
use crate::keys::{Keys, Secrets, add_ready};
use crate::metrics::Metrics;
use crate::store::{StoreError, Tx, Unique};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use vouchsafe_core::model::{
    Api, ClientId, ClientMetadata, ClientSecret, KeyAlgorithm, PasswordHash, Plain, SigningKey, Span, User,
    UserId,
};

/// Rows that one statement ends or removes at most.
const SLICE: i64 = 500;
/// How long a secret still counts after the documents named another.
const GRACE: Span = Span::from_hours(24);

/// A secret in clear, for the one who is to receive it.
pub(super) type Handed = (ClientId, Arc<Plain<ClientSecret>>);

/// What is done, with everything that it needs.
enum Deed {
    DeleteUser(Box<User>),
    DeleteClient(ClientId),
    UpdateClient(ClientId, ClientMetadata, Option<Arc<Plain<ClientSecret>>>),
    CreateClient(Made),
    DeleteApi(String),
    UpdateApi(Api),
    CreateApi(Api),
    UpdateUser(UserId, UserDeed),
    CreateUser(Box<User>),
}

struct UserDeed {
    profile: Option<ProfileChange>,
    roles: Option<Vec<String>>,
    groups: Option<Vec<String>>,
    admin: Option<bool>,
    password: Option<PasswordHash>,
}

/// Does everything, or nothing. Returns the secrets that were made.
pub(super) fn carry_out(
    place: &Workplace,
    (declared, current): (Arc<Declared>, &Current),
    (plan, rules): (Plan, Arc<Rules>),
    set: &str,
) -> Result<Vec<Handed>, Failure> {
    let ready = Act::new("cli", place.ports.clock.now(), &place.ports.entropy);
    let (mut deeds, mut handed) = (Vec::new(), Vec::new());
    for step in &plan.0 {
        deeds.extend(prepare(step, &ready, &mut handed)?);
    }
    let deeds = in_order(deeds, current);
    let secrets = place.secrets()?;
    let keys = keys(place, &deeds, &ready)?;
    let set = set.to_owned();
    let act = Act::new("cli", place.ports.clock.now(), &place.ports.entropy);
    let done = place.store.write_blocking("apply", move |tx| {
        let current = Current::locked(tx, &declared, &set, act.now)?;
        let again = Plan::of(&declared, &current, &rules, &act);
        if !again.is_ok_and(|again| again.is_like(&plan)) {
            return Ok(false);
        }
        add_ready(tx, &act, &keys)?;
        for deed in &deeds {
            deed.make_way(tx)?;
        }
        for deed in &deeds {
            deed.carry_out(tx, &act, (&set, &secrets))?;
        }
        Ok(true)
    });
    match done {
        Ok(true) => Ok(handed),
        Err(StoreError::Conflict(unique)) if unique == Unique::LastAdministrator => {
            Err(StoreError::Conflict(unique).into())
        }
        // The plan was lawful, so that whoever has what it needs came since.
        Ok(false) | Err(StoreError::Conflict(_)) => Err(Failure::new(
            Exit::TryAgain,
            "somebody else changed something in between; nothing was changed, run it again",
        )),
        Err(error) => Err(error.into()),
    }
}

/// The keys that are needed and not there yet. They are added with what needs them.
fn keys(place: &Workplace, deeds: &[Deed], act: &Act) -> Result<Vec<SigningKey>, Failure> {
    let mut needed: BTreeSet<_> = deeds.iter().filter_map(Deed::signing_alg).collect();
    // Those of the algorithm that is always there are left to the server.
    needed.remove(&KeyAlgorithm::default());
    if needed.is_empty() {
        return Ok(Vec::new());
    }
    let keys = Keys::open_as_is(
        &place.config,
        &place.store,
        &place.ports,
        &Arc::new(Metrics::new()),
    )?;
    let mut made = Vec::new();
    for alg in needed {
        made.extend(keys.made_ready(&place.store, act, alg)?);
    }
    Ok(made)
}

fn prepare(step: &Step, act: &Act, handed: &mut Vec<Handed>) -> Result<Option<Deed>, Failure> {
    let mut hand = |id: &ClientId, wanted: &NewSecret| match wanted {
        NewSecret::None => None,
        NewSecret::Given(secret) => Some(Arc::clone(secret)),
        NewSecret::Random => {
            let secret = Arc::new(Plain::from_entropy(act.entropy.bytes()));
            handed.push((id.clone(), Arc::clone(&secret)));
            Some(secret)
        }
    };
    Ok(Some(match step.work.clone() {
        Work::None => return Ok(None),
        Work::CreateApi(api) => Deed::CreateApi(api),
        Work::UpdateApi(api) => Deed::UpdateApi(api),
        Work::DeleteApi(identifier) => Deed::DeleteApi(identifier),
        Work::CreateClient(id, metadata, secret) => {
            let secret = hand(&id, &secret).and_then(|secret| Plain::parse(secret.expose()));
            Deed::CreateClient(Made::named(id, metadata, secret, act))
        }
        Work::UpdateClient(id, metadata, secret) => {
            let secret = hand(&id, &secret);
            Deed::UpdateClient(id, metadata, secret)
        }
        Work::DeleteClient(id) => Deed::DeleteClient(id),
        Work::CreateUser(mut user, password) => {
            user.password_hash = hashed(password.as_ref(), act)?;
            Deed::CreateUser(user)
        }
        Work::UpdateUser(id, change) => {
            let UserChange {
                profile,
                roles,
                groups,
                admin,
                password,
            } = *change;
            let password = hashed(password.as_ref(), act)?;
            let deed = UserDeed {
                profile,
                roles,
                groups,
                admin,
                password,
            };
            Deed::UpdateUser(id, deed)
        }
        Work::DeleteUser(user) => Deed::DeleteUser(user),
    }))
}

fn hashed(password: Option<&FirstPassword>, act: &Act) -> Result<Option<PasswordHash>, Failure> {
    let Some(text) = password else { return Ok(None) };
    Password::parse(text)
        .ok()
        .and_then(|password| hash_here(Cost::recommended(), &password, act.entropy.bytes()))
        .map(Some)
        .ok_or_else(|| Failure::failed("a password cannot be hashed"))
}

/// An order in which nothing is in the way of what comes after: scopes are given up before they are given anew.
fn in_order(mut waiting: Vec<Deed>, current: &Current) -> Vec<Deed> {
    let mut owned: BTreeMap<String, Api> = current
        .apis
        .iter()
        .map(|api| (api.identifier.clone(), api.clone()))
        .collect();
    waiting.sort_by_key(Deed::rank);
    let mut ordered = Vec::new();
    while !waiting.is_empty() {
        let free = waiting
            .iter()
            .position(|deed| !waiting.iter().any(|other| deed.waits_for(other, &owned)));
        if let Some(free) = free {
            ordered.push(waiting.remove(free));
        } else if let Some(shed) = waiting.iter().find_map(|deed| deed.shed(&owned)) {
            // APIs exchange scopes: one gives up its own before it gets the others.
            owned.insert(shed.identifier.clone(), shed.clone());
            ordered.push(Deed::UpdateApi(shed));
        } else {
            // There is always one that sheds; were there none, the database would refuse it, and all the rest with it.
            ordered.push(waiting.remove(0));
        }
    }
    ordered
}

impl Deed {
    /// APIs come before the clients that get their scopes, and somebody is made an administrator before another is one no more.
    fn rank(&self) -> u8 {
        match self {
            Self::DeleteUser(user) if user.is_admin => 10,
            Self::DeleteUser(_) => 0,
            Self::DeleteClient(_) => 1,
            Self::DeleteApi(_) => 2,
            Self::UpdateApi(_) => 3,
            Self::CreateApi(_) => 4,
            Self::UpdateClient(..) => 5,
            Self::CreateClient(_) => 6,
            Self::UpdateUser(_, change) if change.admin == Some(false) => 9,
            Self::UpdateUser(..) => 7,
            Self::CreateUser(_) => 8,
        }
    }

    /// Whether it takes a scope that the other gives up.
    fn waits_for(&self, other: &Self, owned: &BTreeMap<String, Api>) -> bool {
        let (Self::UpdateApi(api), Self::UpdateApi(other)) = (self, other) else {
            return false;
        };
        let before = owned
            .get(&other.identifier)
            .filter(|_| api.identifier != other.identifier);
        let mut scopes = before.into_iter().flat_map(|before| &before.scopes);
        scopes.any(|scope| owns(api, &scope.name))
    }

    /// The API as it is without the scopes that it will not have, when it has such.
    fn shed(&self, owned: &BTreeMap<String, Api>) -> Option<Api> {
        let Self::UpdateApi(after) = self else { return None };
        let mut shed = owned.get(&after.identifier)?.clone();
        let before = shed.scopes.len();
        shed.scopes.retain(|scope| owns(after, &scope.name));
        (shed.scopes.len() < before).then_some(shed)
    }

    /// What a key is needed for.
    fn signing_alg(&self) -> Option<KeyAlgorithm> {
        match self {
            Self::CreateApi(api) | Self::UpdateApi(api) => Some(api.signing_alg),
            Self::CreateClient(made) => Some(made.client.metadata.id_token_signed_response_alg),
            Self::UpdateClient(_, metadata, _) => Some(metadata.id_token_signed_response_alg),
            Self::DeleteUser(_)
            | Self::DeleteClient(_)
            | Self::DeleteApi(_)
            | Self::UpdateUser(..)
            | Self::CreateUser(_) => None,
        }
    }

    /// Gives up the address of whoever has it no more at the end, so that it does not matter who gets another's first.
    fn make_way(&self, tx: &mut Tx<'_>) -> Result<(), StoreError> {
        match self {
            Self::DeleteUser(user) => db!(tx, users::give_up_email(&user.id)),
            Self::UpdateUser(id, change) if change.profile.is_some() => db!(tx, users::give_up_email(id)),
            Self::UpdateUser(..)
            | Self::DeleteClient(_)
            | Self::UpdateClient(..)
            | Self::CreateClient(_)
            | Self::DeleteApi(_)
            | Self::UpdateApi(_)
            | Self::CreateApi(_)
            | Self::CreateUser(_) => Ok(()),
        }
    }

    fn carry_out(
        &self,
        tx: &mut Tx<'_>,
        act: &Act,
        (set, secrets): (&str, &Secrets),
    ) -> Result<(), StoreError> {
        match self {
            Self::DeleteUser(user) => administration::delete(tx, act, &user.id).map(drop),
            Self::DeleteClient(id) => delete_client(tx, act, id),
            Self::UpdateClient(id, metadata, secret) => {
                match standing::update(tx, act, id, metadata)? {
                    Changed::Done(_) => {}
                    Changed::OwnClient | Changed::Unknown => return Err(StoreError::Busy),
                }
                let Some(secret) = secret else { return Ok(()) };
                standing::replace_secret(tx, act, (id, act.now.plus(GRACE)), pepper(secrets), secret)
            }
            Self::CreateClient(made) => {
                registration::create(tx, act, made, pepper(secrets))?;
                db!(tx, managed::mark_client(&made.client.id, set))
            }
            Self::DeleteApi(identifier) => apis::remove(tx, act, identifier),
            Self::UpdateApi(api) => apis::replace(tx, act, api),
            Self::CreateApi(api) => {
                apis::create(tx, act, api)?;
                db!(tx, managed::mark_api(&api.identifier, set))
            }
            Self::UpdateUser(id, change) => change.carry_out(tx, act, id),
            Self::CreateUser(user) => {
                administration::create(tx, act, user)?;
                db!(tx, managed::mark_user(&user.id, set))
            }
        }
    }
}

fn pepper(secrets: &Secrets) -> Pepper<'_> {
    let (version, key) = secrets.newest_pepper();
    Pepper { version, key }
}

fn owns(api: &Api, scope: &str) -> bool {
    api.scopes.iter().any(|owned| owned.name == scope)
}

impl UserDeed {
    fn carry_out(&self, tx: &mut Tx<'_>, act: &Act, id: &UserId) -> Result<(), StoreError> {
        if let Some(profile) = &self.profile {
            match administration::update_profile(tx, act, id, profile)? {
                Updated::Done(_) => {}
                Updated::Refused(_) | Updated::Unknown => return Err(StoreError::Busy),
            }
        }
        if let Some(roles) = &self.roles {
            administration::set_roles(tx, act, id, roles)?;
        }
        if let Some(groups) = &self.groups {
            administration::set_groups(tx, act, id, groups)?;
        }
        if let Some(admin) = self.admin {
            administrators::set_admin(tx, act, id, admin)?;
        }
        if let Some(password) = &self.password {
            administration::set_password(tx, act, id, password)?;
        }
        Ok(())
    }
}

/// As `client delete`, all of it in this transaction.
fn delete_client(tx: &mut Tx<'_>, act: &Act, id: &ClientId) -> Result<(), StoreError> {
    standing::disable(tx, act, id)?;
    while standing::end_some_grants(tx, act, id, SLICE)? > 0 {}
    while db!(tx, consents::remove_some_of_client(id, SLICE))? > 0 {}
    standing::remove(tx, act, id).map(drop)
}
