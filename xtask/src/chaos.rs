//! `cargo xtask chaos`: the rounds of `tests/it/attacks/kills.rs`, as many as wanted.

use crate::step::{cargo, run as run_step};
use std::time::Instant;

const USAGE: &str = "cargo xtask chaos [sqlite|postgres] [--rounds N]";

pub(crate) fn run(words: &[String]) -> Result<(), String> {
    let (mut rounds, mut databases) = (1000_u32, Vec::new());
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--rounds" => {
                let number = words.next().and_then(|word| word.parse().ok());
                rounds = number.ok_or(USAGE)?;
            }
            "sqlite" => databases.push("sqlite"),
            "postgres" => databases.push("postgres"),
            _ => return Err(USAGE.to_owned()),
        }
    }
    if databases.is_empty() {
        databases = vec!["sqlite", "postgres"];
    }
    for database in databases {
        let begun = Instant::now();
        let test = format!("attacks::kills::what_was_acknowledged_survives_kill_9_on_{database}");
        let mut rounds_of_it = cargo(&["test", "--test", "it", "--", "--exact", "--nocapture", &test]);
        rounds_of_it.env("VOUCHSAFE_ROUNDS", rounds.to_string());
        run_step(rounds_of_it)?;
        println!(
            "{database}: {rounds} rounds in {:.0} s",
            begun.elapsed().as_secs_f64()
        );
    }
    Ok(())
}
