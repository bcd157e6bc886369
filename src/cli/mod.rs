//! The command line: verbs that work on the database directly, and the one that serves.
//!
//! Standard output holds one JSON document and nothing else; text for people goes to standard error. A verb
//! ends with one of the codes of [`Exit`].

mod admin;
mod alg;
mod api;
mod apply;
mod args;
mod audit;
mod client;
mod completions;
mod config;
mod confirm;
mod consent;
mod demo;
mod exit;
mod grant;
mod instant;
mod issuer;
mod keys;
mod listing;
mod migrate;
mod open;
mod output;
mod panic;
mod password;
pub mod reference;
mod remote;
mod serve;
mod session;
mod setup_link;
mod user;

pub use exit::Exit;

use args::{Cli, Verb};
use clap::Parser as _;
use exit::Failure;
use output::Output;
use remote::sign_in;
use std::io::ErrorKind;
use std::process::ExitCode;

/// Runs the program with the arguments of the process.
#[must_use]
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version go to standard output with status 0; wrong usage to standard error with 2.
            let printed = error.print();
            return if error.use_stderr() {
                Exit::Usage.into()
            } else if printed.is_err_and(|error| error.kind() != ErrorKind::BrokenPipe) {
                Exit::Failed.into()
            } else {
                Exit::Done.into()
            };
        }
    };
    let output = Output::new(cli.global.json);
    match dispatch(cli, &output).and_then(|()| output.finish()) {
        Ok(()) => Exit::Done.into(),
        Err(failure) => {
            output.note(&format!("error: {}", failure.message.trim_end()));
            failure.exit.into()
        }
    }
}

fn dispatch(cli: Cli, output: &Output) -> Result<(), Failure> {
    let global = cli.global;
    if cli.verb.is_of_this_machine()
        && let Some(flag) = global.remote.given().first()
    {
        return Err(Failure::new(
            Exit::Usage,
            format!("{flag}: this verb works through no server"),
        ));
    }
    match cli.verb {
        Verb::Serve(args) => serve::run(&global, &args, output),
        Verb::Demo(args) => demo::run(&global, &args, output),
        Verb::Config(args) => config::run(&global, &args, output),
        Verb::Migrate(args) => migrate::run(&global, &args, output),
        Verb::Admin(args) => admin::run(&global, args, output),
        Verb::User(args) => user::run(&global, args, output),
        Verb::Consent(args) => consent::run(&global, args, output),
        Verb::Session(args) => session::run(&global, args, output),
        Verb::Grant(args) => grant::run(&global, args, output),
        Verb::Panic(args) => panic::run(&global, args, output),
        Verb::Client(args) => client::run(&global, args, output),
        Verb::Api(args) => api::run(&global, args, output),
        Verb::Login(sign_in::LoginArgs {}) => sign_in::login(&global, output),
        Verb::Logout(sign_in::LogoutArgs {}) => sign_in::logout(&global, output),
        Verb::Completions(args) => {
            completions::run(&args, output);
            Ok(())
        }
        Verb::Apply(args) => apply::run(&global, &args, output),
        Verb::Audit(args) => audit::run(&global, args, output),
        Verb::Keys(args) => keys::run(&global, &args, output),
        Verb::Issuer(args) => issuer::run(&global, &args, output),
    }
}
