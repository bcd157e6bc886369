//! Replaces the key-encryption key: every sealed value is wrapped anew in one transaction. What is sealed is not
//! opened, and nothing that was signed changes.

use super::kek::{Kek, KekRing};
use super::opening::check_of;
use super::ring::context;
use super::secrets::{self, OpenError};
use super::{KeysError, seal};
use crate::audit::Act;
use crate::config::Config;
use crate::db;
use crate::ports::Ports;
use crate::store::{ServerSecret, Store, StoreError, Tx};
use std::path::PathBuf;
use std::sync::Arc;
use vouchsafe_core::model::{Event, EventKind, SigningKey};

/// What was wrapped anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rewrapped {
    /// The id of the key-encryption key that seals now.
    pub kek_id: String,
    /// Signing keys.
    pub signing_keys: usize,
    /// The server's own secrets.
    pub secrets: usize,
    /// Key-encryption keys that the database needs no more.
    pub retired: Vec<String>,
}

/// Makes a key file that sorts after all others. It seals nothing before [`rewrap`].
///
/// # Errors
/// [`KeysError::Io`].
pub fn new_kek(config: &Config, ports: &Ports) -> Result<PathBuf, KeysError> {
    KekRing::create_another(&config.keys.dir, &*ports.entropy)
}

/// Wraps everything with the key of the file that sorts last. The other key files can go afterwards.
///
/// # Errors
/// [`KeysError::KekMissing`] when a file that opens something is not here; nothing was changed then.
pub fn rewrap(config: &Config, store: &Store, act: &Act) -> Result<Rewrapped, OpenError> {
    let ring = KekRing::read(&config.keys.dir)?;
    let new = Arc::clone(ring.newest().ok_or_else(|| KeysError::KekMissing {
        wanted: "(any)".to_owned(),
        dir: config.keys.dir.clone(),
    })?);
    let work = Work {
        ring,
        new,
        issuer: config.issuer.clone(),
        dir: config.keys.dir.clone(),
        act: act.clone(),
    };
    let done = store.write_blocking("rewrap", move |tx| work.run(tx))?;
    Ok(done?)
}

struct Work {
    ring: KekRing,
    new: Arc<Kek>,
    issuer: String,
    dir: PathBuf,
    act: Act,
}

impl Work {
    /// Whoever seals something meanwhile waits for the locked rows, and then seals with the new key.
    fn run(&self, tx: &mut Tx<'_>) -> Result<Result<Rewrapped, KeysError>, StoreError> {
        db!(tx, keks::lock_all())?;
        let keys = db!(tx, signing_keys::all())?;
        let own = db!(tx, server_secrets::all())?;
        // Everything is opened before anything is written.
        let (keys, own) = match self.wrap_all(keys, own) {
            Ok(wrapped) => wrapped,
            Err(error) => return Ok(Err(error)),
        };
        db!(tx, keks::add(&check_of(&self.new, self.act.now)))?;
        for key in &keys {
            db!(tx, signing_keys::reseal(key))?;
        }
        for secret in &own {
            db!(tx, server_secrets::reseal(secret))?;
        }
        let retired = db!(tx, keks::retire_all_but(self.new.id()))?;
        if !keys.is_empty() || !own.is_empty() || !retired.is_empty() {
            let told = Event {
                target: Some(self.new.id().to_owned()),
                ..self.act.event(EventKind::KeysRewrapped)
            };
            db!(tx, events::append(&told))?;
        }
        Ok(Ok(Rewrapped {
            kek_id: self.new.id().to_owned(),
            signing_keys: keys.len(),
            secrets: own.len(),
            retired,
        }))
    }

    fn wrap_all(
        &self,
        keys: Vec<SigningKey>,
        own: Vec<ServerSecret>,
    ) -> Result<(Vec<SigningKey>, Vec<ServerSecret>), KeysError> {
        let mut wrapped_keys = Vec::new();
        for mut key in keys.into_iter().filter(|key| key.kek_id != self.new.id()) {
            if let Some(sealed) = &key.sealed {
                let context = context(&self.issuer, &key.kid, key.alg, key.seq);
                let wrapped = self.wrap(&key.kek_id, &context, sealed);
                key.sealed = Some(wrapped.map_err(|error| {
                    if matches!(error, KeysError::Unsealable) {
                        KeysError::OtherIssuer {
                            kid: key.kid.clone(),
                            issuer: self.issuer.clone(),
                        }
                    } else {
                        error
                    }
                })?);
            }
            self.new.id().clone_into(&mut key.kek_id);
            wrapped_keys.push(key);
        }
        let mut wrapped_own = Vec::new();
        for mut secret in own.into_iter().filter(|secret| secret.kek_id != self.new.id()) {
            let context = secrets::context(&secret.purpose, secret.version);
            secret.sealed = self.wrap(&secret.kek_id, &context, &secret.sealed)?;
            self.new.id().clone_into(&mut secret.kek_id);
            wrapped_own.push(secret);
        }
        Ok((wrapped_keys, wrapped_own))
    }

    fn wrap(&self, kek_id: &str, context: &str, sealed: &[u8]) -> Result<Vec<u8>, KeysError> {
        let old = self.ring.by_id(kek_id).ok_or_else(|| KeysError::KekMissing {
            wanted: kek_id.to_owned(),
            dir: self.dir.clone(),
        })?;
        seal::rewrap((&old, &self.new), &*self.act.entropy, context, sealed)
    }
}
