//! The keys of this node in memory: signs and publishes. What each key may do follows from its row and the time
//! (`decide::key_state`), so nothing has to happen at the moment of rotation.

use super::KeysError;
use super::jwks::JwksDocument;
use super::opening::{self, Opened};
use super::seal;
use super::secrets::{OpenError, Secrets};
use super::signer::Signer;
use crate::config::Config;
use crate::db;
use crate::metrics::Metrics;
use crate::ports::Ports;
use crate::store::{Store, StoreError};
use arc_swap::ArcSwap;
use serde_json::{Map, Value};
use std::path::PathBuf;
use std::sync::Arc;
use vouchsafe_core::decide::key_state::{self, KeyState, KeyTimes};
use vouchsafe_core::model::{KeyAlgorithm, Kid, SigningKey, UnixTime};

/// The keys of this node.
pub struct Keys {
    pub(super) keks: ArcSwap<Opened>,
    pub(super) dir: PathBuf,
    pub(super) times: KeyTimes,
    pub(super) issuer: String,
    pub(super) ports: Ports,
    secrets: Secrets,
    metrics: Arc<Metrics>,
    ring: ArcSwap<Ring>,
    document: ArcSwap<JwksDocument>,
}

/// The rows and the parsed private halves, replaced as a whole.
#[derive(Default)]
struct Ring {
    rows: Vec<SigningKey>,
    signers: Vec<(Kid, Arc<Signer>)>,
}

impl Keys {
    /// Reads the key-encryption keys, secrets and signing keys, making what a new installation lacks: one
    /// active and one published next key. A database that is not empty never gets a new key-encryption key.
    ///
    /// # Errors
    /// [`OpenError::Keys`] when files are missing, foreign or readable by others; [`OpenError::Store`].
    pub fn open(
        config: &Config,
        store: &Store,
        ports: &Ports,
        metrics: &Arc<Metrics>,
    ) -> Result<Self, OpenError> {
        let opened = Self::open_as_is(config, store, ports, metrics)?;
        opened.tend(store)?;
        Ok(opened)
    }

    /// The same without making a signing key, nor reading those that are there: for whoever makes keys ready.
    ///
    /// # Errors
    /// As [`Keys::open`].
    pub fn open_as_is(
        config: &Config,
        store: &Store,
        ports: &Ports,
        metrics: &Arc<Metrics>,
    ) -> Result<Self, OpenError> {
        let keks = opening::open(config, store, ports)?;
        let secrets = Secrets::open(store, &keks, &config.keys.dir, &*ports.entropy)?;
        Ok(Self {
            keks: ArcSwap::from_pointee(keks),
            dir: config.keys.dir.clone(),
            times: config.key_times(),
            issuer: config.issuer.clone(),
            ports: ports.clone(),
            secrets,
            metrics: Arc::clone(metrics),
            ring: ArcSwap::default(),
            document: ArcSwap::from_pointee(JwksDocument::of(&[])),
        })
    }

    /// Reads the rows again.
    ///
    /// # Errors
    /// When the store fails or a key cannot be opened.
    pub fn reload(&self, store: &Store) -> Result<(), OpenError> {
        self.load(store, all(store)?)
    }

    /// The server's own secrets.
    #[must_use]
    pub fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// Signs `claims` with the RS256 key that is active at `now`.
    ///
    /// # Errors
    /// As [`Keys::sign_with`].
    pub fn sign(&self, now: UnixTime, typ: &str, claims: &Map<String, Value>) -> Result<String, KeysError> {
        self.sign_with(KeyAlgorithm::Rs256, now, typ, claims)
    }

    /// As [`Keys::sign`], and says which key it was.
    ///
    /// # Errors
    /// As [`Keys::sign_with`].
    pub fn sign_named(
        &self,
        now: UnixTime,
        typ: &str,
        claims: &Map<String, Value>,
    ) -> Result<(Kid, String), KeysError> {
        let signer = self.signer(KeyAlgorithm::Rs256, now)?;
        let text = self.metrics.time_signing(|| signer.sign(typ, claims))?;
        Ok((signer.kid().clone(), text))
    }

    /// Signs `claims` with the key of this algorithm that is active at `now`.
    ///
    /// # Errors
    /// [`KeysError::ClockOff`], [`KeysError::NoSigningKey`], [`KeysError::Unusable`].
    pub fn sign_with(
        &self,
        alg: KeyAlgorithm,
        now: UnixTime,
        typ: &str,
        claims: &Map<String, Value>,
    ) -> Result<String, KeysError> {
        let signer = self.signer(alg, now)?;
        self.metrics.time_signing(|| signer.sign(typ, claims))
    }

    /// Whether [`Keys::sign_with`] would: asked before something is spent for a token.
    ///
    /// # Errors
    /// As [`Keys::sign_with`].
    pub fn check_can_sign(&self, alg: KeyAlgorithm, now: UnixTime) -> Result<(), KeysError> {
        self.signer(alg, now).map(drop)
    }

    /// The key set to publish at `now`.
    #[must_use]
    pub fn document(&self, now: UnixTime) -> Arc<JwksDocument> {
        let ring = self.ring.load();
        let published = key_state::published(&ring.rows, &self.times, now);
        let document = self.document.load_full();
        if document.kids.iter().eq(published.iter().map(|row| &row.kid)) {
            return document;
        }
        let document = Arc::new(JwksDocument::of(&published));
        self.document.store(Arc::clone(&document));
        document
    }

    /// Every key with its state at `now`, by algorithm and age.
    #[must_use]
    pub fn states(&self, now: UnixTime) -> Vec<(SigningKey, KeyState)> {
        let ring = self.ring.load();
        let state = |row: &SigningKey| key_state::state(row, &ring.rows, &self.times, now);
        ring.rows.iter().map(|row| (row.clone(), state(row))).collect()
    }

    /// The public half of every key there ever was, revoked ones apart: what hints are checked with.
    #[must_use]
    pub fn every_public_jwk(&self) -> Vec<Value> {
        let ring = self.ring.load();
        ring.rows
            .iter()
            .filter(|row| row.revoked_at.is_none())
            .map(|row| row.public_jwk.clone())
            .collect()
    }

    /// The public half of every key in the key set: what tokens that can still be valid were signed with.
    #[must_use]
    pub fn published_jwks(&self, now: UnixTime) -> Vec<Value> {
        let ring = self.ring.load();
        let published = key_state::published(&ring.rows, &self.times, now);
        published.iter().map(|row| row.public_jwk.clone()).collect()
    }

    /// The timetable that the keys follow.
    #[must_use]
    pub fn times(&self) -> &KeyTimes {
        &self.times
    }

    fn signer(&self, alg: KeyAlgorithm, now: UnixTime) -> Result<Arc<Signer>, KeysError> {
        if let Some(off_by) = self.ports.clock.too_far_off() {
            return Err(KeysError::ClockOff(off_by));
        }
        let ring = self.ring.load();
        let row = key_state::signing(&ring.rows, alg, now).ok_or(KeysError::NoSigningKey)?;
        let mut signers = ring.signers.iter();
        let signer = signers.find(|(kid, _)| *kid == row.kid);
        signer
            .map(|(_, signer)| Arc::clone(signer))
            .ok_or_else(|| KeysError::Unusable(row.kid.clone()))
    }

    fn load(&self, store: &Store, rows: Vec<SigningKey>) -> Result<(), OpenError> {
        let known = self.ring.load();
        let now = self.ports.clock.now();
        let mut signers = Vec::new();
        for row in &rows {
            match key_state::state(row, &rows, &self.times, now) {
                KeyState::Next | KeyState::Active => {}
                KeyState::Retiring | KeyState::Removed | KeyState::Revoked => continue,
            }
            let signer = match known.signers.iter().find(|(kid, _)| *kid == row.kid) {
                Some((_, signer)) => Arc::clone(signer),
                None => Arc::new(self.parse(store, row)?),
            };
            signers.push((row.kid.clone(), signer));
        }
        self.ring.store(Arc::new(Ring { rows, signers }));
        Ok(())
    }

    fn parse(&self, store: &Store, row: &SigningKey) -> Result<Signer, OpenError> {
        let mut kek = self.keks.load().ring.by_id(&row.kek_id);
        if kek.is_none() {
            self.keks.store(Arc::new(opening::reopen(store, &self.dir)?));
            kek = self.keks.load().ring.by_id(&row.kek_id);
        }
        let kek = kek.ok_or_else(|| KeysError::KekMissing {
            wanted: row.kek_id.clone(),
            dir: self.dir.clone(),
        })?;
        let sealed = row
            .sealed
            .as_deref()
            .ok_or_else(|| KeysError::Unusable(row.kid.clone()))?;
        let context = context(&self.issuer, &row.kid, row.alg, row.seq);
        let pkcs8 = seal::open(&kek, &context, sealed).map_err(|_| KeysError::OtherIssuer {
            kid: row.kid.clone(),
            issuer: self.issuer.clone(),
        })?;
        Ok(Signer::parse(&row.kid, row.alg, &pkcs8)?)
    }
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(..)")
    }
}

/// What a sealed signing key is bound to.
pub(super) fn context(issuer: &str, kid: &Kid, alg: KeyAlgorithm, seq: i64) -> String {
    format!("signing key|{issuer}|{kid}|{}|{seq}", alg.as_str())
}

pub(super) fn all(store: &Store) -> Result<Vec<SigningKey>, StoreError> {
    store.read_blocking("signing-keys", |tx| db!(tx, signing_keys::all()))
}
