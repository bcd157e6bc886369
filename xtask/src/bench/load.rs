//! Driving an operation from several connections at once, and measuring it.

use super::http::Connection;
use super::operations::{Operation, Work};
use super::process::cpu_time;
use super::site::Site;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How hard and how long.
#[derive(Clone, Copy)]
pub(crate) struct Effort {
    pub(crate) connections: usize,
    pub(crate) warm_up: Duration,
    pub(crate) time: Duration,
}

/// What an operation came to.
pub(crate) struct Measured {
    pub(crate) per_second: f64,
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
    /// CPU time of the server and the database for one operation.
    pub(crate) cpu: Duration,
}

/// Repeats the operation on every connection until the time is over.
pub(crate) fn drive(
    site: &Site,
    operation: &Operation,
    processes: &[u32],
    effort: Effort,
) -> Result<Measured, String> {
    let mut workers: Vec<(Connection, Work)> = Vec::new();
    for _ in 0..effort.connections {
        let mut connection = Connection::open(site.address)?;
        let work = (operation.prepare)(site, &mut connection)?;
        workers.push((connection, work));
    }
    let (counting, over) = (AtomicBool::new(false), AtomicBool::new(false));
    let mut cpu = Duration::ZERO;
    let mut took = Duration::ZERO;
    let results: Vec<Result<Vec<Duration>, String>> = thread::scope(|scope| {
        let started: Vec<_> = workers
            .into_iter()
            .map(|(connection, work)| scope.spawn(|| repeat(connection, work, &counting, &over)))
            .collect();
        thread::sleep(effort.warm_up);
        let (before, begun) = (cpu_time(processes), Instant::now());
        counting.store(true, Ordering::Relaxed);
        thread::sleep(effort.time);
        counting.store(false, Ordering::Relaxed);
        cpu = cpu_time(processes).saturating_sub(before);
        took = begun.elapsed();
        over.store(true, Ordering::Relaxed);
        started
            .into_iter()
            .map(|worker| {
                worker
                    .join()
                    .unwrap_or_else(|_| Err("a worker panicked".to_owned()))
            })
            .collect()
    });
    let mut latencies: Vec<Duration> = results.into_iter().collect::<Result<Vec<_>, _>>()?.concat();
    latencies.sort_unstable();
    summary(&latencies, cpu, took).ok_or_else(|| format!("{}: nothing was answered in time", operation.name))
}

fn repeat(
    mut connection: Connection,
    mut work: Work,
    counting: &AtomicBool,
    over: &AtomicBool,
) -> Result<Vec<Duration>, String> {
    let mut latencies = Vec::new();
    while !over.load(Ordering::Relaxed) {
        let begun = Instant::now();
        work(&mut connection)?;
        if counting.load(Ordering::Relaxed) {
            latencies.push(begun.elapsed());
        }
    }
    Ok(latencies)
}

fn summary(sorted: &[Duration], cpu: Duration, took: Duration) -> Option<Measured> {
    let count = u32::try_from(sorted.len()).ok().filter(|count| *count > 0)?;
    let at = |per_mille: usize| {
        sorted
            .get(sorted.len().saturating_sub(1) * per_mille / 1000)
            .copied()
    };
    Some(Measured {
        per_second: f64::from(count) / took.as_secs_f64(),
        p50: at(500)?,
        p99: at(990)?,
        cpu: cpu / count,
    })
}

/// Repeats the operation a given number of times on one connection.
pub(crate) fn repeat_one(site: &Site, operation: &Operation, times: u32) -> Result<(), String> {
    let mut connection = Connection::open(site.address)?;
    let mut work = (operation.prepare)(site, &mut connection)?;
    (0..times).try_for_each(|_| work(&mut connection))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_and_costs_are_of_one_operation() {
        let latencies: Vec<Duration> = (1..=101).map(Duration::from_millis).collect();
        let summary = summary(&latencies, Duration::from_millis(202), Duration::from_secs(1)).unwrap();
        assert_eq!(
            (summary.p50, summary.p99),
            (Duration::from_millis(51), Duration::from_millis(100))
        );
        assert_eq!(summary.cpu, Duration::from_millis(2));
    }
}
