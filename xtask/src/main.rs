//! The project's own tasks: `cargo xtask` lists them.
#![expect(
    clippy::print_stdout,
    reason = "a task talks to the terminal that it was typed in"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "tasks measure time and read the environment; they are not the server"
)]

mod bench;
mod chaos;
mod check;
mod count;
mod deny;
mod docs;
mod gallery;
mod prerequisites;
mod step;
mod test;

use std::process::ExitCode;

/// A task: its name, what it is for, and what it does with the words after its name.
type Task = (&'static str, &'static str, fn(&[String]) -> Result<(), String>);

const TASKS: [Task; 7] = [
    (
        "test",
        "everything: format, lints, all tests, browser journeys, foreign clients",
        test::run,
    ),
    (
        "check",
        "the quick part of it: format, lints, architecture",
        check::run,
    ),
    (
        "deny",
        "licences, sources, duplicates and advisories of dependencies",
        deny::run,
    ),
    (
        "docs",
        "write the generated pages of documentation anew",
        docs::run,
    ),
    (
        "bench",
        "what the released server costs, on each database",
        bench::run,
    ),
    (
        "chaos",
        "kill -9 of everything under traffic, again and again: --rounds N (1000), sqlite, postgres",
        chaos::run,
    ),
    (
        "gallery",
        "all pages in all their states, as files in target/gallery",
        gallery::run,
    ),
];

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let wanted = words
        .split_first()
        .and_then(|(name, rest)| Some((TASKS.iter().find(|task| task.0 == name)?, rest)));
    let Some(((_, _, run), rest)) = wanted else {
        println!("cargo xtask <task>\n");
        for (name, purpose, _) in TASKS {
            println!("  {name:<9}{purpose}");
        }
        return ExitCode::from(2);
    };
    match run(rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            println!("{problem}");
            ExitCode::FAILURE
        }
    }
}
