//! `cargo xtask bench admin`: how soon the administration answers when there is a lot of everything. Every page and every
//! list of the API is asked a number of times, one after another, over one kept-alive connection.

mod asked;
mod desk;
mod fill;
mod lists;
mod pages;

use super::process;
use super::server::{Database, Installation};
use super::{USAGE, milliseconds};
use crate::step::{build_dev, build_release, dev_server, server};
use asked::Asked;
use desk::Desk;
use fill::Sizes;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Ninety-five of a hundred answers should be there by then.
const TARGET: Duration = Duration::from_millis(50);

/// What is wanted.
struct Wanted {
    program: PathBuf,
    sizes: Sizes,
    /// How often each is asked.
    times: u32,
    /// Only those whose name has this in it.
    only: Option<String>,
}

/// What reads a lot on purpose is asked this often.
const FEW_TIMES: u32 = 3;

/// What the answers took.
struct Took {
    name: String,
    /// None for what reads a lot on purpose.
    target: Option<Duration>,
    p50: Duration,
    p95: Duration,
    max: Duration,
    /// The server's CPU time for one, which other programs on the machine do not stretch.
    cpu: Duration,
    bytes: usize,
}

pub(crate) fn run(words: &[String]) -> Result<(), String> {
    let wanted = Wanted::parse(words)?;
    let mut installation = Installation::new(Database::Sqlite, wanted.program.clone())?;
    let own = Desk::furnish(&installation)?;
    let facts = fill::fill(&mut installation, wanted.sizes)?;
    let mut desk = Desk::open(&installation, own)?;
    let mut all = pages::of(&mut desk, &facts)?;
    all.extend(lists::of(&mut desk, &facts)?);
    all.retain(|asked| match &wanted.only {
        Some(word) => asked.name.contains(word.as_str()),
        None => true,
    });
    println!(
        "\n{} people, {} applications, {} events on SQLite; each asked {} times, in ms\n{:<72}{:>9}{:>9}{:>9}{:>9}{:>8}",
        wanted.sizes.users,
        wanted.sizes.clients,
        wanted.sizes.events,
        wanted.times,
        "",
        "p50",
        "p95",
        "max",
        "CPU",
        "KiB"
    );
    let (mut took, mut failed) = (Vec::new(), 0);
    let server = [installation.server()];
    for asked in &all {
        match ask((&mut desk, &server), asked, wanted.times) {
            Ok(one) => {
                println!("{one}");
                took.push(one);
            }
            Err(problem) => {
                println!("{}: FAILED: {problem}", asked.name);
                failed += 1;
                desk.reopen(&installation)?;
            }
        }
    }
    summarize(&took);
    match failed {
        0 => Ok(()),
        _ => Err(format!("{failed} were not answered")),
    }
}

impl Wanted {
    /// Reads the words and builds what they ask for.
    fn parse(words: &[String]) -> Result<Self, String> {
        let mut sizes = Sizes::default();
        let (mut times, mut only, mut dev) = (40, None, false);
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut next = || words.next().ok_or(USAGE);
            let mut number = || {
                next()?
                    .parse::<u32>()
                    .ok()
                    .filter(|number| *number > 0)
                    .ok_or(USAGE)
            };
            match word.as_str() {
                "--users" => sizes.users = number()?,
                "--clients" => sizes.clients = number()?,
                "--events" => sizes.events = number()?,
                "--times" => times = number()?,
                "--only" => only = Some(next()?.clone()),
                "--dev" => dev = true,
                _ => return Err(USAGE.to_owned()),
            }
        }
        let program = if dev {
            build_dev()?;
            dev_server()
        } else {
            build_release()?;
            server()
        };
        Ok(Self {
            program,
            sizes: sizes.checked()?,
            times,
            only,
        })
    }
}

/// Asks once for the caches, and then as often as is wanted.
fn ask((desk, server): (&mut Desk, &[u32]), asked: &Asked, times: u32) -> Result<Took, String> {
    let mut bytes = desk.begin(asked)?.body.len();
    let times = if asked.reads_much {
        times.min(FEW_TIMES)
    } else {
        times
    };
    let mut took = Vec::new();
    let before = process::cpu_time(server);
    for _ in 0..times {
        let begun = Instant::now();
        let answer = desk.ask(asked)?;
        took.push(begun.elapsed());
        bytes = answer.body.len();
    }
    let cpu = process::cpu_time(server).saturating_sub(before) / times.max(1);
    took.sort_unstable();
    Ok(Took {
        name: asked.name.clone(),
        target: (!asked.reads_much).then_some(TARGET),
        p50: of_hundred(&took, 50),
        p95: of_hundred(&took, 95),
        max: of_hundred(&took, 100),
        cpu,
        bytes,
    })
}

/// The longest of the fastest so many of a hundred.
fn of_hundred(sorted: &[Duration], so_many: usize) -> Duration {
    let rank = (sorted.len() * so_many).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

impl Took {
    fn has_missed(&self) -> bool {
        self.target.is_some_and(|target| self.p95 > target)
    }
}

impl std::fmt::Display for Took {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mark = match self.target {
            None => "  reads much on purpose",
            Some(_) if self.has_missed() => "  MISSED",
            Some(_) => "",
        };
        write!(
            f,
            "{:<72}{:>9.2}{:>9.2}{:>9.2}{:>9.2}{:>8}{mark}",
            self.name,
            milliseconds(self.p50),
            milliseconds(self.p95),
            milliseconds(self.max),
            milliseconds(self.cpu),
            self.bytes / 1024
        )
    }
}

fn summarize(took: &[Took]) {
    let measured: Vec<&Took> = took.iter().filter(|one| one.target.is_some()).collect();
    let missed: Vec<&&Took> = measured.iter().filter(|one| one.has_missed()).collect();
    println!(
        "\n{} of {} answer within {} ms at p95",
        measured.len() - missed.len(),
        measured.len(),
        TARGET.as_millis()
    );
    for one in missed {
        println!("{one}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_forty_answers_the_thirty_eighth_is_at_p95() {
        let took: Vec<Duration> = (1..=40).map(Duration::from_millis).collect();
        assert_eq!(of_hundred(&took, 50), Duration::from_millis(20));
        assert_eq!(of_hundred(&took, 95), Duration::from_millis(38));
        assert_eq!(of_hundred(&took, 100), Duration::from_millis(40));
        assert_eq!(of_hundred(&[], 95), Duration::ZERO);
    }

    #[test]
    fn what_reads_much_on_purpose_misses_nothing() {
        let slow = |target| Took {
            name: String::new(),
            target,
            p50: TARGET,
            p95: TARGET * 2,
            max: TARGET * 2,
            cpu: TARGET,
            bytes: 0,
        };
        assert!(slow(Some(TARGET)).has_missed());
        assert!(!slow(None).has_missed());
    }
}
