//! Changes of the timetable: keys that are due, rotation ahead of time, emergency revocation, import. Each is one
//! transaction of guarded statements; keys are made before it, and there is an active key after it.

use super::opening;
use super::ring::{all, context};
use super::seal;
use super::{Keys, KeysError, OpenError};
use crate::audit::{Act, with};
use crate::db;
use crate::ports::KeyPair;
use crate::store::{Store, StoreError, Tx};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use vouchsafe_core::decide::key_state::{self, KeyState, NewKey, Promotion};
use vouchsafe_core::model::{Event, EventKind, KeyAlgorithm, Kid, SigningKey, UnixTime};

/// Other nodes that make the same keys are met at most this often before something must be wrong.
const ATTEMPTS: usize = 4;

impl Keys {
    /// Makes the keys that are due, forgets the private halves of keys that are gone, and reads the rows again. Every
    /// node may do so at any time: of several that make the same key, one wins.
    ///
    /// # Errors
    /// When the store fails or a key cannot be made or opened.
    pub fn tend(&self, store: &Store) -> Result<(), OpenError> {
        let used: BTreeSet<_> = all(store)?.iter().map(|row| row.alg).collect();
        for alg in KeyAlgorithm::ALL {
            if alg == KeyAlgorithm::default() || used.contains(&alg) {
                self.make_all_due(store, &self.own_act(), alg)?;
            }
        }
        self.forget_private_halves(store, &all(store)?)?;
        self.reload(store)
    }

    /// Makes sure that there are keys of this algorithm.
    ///
    /// # Errors
    /// As [`Keys::tend`].
    pub fn ensure(&self, store: &Store, alg: KeyAlgorithm) -> Result<(), OpenError> {
        self.ensure_for(store, &self.own_act(), alg)
    }

    /// The same for whoever asks for the algorithm: when its first client or API is registered.
    ///
    /// # Errors
    /// As [`Keys::tend`].
    pub fn ensure_for(&self, store: &Store, act: &Act, alg: KeyAlgorithm) -> Result<(), OpenError> {
        self.make_all_due(store, act, alg)?;
        self.reload(store)
    }

    /// Makes the keys of this algorithm that are due, for a transaction that adds them with what needs them
    /// ([`add_ready`]): where that fails there are none.
    ///
    /// # Errors
    /// As [`Keys::tend`].
    pub fn made_ready(
        &self,
        store: &Store,
        act: &Act,
        alg: KeyAlgorithm,
    ) -> Result<Vec<SigningKey>, OpenError> {
        self.due(store, &mut all(store)?, alg, act.now)
    }

    /// Lets a key sign as promised, and makes the next one when that is at once. `None` when the timetable has changed
    /// since, otherwise the keys that were made.
    ///
    /// # Errors
    /// As [`Keys::tend`].
    pub fn promote(
        &self,
        store: &Store,
        act: &Act,
        promised: &Promotion,
    ) -> Result<Option<Vec<Kid>>, OpenError> {
        let mut rows = all(store)?;
        let Some(row) = rows
            .iter_mut()
            .find(|row| row.kid == promised.kid && row.activate_at == promised.was)
        else {
            return Ok(None);
        };
        row.activate_at = promised.activate_at;
        let alg = row.alg;
        let made = self.due(store, &mut rows, alg, act.now)?;
        let detail = json!(promised.activate_at.seconds());
        let told = with(
            "activate_at",
            detail,
            key_event(act, EventKind::KeyRotated, &promised.kid),
        );
        let (promised, act, added) = (promised.clone(), act.clone(), made.clone());
        let done = store.write_blocking("promote-key", move |tx| {
            let Promotion {
                kid,
                was,
                activate_at,
                ..
            } = &promised;
            if !db!(tx, signing_keys::reschedule(kid, *was, *activate_at))? {
                return Ok(false);
            }
            db!(tx, events::append(&told))?;
            add_ready(tx, &act, &added).map(|()| true)
        })?;
        self.reload(store)?;
        Ok(done.then(|| kids(&made)))
    }

    /// Takes a key out of use at once: its published successor signs from now on, and a new next one is made. `None`
    /// when it was revoked meanwhile or is not there, otherwise the keys that were made.
    ///
    /// # Errors
    /// As [`Keys::tend`].
    pub fn revoke(&self, store: &Store, act: &Act, kid: &Kid) -> Result<Option<Vec<Kid>>, OpenError> {
        let mut rows = all(store)?;
        let Some(row) = rows
            .iter_mut()
            .find(|row| row.kid == *kid && row.revoked_at.is_none())
        else {
            return Ok(None);
        };
        row.revoked_at = Some(act.now);
        let alg = row.alg;
        let early = begin_now(&mut rows, alg, act.now);
        let made = self.due(store, &mut rows, alg, act.now)?;
        let told = key_event(act, EventKind::KeyRevoked, kid);
        let (revoked, act, added) = (kid.clone(), act.clone(), made.clone());
        let done = store.write_blocking("revoke-key", move |tx| {
            if !db!(tx, signing_keys::revoke(&revoked, act.now))? {
                return Ok(false);
            }
            if let Some((kid, was)) = &early {
                // Where that fails, somebody else has just moved it.
                db!(tx, signing_keys::reschedule(kid, *was, act.now))?;
            }
            db!(tx, events::append(&told))?;
            add_ready(tx, &act, &added).map(|()| true)
        })?;
        // Two nodes that each revoke what the other counts on leave none: made good here, not at the next minute.
        self.make_all_due(store, &self.own_act(), alg)?;
        self.reload(store)?;
        Ok(done.then(|| kids(&made)))
    }

    /// Adds a key that was made elsewhere. It is published at once and signs when it was published long enough.
    /// `None` when it is there already.
    ///
    /// # Errors
    /// As [`Keys::tend`].
    pub fn import(
        &self,
        store: &Store,
        act: &Act,
        (alg, pair): (KeyAlgorithm, KeyPair),
    ) -> Result<Option<SigningKey>, OpenError> {
        let rows = all(store)?;
        let lead = match key_state::signing(&rows, alg, act.now) {
            Some(_) => self.times.publish_ahead,
            None => vouchsafe_core::model::Span::ZERO,
        };
        let place = NewKey {
            seq: key_state::next_seq(&rows, alg),
            activate_at: act.now.plus(lead),
        };
        let key = self.sealed(store, (alg, pair), &place, act.now)?;
        if rows.iter().any(|row| row.kid == key.kid) {
            return Ok(None);
        }
        let told = with(
            "imported",
            json!(true),
            key_event(act, EventKind::KeyCreated, &key.kid),
        );
        let added = key.clone();
        let done = store.write_blocking("import-key", move |tx| {
            hold_kek(tx, &added)?;
            let done = db!(tx, signing_keys::add(&added))?;
            if done {
                db!(tx, events::append(&told))?;
            }
            Ok(done)
        })?;
        self.make_all_due(store, &self.own_act(), alg)?;
        self.reload(store)?;
        Ok(done.then_some(key))
    }

    fn own_act(&self) -> Act {
        Act::new("server", self.ports.clock.now(), &self.ports.entropy)
    }

    fn make_all_due(&self, store: &Store, act: &Act, alg: KeyAlgorithm) -> Result<(), OpenError> {
        for _ in 0..ATTEMPTS {
            let act = act.clone();
            let made = self.due(store, &mut all(store)?, alg, act.now)?;
            if made.is_empty() {
                return Ok(());
            }
            store.write_blocking("add-signing-keys", move |tx| add_ready(tx, &act, &made))?;
        }
        let message = format!("every new {} key was one that is there already", alg.as_str());
        Err(KeysError::Generation(message).into())
    }

    /// Makes the keys of this algorithm that are due after the change that `rows` already show, and adds them there.
    fn due(
        &self,
        store: &Store,
        rows: &mut Vec<SigningKey>,
        alg: KeyAlgorithm,
        now: UnixTime,
    ) -> Result<Vec<SigningKey>, OpenError> {
        let mut made = Vec::new();
        while let Some(place) = key_state::due(rows, alg, &self.times, now) {
            let pair = self.ports.keys.pair(alg).map_err(KeysError::Generation)?;
            let key = self.sealed(store, (alg, pair), &place, now)?;
            rows.push(key.clone());
            made.push(key);
        }
        Ok(made)
    }

    /// The row of a new key, sealed with the key-encryption key that the database learned of last.
    fn sealed(
        &self,
        store: &Store,
        (alg, pair): (KeyAlgorithm, KeyPair),
        place: &NewKey,
        now: UnixTime,
    ) -> Result<SigningKey, OpenError> {
        let mut public_jwk = pair.public_jwk;
        public_jwk.insert("use".into(), json!("sig"));
        public_jwk.insert("alg".into(), json!(alg.as_str()));
        let text = Value::Object(public_jwk.clone()).to_string();
        let kid = vouchsafe_verify::jwk::Jwk::parse(&text)
            .map(|key| Kid::new(key.thumbprint().to_string()))
            .map_err(|problem| KeysError::Generation(format!("verifiers would not take it: {problem}")))?;
        public_jwk.insert("kid".into(), json!(kid.as_str()));
        let newest = opening::known(store)?.pop().map(|known| known.id);
        if newest.as_deref() != Some(self.keks.load().sealing.id()) {
            self.keks.store(Arc::new(opening::reopen(store, &self.dir)?));
        }
        let kek = Arc::clone(&self.keks.load().sealing);
        let context = context(&self.issuer, &kid, alg, place.seq);
        let sealed = seal::seal(&kek, &*self.ports.entropy, &context, &pair.pkcs8)?;
        Ok(SigningKey {
            kid,
            alg,
            seq: place.seq,
            created_at: now,
            activate_at: place.activate_at,
            revoked_at: None,
            public_jwk: Value::Object(public_jwk),
            sealed: Some(sealed),
            kek_id: kek.id().to_owned(),
        })
    }

    /// What signs no more must not be there to be stolen.
    fn forget_private_halves(&self, store: &Store, rows: &[SigningKey]) -> Result<(), StoreError> {
        let now = self.ports.clock.now();
        let gone: Vec<Kid> = rows
            .iter()
            .filter(|row| row.sealed.is_some())
            .filter(|row| {
                matches!(
                    key_state::state(row, rows, &self.times, now),
                    KeyState::Removed | KeyState::Revoked
                )
            })
            .map(|row| row.kid.clone())
            .collect();
        if gone.is_empty() {
            return Ok(());
        }
        store.write_blocking("forget-private-keys", move |tx| {
            db!(tx, signing_keys::forget_private_halves(&gone))
        })
    }
}

fn kids(rows: &[SigningKey]) -> Vec<Kid> {
    rows.iter().map(|row| row.kid.clone()).collect()
}

fn key_event(act: &Act, what: EventKind, kid: &Kid) -> Event {
    Event {
        target: Some(kid.as_str().to_owned()),
        ..act.event(what)
    }
}

/// Adds the keys whose places are free still, with their events.
///
/// # Errors
/// [`StoreError::Busy`] while the key-encryption key is replaced; other failures of the store.
pub fn add_ready(tx: &mut Tx<'_>, act: &Act, keys: &[SigningKey]) -> Result<(), StoreError> {
    for key in keys {
        hold_kek(tx, key)?;
        if db!(tx, signing_keys::add(key))? {
            let created = key_event(act, EventKind::KeyCreated, &key.kid);
            db!(tx, events::append(&created))?;
        }
    }
    Ok(())
}

/// Nothing is added under a key-encryption key that is being replaced: trying again seals with the new one.
fn hold_kek(tx: &mut Tx<'_>, key: &SigningKey) -> Result<(), StoreError> {
    if db!(tx, keks::hold(&key.kek_id))? {
        Ok(())
    } else {
        Err(StoreError::Busy)
    }
}

/// The key that signs from `now` on, ahead of its time because the one before it was revoked, has begun by that: the
/// next ones follow in turn. Says which it is, and when it was to begin.
fn begin_now(rows: &mut [SigningKey], alg: KeyAlgorithm, now: UnixTime) -> Option<(Kid, UnixTime)> {
    let kid = key_state::signing(rows, alg, now)?.kid.clone();
    let row = rows
        .iter_mut()
        .find(|row| row.kid == kid && row.activate_at > now)?;
    let was = row.activate_at;
    row.activate_at = now;
    Some((kid, was))
}
