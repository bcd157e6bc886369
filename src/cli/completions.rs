//! `completions`: the script by which a shell completes verbs and options.

use super::args::Cli;
use super::output::Output;
use clap::{Args, CommandFactory as _, ValueEnum};
use clap_complete::{Shell as Script, generate};
use serde_json::json;

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  vouchsafe completions bash > /etc/bash_completion.d/vouchsafe\n  vouchsafe completions zsh > ~/.zfunc/_vouchsafe"
)]
pub(crate) struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Shell {
    Bash,
    Zsh,
    Fish,
    Powershell,
}

/// Writes the script; it is standard output's whole content, or a member of a document with `--json`.
pub(crate) fn run(args: &CompletionsArgs, output: &Output) {
    let shell = match args.shell {
        Shell::Bash => Script::Bash,
        Shell::Zsh => Script::Zsh,
        Shell::Fish => Script::Fish,
        Shell::Powershell => Script::PowerShell,
    };
    let mut script = Vec::new();
    generate(shell, &mut Cli::command(), "vouchsafe", &mut script);
    let script = String::from_utf8_lossy(&script);
    if output.is_json() {
        output.answer(&json!({"shell": shell.to_string(), "script": script}));
    } else {
        output.write(&script);
    }
}
