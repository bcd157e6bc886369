//! The process of `crates/vouchsafe-verify/examples/watchers.rs`: many verifiers that look at one token.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

pub(super) struct Watchers {
    process: Child,
    asks: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Watchers {
    pub(super) fn start(program: &Path, issuer: &str, feed: &str, verifiers: usize) -> Result<Self, String> {
        let mut watch = Command::new(program);
        watch.args([issuer, feed, &verifiers.to_string()]);
        let started = watch.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut process = started.map_err(|error| format!("{}: {error}", program.display()))?;
        let (Some(asks), Some(answers)) = (process.stdin.take(), process.stdout.take()) else {
            return Err("the watchers have no pipes".to_owned());
        };
        Ok(Self {
            process,
            asks,
            answers: BufReader::new(answers),
        })
    }

    /// Shows all verifiers a token, and returns when all have accepted it.
    pub(super) fn accept(&mut self, token: &str) -> Result<(), String> {
        writeln!(self.asks, "{token}").map_err(|error| format!("the watchers: {error}"))?;
        let answer = self.answer()?;
        (answer == "accepted").then_some(()).ok_or(answer)
    }

    /// Waits until the last verifier refuses the token; when that was, in milliseconds since 1970.
    pub(super) fn last_refusal(&mut self) -> Result<u64, String> {
        let answer = self.answer()?;
        let time = answer.strip_prefix("refused ").and_then(|time| time.parse().ok());
        time.ok_or(answer)
    }

    fn answer(&mut self) -> Result<String, String> {
        let mut line = String::new();
        let read = self.answers.read_line(&mut line);
        read.map_err(|error| format!("the watchers: {error}"))?;
        Ok(line.trim_end().to_owned())
    }
}

impl Drop for Watchers {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
