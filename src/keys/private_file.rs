//! Reads files that hold keys, which nobody else may read.

use super::KeysError;
use crate::config::secret_file::{self, Unfit};
use std::io::{Error, ErrorKind, Read as _};
use std::path::Path;
use zeroize::Zeroizing;

/// No key is longer than this.
const MOST: u64 = 64 * 1024;

/// What is in the file.
///
/// # Errors
/// [`KeysError::ReadableByOthers`], [`KeysError::OfAnotherUser`], [`KeysError::Io`].
pub(super) fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, KeysError> {
    let file = secret_file::open(path).map_err(|unfit| refused(path, unfit))?;
    let mut bytes = Zeroizing::new(Vec::new());
    file.take(MOST)
        .read_to_end(&mut bytes)
        .map_err(|error| KeysError::io(path, &error))?;
    Ok(bytes)
}

fn refused(path: &Path, unfit: Unfit) -> KeysError {
    match unfit {
        Unfit::Unreadable(error) => KeysError::io(path, &error),
        Unfit::Directory => KeysError::io(path, &Error::from(ErrorKind::IsADirectory)),
        Unfit::ReadableByOthers { .. } => KeysError::ReadableByOthers(path.to_owned()),
        Unfit::OfAnotherUser { owner, own } => KeysError::OfAnotherUser {
            path: path.to_owned(),
            owner,
            own,
        },
    }
}
