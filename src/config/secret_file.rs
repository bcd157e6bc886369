//! Files that hold secrets: read only when nobody else can read them.

use std::fs::{File, Metadata};
use std::io::Read as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;

/// No secret is longer than this.
const MOST: u64 = 64 * 1024;

/// Reads a secret from a file, without the line end that editors put there. The error completes a sentence that
/// begins with the file's name and never repeats its content.
///
/// # Errors
/// The file cannot be read, is not text, is empty, or can be read by others.
pub fn read(path: &Path) -> Result<String, String> {
    let file = File::open(path).map_err(|error| format!("cannot be read: {error}"))?;
    // The open file is judged, not its name: what a name points at can change in between.
    let metadata = file
        .metadata()
        .map_err(|error| format!("cannot be read: {error}"))?;
    if metadata.is_dir() {
        return Err("is a directory".to_owned());
    }
    private(&metadata)?;
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
/// Others can read it. The error completes a sentence that begins with the file's name.
pub fn private(metadata: &Metadata) -> Result<(), String> {
    let mode = metadata.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(format!(
            "can be read by others (mode {:03o}) but holds a secret; run chmod 600 on it",
            mode & 0o777
        ));
    }
    match own_uid() {
        Some(uid) if metadata.uid() != uid && metadata.uid() != 0 => Err(format!(
            "holds a secret but belongs to user {}, not to this one ({uid})",
            metadata.uid()
        )),
        _ => Ok(()),
    }
}

/// The user of this process, where the system tells it as a file.
fn own_uid() -> Option<u32> {
    std::fs::metadata("/proc/self")
        .ok()
        .map(|metadata| metadata.uid())
}
