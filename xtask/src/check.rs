//! `cargo xtask check`: what can be said in a minute.

use crate::count::Runner;
use crate::step::{Report, cargo, run as run_command};

pub(crate) fn run(_: &[String]) -> Result<(), String> {
    let mut report = Report::default();
    format(&mut report);
    lints(&mut report);
    report.tests("architecture", Runner::Cargo, || {
        Ok(cargo(&["test", "--quiet", "--test", "architecture"]))
    });
    report.finish()
}

pub(crate) fn format(report: &mut Report) {
    report.check("format", || run_command(cargo(&["fmt", "--all", "--check"])));
}

pub(crate) fn lints(report: &mut Report) {
    report.check("lints", || {
        let words = [
            "clippy",
            "--workspace",
            "--all-targets",
            "--all-features",
            "--locked",
            "--",
            "-D",
            "warnings",
        ];
        run_command(cargo(&words))
    });
}
