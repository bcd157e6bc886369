//! `cargo xtask deny`: licences, sources, duplicates, and known weaknesses of dependencies.

use crate::prerequisites::answers;
use crate::step::{cargo, run as run_command};

pub(crate) fn run(_: &[String]) -> Result<(), String> {
    if !answers("cargo", &["deny", "--version"]) {
        run_command(cargo(&["install", "--locked", "cargo-deny"]))?;
    }
    run_command(cargo(&["deny", "check", "bans", "licenses", "sources"]))?;
    if run_command(cargo(&["deny", "fetch", "db"])).is_err() {
        println!("the advisory database cannot be reached from here: advisories were NOT checked");
        return Ok(());
    }
    run_command(cargo(&["deny", "check", "advisories"]))
}
