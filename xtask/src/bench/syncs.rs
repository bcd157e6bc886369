//! How often an operation waits for the disk: the calls that force data out, counted by strace.

use super::load::repeat_one;
use super::operations::Operation;
use super::process::tree;
use super::site::Site;
use crate::prerequisites::{answers, debian_install, is_root};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

/// Whether strace is here, or could be installed.
pub(crate) fn available() -> bool {
    answers("strace", &["-V"]) || (is_root() && debian_install(&["strace"]).is_ok())
}

/// Syncs of one operation, from many of them one after another, so that none shares another's sync.
pub(crate) fn count(
    site: &Site,
    operation: &Operation,
    processes: &[u32],
    folder: &Path,
) -> Result<f64, String> {
    const TIMES: u32 = 100;
    let trace = folder.join("syncs");
    let mut strace = Command::new("strace");
    strace
        .args([
            "-f",
            "-qq",
            "-e",
            "trace=fsync,fdatasync,sync_file_range,msync",
            "-o",
        ])
        .arg(&trace);
    for process in tree(processes) {
        strace.args(["-p", &process.to_string()]);
    }
    let started = strace
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let mut watching = started.map_err(|error| format!("strace: {error}"))?;
    sleep(Duration::from_millis(500));
    let seen = || fs::read_to_string(&trace).map_or(0, |lines| calls(&lines));
    // What it takes to get ready (signing in) is measured first, and subtracted.
    let result = repeat_one(site, operation, 0).and_then(|()| {
        let ready = settle(seen);
        repeat_one(site, operation, TIMES)?;
        Ok(settle(seen).saturating_sub(2 * ready))
    });
    let _ = Command::new("kill")
        .args(["-INT", &watching.id().to_string()])
        .status();
    let _ = watching.wait();
    result.map(|syncs| f64::from(syncs) / f64::from(TIMES))
}

/// Waits until strace has written what it saw.
fn settle(seen: impl Fn() -> u32) -> u32 {
    sleep(Duration::from_millis(300));
    seen()
}

/// A call that is interrupted by another thread's line is written twice; its second half says `resumed`.
fn calls(lines: &str) -> u32 {
    let begun = lines
        .lines()
        .filter(|line| line.contains("sync") && !line.contains("resumed>") && line.contains('('));
    u32::try_from(begun.count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::calls;

    #[test]
    fn an_interrupted_call_counts_once() {
        let lines = "7 fdatasync(9 <unfinished ...>\n8 fsync(3) = 0\n7 <... fdatasync resumed>) = 0\n7 +++ exited with 0 +++\n";
        assert_eq!(calls(lines), 2);
    }
}
