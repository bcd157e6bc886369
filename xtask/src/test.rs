//! `cargo xtask test`: everything that the project can prove about itself. Goes on after a failed step.

use crate::count::Runner;
use crate::prerequisites::{self, browser, node_modules, python};
use crate::step::{Report, build_dev, cargo, command, dev_server, target};
use crate::{check, step};
use std::process::Command;

pub(crate) fn run(_: &[String]) -> Result<(), String> {
    let mut report = Report::default();
    report.check("prerequisites", prerequisites::install);
    check::format(&mut report);
    check::lints(&mut report);
    report.tests("unit and integration", Runner::Cargo, || {
        Ok(cargo(&[
            "test",
            "--workspace",
            "--all-features",
            "--locked",
            "--no-fail-fast",
        ]))
    });
    report.check("server", build_dev);
    report.check("node packages", node_modules);
    report.tests("browser journeys", Runner::Node, || {
        let mut journeys = node_tests("browser")?;
        journeys.env("CHROMIUM", browser()?);
        Ok(journeys)
    });
    report.check("python packages", || python().map(drop));
    report.tests("foreign clients", Runner::Node, || {
        let mut clients = node_tests("interop")?;
        clients.env("PYTHON", python()?);
        Ok(clients)
    });
    report.finish()
}

/// A file of journeys that takes longer has gone wrong, also on a busy machine. In milliseconds.
const DEADLINE: &str = "--test-timeout=1800000";

/// Node's test runner over `tests/<folder>/*.test.mjs`, one file after another, against the server that the
/// tests before it were built with: an optimised one takes longer to build than all journeys to run.
///
/// What tests start is ended by `tests/harness/ending.mjs`. Should something slip through that, the process ends with its
/// last test all the same, and takes the servers with it.
fn node_tests(folder: &str) -> Result<Command, String> {
    let place = step::root().join("tests").join(folder);
    let entries = std::fs::read_dir(&place).map_err(|error| format!("{}: {error}", place.display()))?;
    let mut files: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|path| path.to_string_lossy().ends_with(".test.mjs"));
    files.sort();
    let mut tests = command(
        "node",
        &[
            "--test",
            "--test-reporter=spec",
            "--test-concurrency=1",
            "--test-force-exit",
            DEADLINE,
        ],
    );
    tests
        .args(files)
        .env("NO_COLOR", "1")
        .env("VOUCHSAFE", dev_server())
        .env("TARGET", target());
    Ok(tests)
}
