//! The keys of this node in memory: signs, publishes, and checks what it signed. What each key may do follows
//! from its row and the time (`decide::key_state`), so nothing has to happen at the moment of rotation.

use super::KeysError;
use super::jwks::JwksDocument;
use super::kek::{Kek, KekRing};
use super::seal;
use super::secrets::{OpenError, Secrets};
use super::signer::Signer;
use crate::audit::Act;
use crate::config::Config;
use crate::db;
use crate::metrics::Metrics;
use crate::ports::Ports;
use crate::store::{KekCheck, Store};
use arc_swap::ArcSwap;
use serde_json::{Map, Value, json};
use std::path::PathBuf;
use std::sync::Arc;
use vouchsafe_core::decide::key_state::{self, KeyState, KeyTimes, NewKey};
use vouchsafe_core::model::{Event, EventKind, KeyAlgorithm, Kid, SigningKey, UnixTime};

/// The keys of this node.
pub struct Keys {
    keks: KekRing,
    dir: PathBuf,
    secrets: Secrets,
    times: KeyTimes,
    issuer: String,
    ports: Ports,
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
        let keks = open_keks(config, store, ports)?;
        let secrets = Secrets::open(store, &keks, &config.keys.dir, &*ports.entropy)?;
        let opened = Self {
            keks,
            dir: config.keys.dir.clone(),
            secrets,
            times: config.key_times(),
            issuer: config.issuer.clone(),
            ports: ports.clone(),
            metrics: Arc::clone(metrics),
            ring: ArcSwap::default(),
            document: ArcSwap::from_pointee(JwksDocument::of(&[])),
        };
        opened.tend(store)?;
        Ok(opened)
    }

    /// Makes the keys that are due and reads the rows again. Every node may do so at any time: of several that
    /// make the same key, one wins.
    ///
    /// # Errors
    /// When the store fails or a key cannot be made or opened.
    pub fn tend(&self, store: &Store) -> Result<(), OpenError> {
        let mut rows = all(store)?;
        while let Some(due) = key_state::due(&rows, &self.times, self.ports.clock.now()) {
            self.make(store, &due)?;
            rows = all(store)?;
        }
        self.load(rows)?;
        Ok(())
    }

    /// Reads the rows again.
    ///
    /// # Errors
    /// When the store fails or a key cannot be opened.
    pub fn reload(&self, store: &Store) -> Result<(), OpenError> {
        self.load(all(store)?)?;
        Ok(())
    }

    /// The server's own secrets.
    #[must_use]
    pub fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// Signs `claims` with the key that is active at `now`.
    ///
    /// # Errors
    /// [`KeysError::ClockOff`], [`KeysError::NoSigningKey`], [`KeysError::Unusable`].
    pub fn sign(&self, now: UnixTime, typ: &str, claims: &Map<String, Value>) -> Result<String, KeysError> {
        let signer = self.signer(now)?;
        self.metrics.time_signing(|| signer.sign(typ, claims))
    }

    /// Whether [`Keys::sign`] would: asked before something is spent for a token.
    ///
    /// # Errors
    /// As [`Keys::sign`].
    pub fn check_can_sign(&self, now: UnixTime) -> Result<(), KeysError> {
        self.signer(now).map(drop)
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

    /// Every key with its state at `now`, oldest first.
    #[must_use]
    pub fn states(&self, now: UnixTime) -> Vec<(SigningKey, KeyState)> {
        let ring = self.ring.load();
        let state = |row: &SigningKey| key_state::state(row, &ring.rows, &self.times, now);
        ring.rows.iter().map(|row| (row.clone(), state(row))).collect()
    }

    /// The public half of every key there ever was, revoked ones apart: what our own tokens are checked with.
    #[must_use]
    pub fn every_public_jwk(&self) -> Vec<Value> {
        let ring = self.ring.load();
        ring.rows
            .iter()
            .filter(|row| row.revoked_at.is_none())
            .map(|row| row.public_jwk.clone())
            .collect()
    }

    /// The timetable that the keys follow.
    #[must_use]
    pub fn times(&self) -> &KeyTimes {
        &self.times
    }

    fn signer(&self, now: UnixTime) -> Result<Arc<Signer>, KeysError> {
        if let Some(off_by) = self.ports.clock.too_far_off() {
            return Err(KeysError::ClockOff(off_by));
        }
        let ring = self.ring.load();
        let row = key_state::signing(&ring.rows, now).ok_or(KeysError::NoSigningKey)?;
        let mut signers = ring.signers.iter();
        let signer = signers.find(|(kid, _)| *kid == row.kid);
        signer
            .map(|(_, signer)| Arc::clone(signer))
            .ok_or_else(|| KeysError::Unusable(row.kid.clone()))
    }

    fn make(&self, store: &Store, due: &NewKey) -> Result<(), OpenError> {
        let pair = self.ports.keys.rsa().map_err(KeysError::Generation)?;
        let alg = KeyAlgorithm::Rs256;
        let mut public_jwk = pair.public_jwk;
        let kid = vouchsafe_verify::jwk::Jwk::parse(&Value::Object(public_jwk.clone()).to_string())
            .map(|key| Kid::new(key.thumbprint().to_string()))
            .map_err(|_| KeysError::Generation("the new key is not one that verifiers take".to_owned()))?;
        public_jwk.insert("kid".into(), json!(kid.as_str()));
        public_jwk.insert("use".into(), json!("sig"));
        public_jwk.insert("alg".into(), json!(alg.as_str()));
        let kek = self.keks.newest().ok_or(KeysError::NoSigningKey)?;
        let context = self.context(&kid, alg, due.seq);
        let sealed = seal::seal(kek, &*self.ports.entropy, &context, &pair.pkcs8)?;
        let now = self.ports.clock.now();
        let row = SigningKey {
            kid: kid.clone(),
            alg,
            seq: due.seq,
            created_at: now,
            activate_at: due.activate_at,
            revoked_at: None,
            public_jwk: Value::Object(public_jwk),
            sealed: Some(sealed),
            kek_id: kek.id().to_owned(),
        };
        let event = Event {
            target: Some(kid.into_string()),
            ..Act::new("server", now, &self.ports.entropy).event(EventKind::KeyCreated)
        };
        store.write_blocking("add-signing-key", move |tx| {
            if db!(tx, signing_keys::add(&row))? {
                db!(tx, events::append(&event))?;
            }
            Ok(())
        })?;
        Ok(())
    }

    fn load(&self, rows: Vec<SigningKey>) -> Result<(), KeysError> {
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
                None => Arc::new(self.parse(row)?),
            };
            signers.push((row.kid.clone(), signer));
        }
        self.ring.store(Arc::new(Ring { rows, signers }));
        Ok(())
    }

    fn parse(&self, row: &SigningKey) -> Result<Signer, KeysError> {
        let kek = self
            .keks
            .by_id(&row.kek_id)
            .ok_or_else(|| KeysError::KekMissing {
                wanted: row.kek_id.clone(),
                dir: self.dir.clone(),
            })?;
        let sealed = row
            .sealed
            .as_deref()
            .ok_or_else(|| KeysError::Unusable(row.kid.clone()))?;
        let pkcs8 = seal::open(kek, &self.context(&row.kid, row.alg, row.seq), sealed).map_err(|_| {
            KeysError::OtherIssuer {
                kid: row.kid.clone(),
                issuer: self.issuer.clone(),
            }
        })?;
        Signer::parse(&row.kid, row.alg, &pkcs8)
    }

    fn context(&self, kid: &Kid, alg: KeyAlgorithm, seq: i64) -> String {
        format!("signing key|{}|{kid}|{}|{seq}", self.issuer, alg.as_str())
    }
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(..)")
    }
}

/// The server's own secrets alone, made when the installation is new. Signing keys are not touched.
///
/// # Errors
/// As [`Keys::open`].
pub fn open_secrets(config: &Config, store: &Store, ports: &Ports) -> Result<Secrets, OpenError> {
    let keks = open_keks(config, store, ports)?;
    Secrets::open(store, &keks, &config.keys.dir, &*ports.entropy)
}

fn all(store: &Store) -> Result<Vec<SigningKey>, crate::store::StoreError> {
    store.read_blocking("signing-keys", |tx| db!(tx, signing_keys::all()))
}

/// The key-encryption keys, checked against what the database remembers of them.
fn open_keks(config: &Config, store: &Store, ports: &Ports) -> Result<KekRing, OpenError> {
    let dir = &config.keys.dir;
    let known = store.read_blocking("keks", |tx| db!(tx, keks::all()))?;
    let mut ring = KekRing::read(dir)?;
    if known.is_empty() && ring.newest().is_none() {
        ring = KekRing::create(dir, &*ports.entropy)?;
    }
    let held = |check: &KekCheck| {
        ring.by_id(&check.id)
            .is_some_and(|kek| kek.check_value() == check.check)
    };
    if let Some(first) = known.first()
        && !known.iter().any(held)
    {
        return Err(KeysError::KekMissing {
            wanted: first.id.clone(),
            dir: dir.clone(),
        }
        .into());
    }
    if let Some(kek) = ring.newest()
        && !known.iter().any(|check| check.id == kek.id())
    {
        remember(store, kek, ports.clock.now())?;
    }
    Ok(ring)
}

fn remember(store: &Store, kek: &Kek, created_at: UnixTime) -> Result<(), OpenError> {
    let check = KekCheck {
        id: kek.id().to_owned(),
        check: kek.check_value(),
        created_at,
    };
    store.write_blocking("add-kek", move |tx| db!(tx, keks::add(&check)).map(drop))?;
    Ok(())
}
