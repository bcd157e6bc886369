//! The server's own secrets: one row each, sealed by the key-encryption key, made at the first start.
//! Codes, cookies and refresh tokens rest on these and never on a signing key, so that a signing key can be
//! revoked without signing anybody out.

use super::KeysError;
use super::opening::Opened;
use super::seal;
use crate::db;
use crate::ports::Entropy;
use crate::store::{ServerSecret, Store, StoreError};
use std::path::Path;
use zeroize::Zeroizing;

/// 256 secret bits.
type Secret = Zeroizing<[u8; 32]>;

/// The secrets in clear, in memory only.
pub struct Secrets {
    pepper: Vec<(i64, Secret)>,
    refresh: Vec<(i64, Secret)>,
    form: Secret,
    identifier: Secret,
}

const PEPPER: &str = "pepper";
const REFRESH: &str = "refresh";
const FORM: &str = "form";
const IDENTIFIER: &str = "identifier";

impl Secrets {
    /// Reads the secrets, making those that are missing. Of several nodes that do so at once, one wins each row.
    ///
    /// # Errors
    /// When the store fails, or a row was sealed with a key that is not here.
    pub(super) fn open(
        store: &Store,
        keks: &Opened,
        dir: &Path,
        entropy: &dyn Entropy,
    ) -> Result<Self, OpenError> {
        let mut rows = all(store)?;
        for purpose in [PEPPER, REFRESH, FORM, IDENTIFIER] {
            if !rows.iter().any(|row| row.purpose == purpose) {
                let kek = &keks.sealing;
                let secret = Zeroizing::new(entropy.bytes::<32>());
                let sealed = seal::seal(kek, entropy, &context(purpose, 1), secret.as_ref())?;
                let row = ServerSecret {
                    purpose: purpose.to_owned(),
                    version: 1,
                    sealed,
                    kek_id: kek.id().to_owned(),
                };
                store.write_blocking("add-server-secret", move |tx| {
                    db!(tx, server_secrets::add(&row)).map(drop)
                })?;
            }
        }
        rows = all(store)?;
        let open = |purpose: &str| -> Result<Vec<(i64, Secret)>, KeysError> {
            let mut versions = rows
                .iter()
                .filter(|row| row.purpose == purpose)
                .collect::<Vec<_>>();
            versions.sort_by_key(|row| row.version);
            versions
                .iter()
                .map(|row| Ok((row.version, open_row(keks, dir, row)?)))
                .collect()
        };
        let newest = |purpose: &str| -> Result<Secret, KeysError> {
            open(purpose)?
                .pop()
                .map(|(_, secret)| secret)
                .ok_or(KeysError::Unsealable)
        };
        Ok(Self {
            pepper: open(PEPPER)?,
            refresh: open(REFRESH)?,
            form: newest(FORM)?,
            identifier: newest(IDENTIFIER)?,
        })
    }

    /// The pepper that new client secrets are digested with, and its version.
    #[must_use]
    pub fn newest_pepper(&self) -> (i64, &[u8; 32]) {
        newest(&self.pepper)
    }

    /// The pepper of one version.
    #[must_use]
    pub fn pepper(&self, version: i64) -> Option<&[u8; 32]> {
        find(&self.pepper, version)
    }

    /// The key that new refresh tokens carry the MAC of, and its id in the token.
    #[must_use]
    pub fn newest_refresh_key(&self) -> (String, &[u8; 32]) {
        let (version, key) = newest(&self.refresh);
        (version.to_string(), key)
    }

    /// The refresh MAC key that a token names, with its id as tokens of ours spell it: `01` may be read, but is not it.
    #[must_use]
    pub fn refresh_key(&self, named: &str) -> Option<(String, &[u8; 32])> {
        let version: i64 = named.parse().ok()?;
        Some((version.to_string(), find(&self.refresh, version)?))
    }

    /// The key that binds forms to browsers.
    #[must_use]
    pub fn form_key(&self) -> &[u8; 32] {
        &self.form
    }

    /// The key under which identifiers that may be secrets (a password typed as a name) are counted.
    #[must_use]
    pub fn identifier_key(&self) -> &[u8; 32] {
        &self.identifier
    }
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets(..)")
    }
}

/// Why keys and secrets could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The keys.
    #[error(transparent)]
    Keys(#[from] KeysError),
}

fn newest(versions: &[(i64, Secret)]) -> (i64, &[u8; 32]) {
    #[expect(clippy::expect_used, reason = "open() makes version 1 of every secret")]
    let (version, secret) = versions.last().expect("a version of every secret");
    (*version, secret)
}

fn find(versions: &[(i64, Secret)], version: i64) -> Option<&[u8; 32]> {
    versions
        .iter()
        .find(|(known, _)| *known == version)
        .map(|(_, secret)| &**secret)
}

pub(super) fn all(store: &Store) -> Result<Vec<ServerSecret>, StoreError> {
    store.read_blocking("server-secrets", |tx| db!(tx, server_secrets::all()))
}

pub(super) fn context(purpose: &str, version: i64) -> String {
    format!("server secret|{purpose}|{version}")
}

fn open_row(keks: &Opened, dir: &Path, row: &ServerSecret) -> Result<Secret, KeysError> {
    let kek = keks
        .ring
        .by_id(&row.kek_id)
        .ok_or_else(|| KeysError::KekMissing {
            wanted: row.kek_id.clone(),
            dir: dir.to_owned(),
        })?;
    let bytes = seal::open(&kek, &context(&row.purpose, row.version), &row.sealed)?;
    <[u8; 32]>::try_from(bytes.as_slice())
        .map(Zeroizing::new)
        .map_err(|_| KeysError::Unsealable)
}
