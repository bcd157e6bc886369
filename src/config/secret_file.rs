//! Files that hold secrets: read only when nobody else can read them.

use std::fs::{File, Metadata};
use std::io::Read as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;

/// No secret is longer than this.
const MOST: u64 = 64 * 1024;

/// Why a file cannot be a secret's. Displayed it completes a sentence that begins with the file's name.
#[derive(Debug, thiserror::Error)]
pub enum Unfit {
    /// It cannot be read.
    #[error("cannot be read: {0}")]
    Unreadable(#[from] std::io::Error),
    /// It is a directory.
    #[error("is a directory")]
    Directory,
    /// Others can read it.
    #[error("can be read by others (mode {mode:03o}) but holds a secret; run chmod 600 on it")]
    ReadableByOthers {
        /// Its permission bits.
        mode: u32,
    },
    /// It belongs to somebody who is neither this user nor root.
    #[error("holds a secret but belongs to user {owner}, not to this one ({own})")]
    OfAnotherUser {
        /// Its owner.
        owner: u32,
        /// The user of this process.
        own: u32,
    },
}

/// Opens a file that nobody else can read.
///
/// # Errors
/// It cannot be read, or others could.
pub fn open(path: &Path) -> Result<File, Unfit> {
    let file = File::open(path)?;
    // The open file is judged, not its name: what a name points at can change in between.
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Err(Unfit::Directory);
    }
    private(&metadata)?;
    Ok(file)
}

/// Reads a secret from a file, without the line end that editors put there. The error completes a sentence that
/// begins with the file's name and never repeats its content.
///
/// # Errors
/// The file cannot be read, is not text, is empty, or can be read by others.
pub fn read(path: &Path) -> Result<String, String> {
    let file = open(path).map_err(|unfit| unfit.to_string())?;
    let mut text = String::new();
    file.take(MOST)
        .read_to_string(&mut text)
        .map_err(|error| format!("cannot be read: {error}"))?;
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() {
        return Err("is empty".to_owned());
    }
    Ok(text.to_owned())
}

/// Checks that only its owner, who is this user or root, can read a file.
///
/// # Errors
/// Others can read it.
pub fn private(metadata: &Metadata) -> Result<(), Unfit> {
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(Unfit::ReadableByOthers { mode });
    }
    let owner = metadata.uid();
    match own_uid() {
        Some(own) if owner != own && owner != 0 => Err(Unfit::OfAnotherUser { owner, own }),
        _ => Ok(()),
    }
}

/// The user of this process, where the system tells it as a file.
fn own_uid() -> Option<u32> {
    std::fs::metadata("/proc/self")
        .ok()
        .map(|metadata| metadata.uid())
}
