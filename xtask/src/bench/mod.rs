//! `cargo xtask bench`: what the released server costs on each database. `docs/benchmarks.md` explains the figures.

mod admin;
mod freshness;
mod http;
mod load;
mod operations;
mod process;
mod server;
mod signature;
mod site;
mod syncs;

use crate::step::{build_release, server as program};
use load::{Effort, drive};
use operations::{OPERATIONS, Operation};
use server::{Database, Installation};
use site::Site;
use std::time::Duration;

const USAGE: &str = "cargo xtask bench [sqlite|postgres] [--seconds N] [--connections N] [--only WORD]\n\
                     cargo xtask bench freshness [--bans N] [--verifiers N] [--dev]\n\
                     cargo xtask bench admin [--users N] [--clients N] [--events N] [--times N] [--only WORD] [--dev]";

/// What is wanted.
struct Wanted {
    databases: Vec<Database>,
    effort: Effort,
    /// Only the operations whose name has this in it, and nothing about memory.
    only: Option<String>,
}

impl Wanted {
    fn operations(&self) -> impl Iterator<Item = &'static Operation> {
        let wanted = |operation: &&Operation| match &self.only {
            Some(word) => operation.name.contains(word.as_str()),
            None => true,
        };
        OPERATIONS.iter().filter(wanted)
    }
}

pub(crate) fn run(words: &[String]) -> Result<(), String> {
    match words.split_first().map(|(word, rest)| (word.as_str(), rest)) {
        Some(("freshness", rest)) => return freshness::run(rest),
        Some(("admin", rest)) => return admin::run(rest),
        Some(_) | None => {}
    }
    let wanted = Wanted::parse(words)?;
    build_release()?;
    let (signature, tool) = signature::measure()?;
    println!(
        "one RSA-2048 signature: {} µs of CPU ({tool})",
        signature.as_micros()
    );
    let traced = syncs::available();
    if !traced {
        println!("strace is missing and could not be installed: syncs are not counted");
    }
    for database in &wanted.databases {
        measure(*database, signature, &wanted, traced)
            .map_err(|problem| format!("{}: {problem}", database.name()))?;
    }
    Ok(())
}

impl Wanted {
    fn parse(words: &[String]) -> Result<Self, String> {
        let mut databases = Vec::new();
        let mut effort = Effort {
            connections: 8,
            warm_up: Duration::from_secs(1),
            time: Duration::from_secs(5),
        };
        let mut only = None;
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut next = || words.next().ok_or(USAGE);
            let mut number = || next()?.parse::<u32>().map_err(|_| USAGE);
            match word.as_str() {
                "sqlite" => databases.push(Database::Sqlite),
                "postgres" => databases.push(Database::Postgres),
                "--only" => only = Some(next()?.clone()),
                "--seconds" => effort.time = Duration::from_secs(number()?.into()),
                "--connections" => effort.connections = number()? as usize,
                _ => return Err(USAGE.to_owned()),
            }
        }
        if databases.is_empty() {
            databases = Database::ALL.to_vec();
        }
        Ok(Self {
            databases,
            effort,
            only,
        })
    }
}

fn measure(database: Database, signature: Duration, wanted: &Wanted, traced: bool) -> Result<(), String> {
    let effort = wanted.effort;
    let mut installation = Installation::new(database, program())?;
    let first = installation.start()?;
    let site = Site::furnish(&installation)?;
    println!(
        "\n{}, {} connections, {} s each",
        database.name(),
        effort.connections,
        effort.time.as_secs()
    );
    println!(
        "{:<24}{:>9}{:>10}{:>10}{:>10}{:>12}{:>8}{:>8}{:>8}",
        "", "per s", "p50 ms", "p99 ms", "CPU µs", "signatures", "target", "syncs", "target"
    );
    for operation in wanted.operations() {
        let measured = drive(&site, operation, &installation.processes(), effort)?;
        let syncs = traced
            .then(|| syncs::count(&site, operation, &installation.processes(), installation.folder()))
            .transpose()?;
        let target = |figure: Option<String>| {
            figure
                .filter(|_| database == Database::Sqlite)
                .unwrap_or_else(|| "–".to_owned())
        };
        println!(
            "{:<24}{:>9.0}{:>10.2}{:>10.2}{:>10}{:>12.2}{:>8}{:>8}{:>8}",
            operation.name,
            measured.per_second,
            milliseconds(measured.p50),
            milliseconds(measured.p99),
            measured.cpu.as_micros(),
            measured.cpu.as_secs_f64() / signature.as_secs_f64(),
            target(operation.target.map(|target| format!("{target:.1}"))),
            syncs.map_or_else(|| "?".to_owned(), |syncs| format!("{syncs:.2}")),
            target(operation.syncs.map(|syncs| syncs.to_string())),
        );
    }
    if wanted.only.is_some() {
        return Ok(());
    }
    memory_and_start(&mut installation, &site, first)
}

/// Memory is measured in a process that has hashed no password: Argon2's buffers are a choice of their own.
fn memory_and_start(installation: &mut Installation, site: &Site, first: Duration) -> Result<(), String> {
    const OPERATIONS_BEFORE: u32 = 20_000;
    let session = operations::session(site)?;
    installation.stop();
    let again = installation.start()?;
    let idle = process::memory(installation.server()).ok_or("no smaps_rollup in /proc")?;
    operations::everyday(site, &session, OPERATIONS_BEFORE)?;
    let used = process::memory(installation.server()).ok_or("no smaps_rollup in /proc")?;
    println!(
        "start to discovery: {:.0} ms, with a new database and new keys {:.0} ms (target 100)",
        milliseconds(again),
        milliseconds(first)
    );
    println!(
        "memory (PSS): {:.1} MiB idle (target 25), {:.1} MiB after {OPERATIONS_BEFORE} operations (target 40); \
         without the program's pages {:.1} and {:.1} MiB",
        idle.all, used.all, idle.anonymous, used.anonymous
    );
    Ok(())
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
