//! `cargo xtask bench freshness`: from the answer to `user ban` to the moment when the last of many resource servers
//! refuses the person's token.

mod fleet;
mod watchers;

use super::USAGE;
use super::http::Connection;
use super::server::{Database, Installation};
use super::site::{Site, signed_in_tokens};
use crate::step::{build_release, cargo, run as run_step, server, target};
use fleet::Fleet;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use watchers::Watchers;

/// What is measured, and what it should come to.
struct Scenario {
    name: &'static str,
    database: Database,
    nodes: usize,
    feed: &'static str,
    /// Whether the publisher is killed just before each ban; then there are fewer bans.
    publisher_dies: bool,
    /// Of the slowest of a hundred; of all where the publisher dies.
    target: Duration,
}

const SCENARIOS: [Scenario; 4] = [
    Scenario {
        name: "PostgreSQL, 3 nodes, stream",
        database: Database::Postgres,
        nodes: 3,
        feed: "stream",
        publisher_dies: false,
        target: Duration::from_millis(1_500),
    },
    Scenario {
        name: "PostgreSQL, 3 nodes, poll",
        database: Database::Postgres,
        nodes: 3,
        feed: "poll",
        publisher_dies: false,
        target: Duration::from_secs(4),
    },
    Scenario {
        name: "SQLite, 1 node, stream",
        database: Database::Sqlite,
        nodes: 1,
        feed: "stream",
        publisher_dies: false,
        target: Duration::from_secs(1),
    },
    Scenario {
        name: "publisher killed, stream",
        database: Database::Postgres,
        nodes: 3,
        feed: "stream",
        publisher_dies: true,
        target: Duration::from_secs(6),
    },
];

/// How much of it, and with which programs.
struct Wanted {
    bans: usize,
    verifiers: usize,
    server: PathBuf,
    watchers: PathBuf,
}

pub(crate) fn run(words: &[String]) -> Result<(), String> {
    let wanted = Wanted::parse(words)?;
    println!(
        "{} bans, {} verifiers; from the answered ban to the last refusal, in ms\n{:<30}{:>8}{:>8}{:>8}{:>8}",
        wanted.bans, wanted.verifiers, "", "p50", "p99", "max", "target"
    );
    for scenario in &SCENARIOS {
        let mut took =
            measure(scenario, &wanted).map_err(|problem| format!("{}: {problem}", scenario.name))?;
        took.sort_unstable();
        let at = |per_cent: usize| took.get(took.len().saturating_sub(1) * per_cent / 100);
        let shown = |time: Option<&Duration>| time.map_or(0, Duration::as_millis);
        println!(
            "{:<30}{:>8}{:>8}{:>8}{:>8}",
            scenario.name,
            shown(at(50)),
            shown(at(99)),
            shown(took.last()),
            scenario.target.as_millis()
        );
    }
    Ok(())
}

impl Wanted {
    /// Reads the words and builds what they ask for.
    fn parse(words: &[String]) -> Result<Self, String> {
        let (mut bans, mut verifiers, mut dev) = (100, 50, false);
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut number = || {
                let number = words.next().and_then(|word| word.parse::<usize>().ok());
                number.filter(|number| *number > 0).ok_or(USAGE)
            };
            match word.as_str() {
                "--bans" => bans = number()?,
                "--verifiers" => verifiers = number()?,
                "--dev" => dev = true,
                _ => return Err(USAGE.to_owned()),
            }
        }
        let mut example = cargo(&["build", "--package", "vouchsafe-verify", "--example", "watchers"]);
        let folder = if dev {
            run_step(cargo(&["build", "--bin", "vouchsafe"]))?;
            target().join("debug")
        } else {
            build_release()?;
            example.arg("--release");
            target().join("release")
        };
        run_step(example)?;
        Ok(Self {
            bans,
            verifiers,
            server: if dev { folder.join("vouchsafe") } else { server() },
            watchers: folder.join("examples/watchers"),
        })
    }
}

/// How long it took each time.
fn measure(scenario: &Scenario, wanted: &Wanted) -> Result<Vec<Duration>, String> {
    let installation = Installation::new(scenario.database, wanted.server.clone())?;
    let mut fleet = Fleet::start(&installation, scenario.nodes)?;
    let site = Site::furnish(&installation)?;
    let issuer = format!("http://localhost:{}", installation.address().port());
    let mut watchers = Watchers::start(&wanted.watchers, &issuer, scenario.feed, wanted.verifiers)?;
    let bans = if scenario.publisher_dies {
        wanted.bans.div_ceil(10)
    } else {
        wanted.bans
    };
    let mut took = Vec::new();
    for _ in 0..bans {
        let tokens = signed_in_tokens(&site, &mut Connection::open(site.address)?)?;
        watchers.accept(&tokens.member("access_token")?)?;
        let dead = if scenario.publisher_dies {
            Some(fleet.kill_publisher()?)
        } else {
            None
        };
        installation.command_line(&["user", "ban", "ada"], "")?;
        let banned = unix_ms();
        let refused = watchers.last_refusal()?;
        took.push(Duration::from_millis(refused.saturating_sub(banned)));
        if let Some(dead) = dead {
            fleet.start_again(&installation, dead)?;
        }
        installation.command_line(&["user", "unban", "ada"], "")?;
    }
    Ok(took)
}

/// The machine's time, which the watchers read too.
fn unix_ms() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.as_millis()).unwrap_or(u64::MAX)
}
