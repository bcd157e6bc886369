//! `demo`: server, app and API on this machine, to play with.

use super::args::Global;
use super::exit::Failure;
use super::output::Output;
use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  vouchsafe demo --port 7300 --dir ./.vouchsafe-demo")]
pub(crate) struct DemoArgs {
    /// The server's port; the app takes the next one, the API the one after
    #[arg(long, default_value_t = 7300, value_parser = clap::value_parser!(u16).range(1..=65533))]
    port: u16,
    /// Where the demo keeps its data; delete it to begin anew
    #[arg(long, value_name = "DIR", default_value = ".vouchsafe-demo")]
    dir: PathBuf,
}

pub(crate) fn run(_global: &Global, args: &DemoArgs, _output: &Output) -> Result<(), Failure> {
    Err(Failure::failed(format!(
        "the demo on port {} in {} is not part of this build yet",
        args.port,
        args.dir.display()
    )))
}
