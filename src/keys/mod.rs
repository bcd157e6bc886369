//! Keys: what signs our tokens, what seals secrets at rest, and the server's own secrets. The only user of
//! josekit, and, by way of it, of OpenSSL.

mod curves;
pub mod document;
pub mod fetchers;
mod generate;
pub mod impact;
mod import;
mod jwks;
mod kek;
mod on_demand;
mod opening;
mod private_file;
mod rewrap;
mod ring;
mod rotation;
mod seal;
mod secrets;
mod signer;

pub use generate::NewKeys;
pub use import::read_private_key;
pub use jwks::JwksDocument;
pub use kek::{Kek, KekRing};
pub use on_demand::ensure;
pub use opening::open_secrets;
pub use rewrap::{Rewrapped, new_kek, rewrap};
pub use ring::Keys;
pub use rotation::add_ready;
pub use secrets::{OpenError, Secrets};

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use vouchsafe_core::model::{Kid, Span};

/// What can be wrong with keys.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// A file could not be read or written.
    #[error("{path}: {cause}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What kind of trouble.
        kind: ErrorKind,
        /// The operating system's words.
        cause: String,
    },
    /// A key file can be read by other users of the machine.
    #[error("{0}: other users can read this key file; make it private: chmod 600 {0}")]
    ReadableByOthers(PathBuf),
    /// A key file belongs to somebody who is neither this user nor root, and can read and change it.
    #[error("{path}: this key file belongs to user {owner}; make it your own: chown {own} {path}")]
    OfAnotherUser {
        /// The file.
        path: PathBuf,
        /// Its owner.
        owner: u32,
        /// The user of this process.
        own: u32,
    },
    /// A key file does not hold a key.
    #[error("{0}: not a key-encryption key (43 characters of base64url)")]
    NotAKey(PathBuf),
    /// The database was sealed with a key-encryption key that is not here.
    #[error(
        "the database was sealed with the key-encryption key {wanted}, which is not in {dir}; restore that file, a new one would be of no use"
    )]
    KekMissing {
        /// The id of the key that is needed.
        wanted: String,
        /// Where it was looked for.
        dir: PathBuf,
    },
    /// A sealed value did not open: wrong key, moved, or damaged.
    #[error("a sealed value did not open: it is damaged, or was sealed for another place")]
    Unsealable,
    /// A signing key is sealed for one issuer, and did not open for this one.
    #[error(
        "the signing key {kid} did not open for the issuer {issuer}: the database belongs to another issuer, or is damaged"
    )]
    OtherIssuer {
        /// The key.
        kid: Kid,
        /// The issuer that it was opened for.
        issuer: String,
    },
    /// A signing key cannot be used.
    #[error("the signing key {0} cannot be used")]
    Unusable(Kid),
    /// The node's clock is too far from the database's: tokens would carry a wrong time.
    #[error("the clock differs from the database's by {} ms: nothing is signed until it is set right", .0.millis())]
    ClockOff(Span),
    /// There is no active signing key.
    #[error("there is no active signing key")]
    NoSigningKey,
    /// A file to import holds no private key that can be used.
    #[error("{path}: {why}")]
    NotImportable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A new key could not be made.
    #[error("a new key could not be made: {0}")]
    Generation(String),
}

impl KeysError {
    fn io(path: &Path, cause: &std::io::Error) -> Self {
        Self::Io {
            path: path.to_owned(),
            kind: cause.kind(),
            cause: cause.to_string(),
        }
    }
}
