//! `cargo xtask docs`: writes the pages of documentation that come from the code.

use crate::step::{cargo, run as run_command};

pub(crate) fn run(_: &[String]) -> Result<(), String> {
    let mut write = cargo(&["test", "--quiet", "--test", "generated", "reference"]);
    write.env("WRITE_DOCS", "1");
    run_command(write)
}
