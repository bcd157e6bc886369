//! Key-encryption keys: files in `keys.dir`, apart from the database that they protect.

use super::{KeysError, private_file};
use crate::ports::Entropy;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zeroize::Zeroizing;

/// One key-encryption key: 256 random bits.
pub struct Kek {
    id: String,
    key: Zeroizing<[u8; 32]>,
}

/// The key-encryption keys of this node, in the order of their files' names.
pub struct KekRing(Vec<Arc<Kek>>);

impl Kek {
    /// A key from its bytes; its id is a digest, so that equal keys have equal ids everywhere.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"vouchsafe key-encryption key id");
        hash.update(bytes);
        let mut id = URL_SAFE_NO_PAD.encode(hash.finalize());
        id.truncate(11);
        Self {
            id,
            key: Zeroizing::new(bytes),
        }
    }

    /// The id, stored beside everything that the key seals.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// A value by which the database recognises the key without holding it.
    ///
    /// # Panics
    /// Never: HMAC takes a key of any length.
    #[must_use]
    pub fn check_value(&self) -> Vec<u8> {
        #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
        let mut mac = Hmac::<Sha256>::new_from_slice(self.key.as_ref()).expect("any key length");
        mac.update(b"vouchsafe key-encryption key check");
        mac.finalize().into_bytes().to_vec()
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.key.as_ref()
    }
}

impl KekRing {
    /// Reads every `*.kek` file of the folder. A file that others can read, or that is another's, is refused.
    ///
    /// # Errors
    /// [`KeysError::Io`], [`KeysError::ReadableByOthers`], [`KeysError::OfAnotherUser`], [`KeysError::NotAKey`].
    pub fn read(dir: &Path) -> Result<Self, KeysError> {
        files(dir)?
            .iter()
            .map(|path| read_file(path).map(Arc::new))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Makes the first key of a new installation. Of several processes that do so at once, one wins.
    ///
    /// # Errors
    /// [`KeysError::Io`].
    pub fn create(dir: &Path, entropy: &dyn Entropy) -> Result<Self, KeysError> {
        match write_new(&dir.join("0001.kek"), entropy) {
            Ok(kek) => Ok(Self(vec![Arc::new(kek)])),
            Err(KeysError::Io {
                kind: ErrorKind::AlreadyExists,
                path,
                cause,
            }) => {
                let ring = Self::read(dir)?;
                if ring.0.is_empty() {
                    let kind = ErrorKind::AlreadyExists;
                    return Err(KeysError::Io { path, kind, cause });
                }
                Ok(ring)
            }
            Err(error) => Err(error),
        }
    }

    /// Makes one more key, in a file that sorts after all others, and returns the file's path.
    ///
    /// # Errors
    /// [`KeysError::Io`].
    pub fn create_another(dir: &Path, entropy: &dyn Entropy) -> Result<PathBuf, KeysError> {
        let last = files(dir)?
            .iter()
            .filter_map(|path| path.file_stem()?.to_str()?.parse::<u32>().ok())
            .max();
        let number = last.unwrap_or(0).saturating_add(1);
        let path = dir.join(format!("{number:04}.kek"));
        write_new(&path, entropy)?;
        Ok(path)
    }

    /// The key in the file that sorts last.
    #[must_use]
    pub fn newest(&self) -> Option<&Arc<Kek>> {
        self.0.last()
    }

    /// The key with this id.
    #[must_use]
    pub fn by_id(&self, id: &str) -> Option<Arc<Kek>> {
        self.0.iter().find(|kek| kek.id == id).cloned()
    }
}

/// Writes a random key into a new file that only we can read, and syncs it to disk before anything is sealed with it.
fn write_new(path: &Path, entropy: &dyn Entropy) -> Result<Kek, KeysError> {
    let key = Zeroizing::new(entropy.bytes::<32>());
    let text = Zeroizing::new(format!("{}\n", URL_SAFE_NO_PAD.encode(key.as_ref())));
    let dir = path.parent().unwrap_or_else(|| Path::new("."));
    // A name of its own: what a start that was cut off left behind is in nobody's way.
    let part = path.with_extension(format!("kek.{}.new", u64::from_le_bytes(entropy.bytes())));
    let write = || -> std::io::Result<()> {
        fs::create_dir_all(dir)?;
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&part)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        // A second process that starts at the same moment must not replace the first one's key.
        let linked = fs::hard_link(&part, path);
        fs::remove_file(&part)?;
        linked?;
        fs::File::open(dir)?.sync_all()
    };
    write().map_err(|e| KeysError::io(path, &e))?;
    Ok(Kek::from_bytes(*key))
}

/// The key files of the folder, by name; none when there is no folder.
fn files(dir: &Path) -> Result<Vec<PathBuf>, KeysError> {
    let mut paths = match fs::read_dir(dir) {
        Ok(entries) => entries
            .map(|e| e.map(|e| e.path()))
            .collect::<Result<Vec<_>, _>>(),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(e) => Err(e),
    }
    .map_err(|e| KeysError::io(dir, &e))?;
    paths.retain(|path| path.extension().is_some_and(|x| x == "kek"));
    paths.sort();
    Ok(paths)
}

fn read_file(path: &Path) -> Result<Kek, KeysError> {
    let text = private_file::read(path)?;
    let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(text.trim_ascii()).unwrap_or_default());
    let key = <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| KeysError::NotAKey(path.to_owned()))?;
    Ok(Kek::from_bytes(key))
}

impl std::fmt::Debug for Kek {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Kek({})", self.id)
    }
}
