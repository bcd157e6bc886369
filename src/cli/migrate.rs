//! `migrate` and `migrate status`.

use super::args::Global;
use super::exit::Failure;
use super::open::Workplace;
use super::output::{Output, table};
use super::remote::only_on_the_database;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  vouchsafe migrate --database postgres://vouchsafe@db/vouchsafe")]
pub(crate) struct MigrateArgs {
    #[command(subcommand)]
    verb: Option<MigrateVerb>,
}

#[derive(Debug, Subcommand)]
enum MigrateVerb {
    /// List the steps and whether each was applied
    #[command(after_help = "Example:\n  vouchsafe migrate status --json")]
    Status,
}

pub(crate) fn run(global: &Global, args: &MigrateArgs, output: &Output) -> Result<(), Failure> {
    only_on_the_database(global, "migrate")?;
    match args.verb {
        Some(MigrateVerb::Status) => status(&Workplace::open_existing_as_is(global)?, output),
        None => {
            let place = Workplace::open_as_is(global)?;
            let applied = place.store.migrate()?;
            let text = match applied.as_slice() {
                [] => "the schema is up to date".to_owned(),
                names => format!("applied: {}", names.join(", ")),
            };
            output.report(&json!({"applied": applied}), &text);
            Ok(())
        }
    }
}

fn status(place: &Workplace, output: &Output) -> Result<(), Failure> {
    let steps = place.store.migrations()?;
    let document: Vec<_> = steps
        .iter()
        .map(|step| json!({"name": step.name, "applied": step.applied}))
        .collect();
    let rows: Vec<_> = steps
        .iter()
        .map(|step| {
            [
                step.name.clone(),
                if step.applied { "applied" } else { "pending" }.to_owned(),
            ]
        })
        .collect();
    output.report(&Value::Array(document), &table(["MIGRATION", "STATE"], &rows));
    Ok(())
}
