//! Running one step of a task: its output goes to the terminal while its tests are counted.

use crate::count::{Count, Runner};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What a step came to.
pub(crate) struct Outcome {
    name: &'static str,
    count: Count,
    took: Duration,
}

/// The outcomes of a task's steps.
#[derive(Default)]
pub(crate) struct Report(Vec<Outcome>);

impl Report {
    /// Runs a step that is one check: it passes or fails as a whole.
    pub(crate) fn check(&mut self, name: &'static str, work: impl FnOnce() -> Result<(), String>) {
        self.measure(name, || match work() {
            Ok(()) => Count {
                passed: 1,
                ..Count::default()
            },
            Err(problem) => failure(&problem),
        });
    }

    /// Runs a step whose tests are counted.
    pub(crate) fn tests(
        &mut self,
        name: &'static str,
        runner: Runner,
        work: impl FnOnce() -> Result<Command, String>,
    ) {
        self.measure(name, || match work() {
            Ok(command) => counted(command, runner),
            Err(problem) => failure(&problem),
        });
    }

    fn measure(&mut self, name: &'static str, work: impl FnOnce() -> Count) {
        println!("\n── {name}");
        let begun = Instant::now();
        let count = work();
        self.0.push(Outcome {
            name,
            count,
            took: begun.elapsed(),
        });
    }

    /// Prints the summary, whose last line is `N passed, N failed`.
    pub(crate) fn finish(&self) -> Result<(), String> {
        let mut total = Count::default();
        println!();
        for Outcome { name, count, took } in &self.0 {
            total.add(*count);
            let Count {
                passed,
                failed,
                skipped,
            } = count;
            let left_out = if *skipped == 0 {
                String::new()
            } else {
                format!(", {skipped} skipped")
            };
            println!(
                "{name:<22}{passed:>6} passed, {failed:>3} failed{left_out} in {:.0} s",
                took.as_secs_f64()
            );
        }
        let line = format!("{} passed, {} failed", total.passed, total.failed);
        if total.failed > 0 {
            return Err(line);
        }
        println!("{line}");
        Ok(())
    }
}

fn failure(problem: &str) -> Count {
    println!("{problem}");
    Count {
        failed: 1,
        ..Count::default()
    }
}

/// Runs the command, shows its output and counts its tests. One that fails without a failed test counts as one.
fn counted(mut command: Command, runner: Runner) -> Count {
    let mut count = Count::default();
    let started = command.stdout(Stdio::piped()).spawn();
    let Ok(mut child) = started else {
        return failure(&format!("{} does not start", shown(&command)));
    };
    for line in child
        .stdout
        .take()
        .into_iter()
        .flat_map(|out| BufReader::new(out).split(b'\n'))
        .map_while(Result::ok)
    {
        let line = String::from_utf8_lossy(&line);
        println!("{line}");
        count.read(runner, &line);
    }
    let good = child.wait().is_ok_and(|status| status.success());
    if !good && count.failed == 0 {
        count.add(failure(&format!("{} failed", shown(&command))));
    }
    if good && count.passed == 0 {
        count.add(failure(&format!("{} ran no tests", shown(&command))));
    }
    count
}

/// A command in the root of the project.
pub(crate) fn command(program: impl AsRef<Path>, words: &[&str]) -> Command {
    let mut command = Command::new(program.as_ref());
    command.args(words).current_dir(root());
    command
}

/// Cargo, the same that runs this task.
pub(crate) fn cargo(words: &[&str]) -> Command {
    command(
        std::env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from),
        words,
    )
}

/// Runs a command to its end.
pub(crate) fn run(mut command: Command) -> Result<(), String> {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{}: {status}", shown(&command))),
        Err(error) => Err(format!("{}: {error}", shown(&command))),
    }
}

/// The root of the project.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap_or(Path::new("."))
}

/// Where cargo builds.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// The released server, which [`build_release`] makes.
pub(crate) fn server() -> PathBuf {
    target().join("release/vouchsafe")
}

/// The server with everything checked that Rust can check, which [`build_dev`] makes.
pub(crate) fn dev_server() -> PathBuf {
    target().join("debug/vouchsafe")
}

/// Builds the server as the tests have it: the very one of their run before, when there was one. `cargo build` alone would
/// unite other features, and build it once more.
pub(crate) fn build_dev() -> Result<(), String> {
    run(cargo(&[
        "test",
        "--workspace",
        "--all-features",
        "--locked",
        "--no-run",
    ]))
}

/// Builds the server as it is released.
pub(crate) fn build_release() -> Result<(), String> {
    run(cargo(&["build", "--release", "--locked", "--bin", "vouchsafe"]))
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}
