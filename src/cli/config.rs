//! `config check` and `config show`.

use super::args::Global;
use super::exit::Failure;
use super::output::{Output, table};
use crate::config::{Config, Problem, Source};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  vouchsafe config check --config /etc/vouchsafe/vouchsafe.toml")]
pub(crate) struct ConfigArgs {
    #[command(subcommand)]
    verb: ConfigVerb,
}

#[derive(Debug, Subcommand)]
enum ConfigVerb {
    /// Report everything that is wrong with the configuration, at once
    #[command(after_help = "Example:\n  vouchsafe config check --config /etc/vouchsafe/vouchsafe.toml")]
    Check,
    /// Print every value in effect with its source, without secrets
    #[command(after_help = "Example:\n  vouchsafe config show --json")]
    Show,
}

pub(crate) fn run(global: &Global, args: &ConfigArgs, output: &Output) -> Result<(), Failure> {
    match args.verb {
        ConfigVerb::Check => check(global, output),
        ConfigVerb::Show => {
            show(&global.load()?, output);
            Ok(())
        }
    }
}

fn check(global: &Global, output: &Output) -> Result<(), Failure> {
    match global.load() {
        Ok(config) => {
            let warnings = config.warnings();
            output.report(
                &json!({"valid": true, "problems": [], "warnings": warnings}),
                "the configuration is valid",
            );
            for warning in warnings {
                output.tell(&format!("warning: {warning}"));
            }
            Ok(())
        }
        Err(problems) => {
            if output.is_json() {
                let all: Vec<_> = problems.0.iter().map(problem).collect();
                output.print(&json!({"valid": false, "problems": all}).to_string());
            }
            Err(problems.into())
        }
    }
}

/// A problem as a document.
pub(crate) fn problem(problem: &Problem) -> Value {
    let (file, line) = match &problem.source {
        Source::File { path, line } => (Some(path.display().to_string()), Some(*line)),
        Source::Default | Source::Environment(_) | Source::Flag(_) => (None, None),
    };
    json!({
        "source": problem.source.to_string(),
        "file": file,
        "line": line,
        "key": problem.key,
        "message": problem.message,
    })
}

fn show(config: &Config, output: &Output) {
    let settings = config.settings();
    let document: Vec<_> = settings
        .iter()
        .map(|setting| json!({"key": setting.key, "value": setting.value, "source": setting.source.to_string()}))
        .collect();
    let rows: Vec<_> = settings
        .iter()
        .map(|setting| {
            let value = setting.value.clone().unwrap_or_else(|| "-".to_owned());
            [setting.key.to_owned(), value, setting.source.to_string()]
        })
        .collect();
    output.report(&Value::Array(document), &table(["KEY", "VALUE", "SOURCE"], &rows));
}
