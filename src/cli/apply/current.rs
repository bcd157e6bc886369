//! What is there before documents are applied: everything that they may touch, read in one transaction.

use super::declared::Declared;
use crate::clients::apis::{self, Use};
use crate::db;
use crate::store::{StoreError, StoredSecret, Tx};
use std::collections::{BTreeMap, BTreeSet};
use vouchsafe_core::model::{Api, Client, ClientId, UnixTime, User, UserId};
use vouchsafe_core::spec::username;

/// What is there.
#[derive(Default)]
pub(super) struct Current {
    /// All APIs.
    pub(super) apis: Vec<Api>,
    /// The clients that use an API which may change, by its identifier.
    pub(super) uses: BTreeMap<String, Vec<Use>>,
    /// The clients that are declared or were made by this set.
    pub(super) clients: BTreeMap<ClientId, Client>,
    /// Their secrets, those that count no more too.
    pub(super) secrets: BTreeMap<ClientId, Vec<StoredSecret>>,
    /// Identifiers of declared clients that are the `sub` of a person.
    pub(super) subjects: BTreeSet<ClientId>,
    /// People by the keys of their names and addresses.
    pub(super) users: BTreeMap<UserId, User>,
    /// People who could sign in and administer: so many that one of them is left, whoever else goes, if there is one.
    pub(super) administrators: BTreeSet<UserId>,
    /// What this set made.
    pub(super) made: Made,
}

/// What a set made.
#[derive(Default)]
pub(super) struct Made {
    pub(super) apis: BTreeSet<String>,
    pub(super) clients: BTreeSet<ClientId>,
    pub(super) users: BTreeSet<UserId>,
}

impl Current {
    /// Reads it.
    pub(super) fn read(
        tx: &mut Tx<'_>,
        declared: &Declared,
        set: &str,
        now: UnixTime,
    ) -> Result<Self, StoreError> {
        let made = Made {
            apis: db!(tx, managed::apis(set))?.into_iter().collect(),
            clients: db!(tx, managed::clients(set))?.into_iter().collect(),
            users: db!(tx, managed::users(set))?.into_iter().collect(),
        };
        let mut current = Self {
            apis: db!(tx, apis::all())?,
            made,
            ..Self::default()
        };
        for api in &current.apis {
            let touched = current.made.apis.contains(&api.identifier)
                || declared
                    .apis
                    .iter()
                    .any(|other| other.api.identifier == api.identifier);
            if touched {
                current.uses.insert(api.identifier.clone(), apis::uses(tx, api)?);
            }
        }
        current.read_clients(tx, declared)?;
        current.read_users(tx, declared)?;
        current.read_administrators(tx, now)?;
        Ok(current)
    }

    /// The same, as nobody else changes it until the transaction ends. Everybody locks in the same order.
    pub(super) fn locked(
        tx: &mut Tx<'_>,
        declared: &Declared,
        set: &str,
        now: UnixTime,
    ) -> Result<Self, StoreError> {
        // Nobody gives a client a scope that this takes away, or takes one that it gives.
        db!(tx, apis::lock_all())?;
        let seen = Self::read(tx, declared, set, now)?;
        for id in seen.clients.keys() {
            db!(tx, clients::lock(id))?;
        }
        for id in seen.users.keys() {
            db!(tx, users::lock(id))?;
        }
        Self::read(tx, declared, set, now)
    }

    fn read_clients(&mut self, tx: &mut Tx<'_>, declared: &Declared) -> Result<(), StoreError> {
        let named = declared.clients.iter().map(|client| &client.id);
        let ids: BTreeSet<ClientId> = named.chain(&self.made.clients).cloned().collect();
        for id in ids {
            if let Some(client) = db!(tx, clients::by_id(&id))? {
                self.secrets.insert(id.clone(), db!(tx, clients::secrets(&id))?);
                self.clients.insert(id, client);
            } else if db!(tx, users::by_id(&UserId::new(id.as_str())))?.is_some() {
                self.subjects.insert(id);
            }
        }
        Ok(())
    }

    fn read_administrators(&mut self, tx: &mut Tx<'_>, now: UnixTime) -> Result<(), StoreError> {
        // Nobody goes whom the documents do not touch.
        let most = i64::try_from(self.users.len())
            .unwrap_or(i64::MAX)
            .saturating_add(1);
        let able = db!(tx, administrators::who_is_able(None, now, most))?;
        self.administrators = able.into_iter().collect();
        Ok(())
    }

    fn read_users(&mut self, tx: &mut Tx<'_>, declared: &Declared) -> Result<(), StoreError> {
        for id in &self.made.users {
            let user = db!(tx, users::by_id(id))?;
            self.users.extend(user.map(|user| (id.clone(), user)));
        }
        for user in &declared.users {
            for key in [username::key(&user.username), username::key(&user.email)] {
                let found = db!(tx, users::by_login(&key))?;
                self.users.extend(found.map(|user| (user.id.clone(), user)));
            }
        }
        Ok(())
    }
}
