//! The unit of all figures: the CPU time of one RSA-2048 signature on this machine, now.

use crate::prerequisites::{answers, debian_install, is_root};
use std::process::Command;
use std::time::Duration;

/// Signs for three seconds with the system's `openssl`, which counts CPU time. Answers also what it calls itself.
pub(crate) fn measure() -> Result<(Duration, String), String> {
    if !answers("openssl", &["version"]) && is_root() {
        debian_install(&["openssl"])?;
    }
    let run = |words: &[&str]| {
        let answer = Command::new("openssl")
            .args(words)
            .output()
            .map_err(|error| format!("missing: openssl ({error})"))?;
        Ok::<_, String>(String::from_utf8_lossy(&answer.stdout).into_owned())
    };
    let told = run(&["speed", "-seconds", "3", "rsa2048"])?;
    let signature =
        read(&told).ok_or_else(|| format!("openssl speed says nothing about rsa 2048: {told}"))?;
    Ok((signature, run(&["version"])?.trim().to_owned()))
}

/// `rsa 2048 bits 0.000561s 0.000016s 1783.1 62500.0`: the last pair is signatures and verifications per second.
fn read(told: &str) -> Option<Duration> {
    let line = told
        .lines()
        .find(|line| line.trim_start().starts_with("rsa") && line.contains("2048"))?;
    let numbers: Vec<f64> = line
        .split_whitespace()
        .filter_map(|word| word.parse().ok())
        .collect();
    // The first number is the size; newer versions add rates of encryption and decryption behind.
    let per_second = numbers.get(1).copied().filter(|rate| *rate > 1.0)?;
    Some(Duration::from_secs_f64(1.0 / per_second))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_of_signatures_is_read_from_old_and_new_tables() {
        let old = "                  sign    verify    sign/s verify/s\nrsa 2048 bits 0.000500s 0.000016s   2000.0  62500.0\n";
        assert_eq!(read(old), Some(Duration::from_micros(500)));
        let new = "                  sign    verify  encrypt  decrypt  sign/s verify/s encr./s decr./s\nrsa  2048 bits 0.000500s 0.000015s 0.000017s 0.000522s   2000.0  66666.7  58823.5   1915.7\n";
        assert_eq!(read(new), Some(Duration::from_micros(500)));
    }
}
