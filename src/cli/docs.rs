//! `docs`: prints the pages of the documentation that are written from the code.

use super::output::Output;
use super::reference;
use crate::config;
use clap::{Args, ValueEnum};

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  vouchsafe docs configuration > docs/configuration.md")]
pub(crate) struct DocsArgs {
    /// Which page
    page: Page,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Page {
    /// docs/configuration.md
    Configuration,
    /// docs/commands.md
    Commands,
}

pub(crate) fn run(args: &DocsArgs, output: &Output) {
    output.print(
        match args.page {
            Page::Configuration => config::reference::markdown(),
            Page::Commands => reference::markdown(),
        }
        .trim_end(),
    );
}
