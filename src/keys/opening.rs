//! The key-encryption keys of a database: which it was sealed with, and whether this node holds them.
//!
//! The database names them with check values. The one that it learned of last seals, all of them open; files that it
//! does not know do nothing until `keys rewrap` tells it of them.

use super::KeysError;
use super::kek::{Kek, KekRing};
use super::secrets::{OpenError, Secrets};
use crate::config::Config;
use crate::db;
use crate::ports::Ports;
use crate::store::{KekCheck, Store};
use std::path::Path;
use std::sync::Arc;
use vouchsafe_core::model::UnixTime;

/// The key-encryption keys that this node holds, and the one that seals.
#[derive(Clone)]
pub(super) struct Opened {
    pub(super) ring: Arc<KekRing>,
    pub(super) sealing: Arc<Kek>,
}

/// The server's own secrets alone, made when the installation is new. Signing keys are not touched.
///
/// # Errors
/// As [`Keys::open`](super::Keys::open).
pub fn open_secrets(config: &Config, store: &Store, ports: &Ports) -> Result<Secrets, OpenError> {
    let keks = open(config, store, ports)?;
    Secrets::open(store, &keks, &config.keys.dir, &*ports.entropy)
}

/// The key-encryption keys, checked against what the database remembers of them. An empty database takes the first
/// one that a node offers it; of several nodes that do so at once, those with another key do not start.
pub(super) fn open(config: &Config, store: &Store, ports: &Ports) -> Result<Opened, OpenError> {
    let dir = &config.keys.dir;
    let mut known = known(store)?;
    let mut ring = KekRing::read(dir)?;
    if known.is_empty() {
        if ring.newest().is_none() {
            ring = KekRing::create(dir, &*ports.entropy)?;
        }
        let first = ring.newest().ok_or(KeysError::NoSigningKey)?;
        let check = check_of(first, ports.clock.now());
        known = store.write_blocking("first-kek", move |tx| db!(tx, keks::add_first(&check)))?;
    }
    with_sealing(ring, &known, dir).map_err(OpenError::from)
}

/// Reads the files again, for a key that was made since.
pub(super) fn reopen(store: &Store, dir: &Path) -> Result<Opened, OpenError> {
    let known = known(store)?;
    with_sealing(KekRing::read(dir)?, &known, dir).map_err(OpenError::from)
}

pub(super) fn known(store: &Store) -> Result<Vec<KekCheck>, OpenError> {
    Ok(store.read_blocking("keks", |tx| db!(tx, keks::all()))?)
}

pub(super) fn check_of(kek: &Kek, created_at: UnixTime) -> KekCheck {
    KekCheck {
        id: kek.id().to_owned(),
        check: kek.check_value(),
        created_at,
    }
}

fn with_sealing(ring: KekRing, known: &[KekCheck], dir: &Path) -> Result<Opened, KeysError> {
    let newest = known.last().ok_or(KeysError::NoSigningKey)?;
    let held = ring.by_id(&newest.id);
    let sealing = held.filter(|kek| kek.check_value() == newest.check);
    let sealing = sealing.ok_or_else(|| KeysError::KekMissing {
        wanted: newest.id.clone(),
        dir: dir.to_owned(),
    })?;
    Ok(Opened {
        sealing,
        ring: Arc::new(ring),
    })
}
