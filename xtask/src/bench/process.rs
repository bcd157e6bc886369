//! What processes cost, read from `/proc`: CPU time of a process with its children, and memory.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;
use std::time::Duration;

/// CPU time that the processes and all their descendants have used.
pub(crate) fn cpu_time(roots: &[u32]) -> Duration {
    let ticks: u64 = tree(roots).iter().filter_map(|pid| Some(stat(*pid)?.1)).sum();
    Duration::from_secs(ticks) / ticks_per_second()
}

/// The processes and all their descendants.
pub(crate) fn tree(roots: &[u32]) -> Vec<u32> {
    let numbered = fs::read_dir("/proc").into_iter().flatten().flatten();
    let all = numbered.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let parents: BTreeMap<u32, u32> = all.filter_map(|pid| Some((pid, stat(pid)?.0))).collect();
    let descends = |pid: u32| {
        let mut at = pid;
        while !roots.contains(&at) {
            match parents.get(&at) {
                Some(parent) if *parent != 0 => at = *parent,
                _ => return false,
            }
        }
        true
    };
    parents.keys().copied().filter(|pid| descends(*pid)).collect()
}

/// Parent, and ticks of CPU time, those of children that have ended included.
fn stat(pid: u32) -> Option<(u32, u64)> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name, in parentheses, may hold anything; what follows it is numbers, beginning with the third field.
    let (_, fields) = text.rsplit_once(") ")?;
    let fields: Vec<&str> = fields.split(' ').collect();
    let number = |field: usize| fields.get(field - 3)?.parse::<u64>().ok();
    let used = number(14)? + number(15)? + number(16)? + number(17)?;
    Some((u32::try_from(number(4)?).ok()?, used))
}

fn ticks_per_second() -> u32 {
    let told = Command::new("getconf").arg("CLK_TCK").output().ok();
    told.and_then(|answer| String::from_utf8(answer.stdout).ok()?.trim().parse().ok())
        .unwrap_or(100)
}

/// Memory of a process in MiB.
pub(crate) struct Memory {
    /// Proportional set size: private memory, and its share of what is shared.
    pub(crate) all: f64,
    /// The part of it that no file holds. The rest is pages of the program, which the kernel reads again when it needs
    /// their place.
    pub(crate) anonymous: f64,
}

pub(crate) fn memory(pid: u32) -> Option<Memory> {
    let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
    let mebibytes = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        let kib: f64 = line.trim().trim_end_matches(" kB").parse().ok()?;
        Some(kib / 1024.0)
    };
    Some(Memory {
        all: mebibytes("Pss:")?,
        anonymous: mebibytes("Pss_Anon:")?,
    })
}
