//! A lot of everything: rows by the hundred thousand, written into the server's own schema by `sqlite3`. The audit log's
//! numbers and digests are then made by the server itself, so that the log is one that it finds whole.

use crate::bench::server::Installation;
use crate::prerequisites::{answers, debian_install, is_root};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const SCRIPT: &str = include_str!("fill.sql");
/// Numbering that does not come on for so long has failed.
const PATIENCE: Duration = Duration::from_mins(1);

/// How much there is to be.
#[derive(Clone, Copy)]
pub(crate) struct Sizes {
    pub(crate) users: u32,
    pub(crate) clients: u32,
    pub(crate) events: u32,
}

impl Default for Sizes {
    fn default() -> Self {
        Self {
            users: 100_000,
            clients: 10_000,
            events: 1_000_000,
        }
    }
}

impl Sizes {
    /// The same, if there is enough of everything that the bench asks for by name.
    pub(crate) fn checked(self) -> Result<Self, String> {
        if self.users >= 100 && self.clients >= 100 && self.events >= 1_000 {
            Ok(self)
        } else {
            Err("at least 100 users, 100 clients and 1000 events are needed".to_owned())
        }
    }

    fn script(self) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let numbers = [
            ("{users}", u128::from(self.users)),
            ("{clients}", self.clients.into()),
            ("{events}", self.events.into()),
            ("{sessions}", (self.users / 5).into()),
            ("{grants}", (self.users / 2).into()),
            ("{now}", now.as_millis()),
        ];
        numbers.iter().fold(SCRIPT.to_owned(), |script, (name, number)| {
            script.replace(name, &number.to_string())
        })
    }
}

/// What the bench asks for by name.
pub(crate) struct Facts(BTreeMap<String, String>);

impl Facts {
    pub(crate) fn get(&self, name: &str) -> Result<&str, String> {
        let found = self.0.get(name).map(String::as_str);
        found.ok_or_else(|| format!("nothing is called {name}"))
    }
}

/// Fills the database, starts the server, and waits until it has numbered all that happened.
pub(crate) fn fill(installation: &mut Installation, sizes: Sizes) -> Result<Facts, String> {
    if !answers("sqlite3", &["--version"]) {
        if !is_root() {
            return Err("missing: sqlite3, which fills the database".to_owned());
        }
        debian_install(&["sqlite3"])?;
    }
    let begun = Instant::now();
    let told = sqlite(installation, &sizes.script())?;
    let pairs = told.lines().filter_map(|line| line.split_once('|'));
    let facts = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let facts = Facts(facts.collect());
    println!("filled in {:.0} s", begun.elapsed().as_secs_f64());
    installation.start()?;
    let begun = Instant::now();
    wait_for_numbers(installation)?;
    println!("numbered by the server in {:.0} s", begun.elapsed().as_secs_f64());
    installation.command_line(&["audit", "verify"], "")?;
    println!("the audit log is whole");
    Ok(facts)
}

fn wait_for_numbers(installation: &Installation) -> Result<(), String> {
    let (mut before, mut since) = (String::new(), Instant::now());
    loop {
        let left = sqlite(installation, "SELECT count(*) FROM events WHERE seq IS NULL;")?;
        if left.trim() == "0" {
            return Ok(());
        }
        if left != before {
            (before, since) = (left, Instant::now());
        }
        if since.elapsed() > PATIENCE {
            return Err(format!(
                "the server numbers no events: {} are left",
                before.trim()
            ));
        }
        std::thread::sleep(Duration::from_millis(500));
    }
}

/// Runs statements on the installation's database and answers what they print.
fn sqlite(installation: &Installation, script: &str) -> Result<String, String> {
    let mut program = Command::new("sqlite3");
    program
        .args(["-batch", "-bail"])
        .arg(installation.folder().join("vouchsafe.db"));
    let pipes = program
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = pipes.spawn().map_err(|error| format!("sqlite3: {error}"))?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin
            .write_all(script.as_bytes())
            .map_err(|error| format!("sqlite3: {error}"))?;
    }
    let answer = child.wait_with_output().map_err(|error| error.to_string())?;
    if answer.status.success() {
        Ok(String::from_utf8_lossy(&answer.stdout).into_owned())
    } else {
        Err(format!("sqlite3: {}", String::from_utf8_lossy(&answer.stderr)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_of_the_script_is_put_in() {
        let script = Sizes::default().script();
        // Braces of JSON are followed by a quotation mark or closed at once.
        let named = script
            .split('{')
            .skip(1)
            .find(|rest| !rest.starts_with(['"', '}']));
        assert_eq!(named.map(|rest| rest.chars().take(20).collect::<String>()), None);
        assert!(script.contains("numbers.n <= 1000000"));
    }
}
