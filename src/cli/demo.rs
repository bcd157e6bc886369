//! `demo`: server, app and API on this machine, to play with.

mod seed;
mod tour;

use super::args::Global;
use super::exit::{Exit, Failure};
use super::open::prepare;
use super::output::Output;
use super::setup_link::{FirstAdministrator, first_administrator};
use crate::app;
use crate::config::{Config, DatabaseUrl, Environment};
use crate::demo::{DemoError, DemoOptions, Listeners, Program};
use crate::logging;
use clap::{Args, ValueEnum};
use seed::Seed;
use serde_json::json;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use tour::Guided;

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  vouchsafe demo --port 7300 --dir ./.vouchsafe-demo\n  vouchsafe demo tour --json"
)]
pub(crate) struct DemoArgs {
    /// Go through all of it alone: say what happened and how soon the API knew, then stop, with status 1 if a step failed
    #[arg(value_enum)]
    what: Option<What>,
    /// The server's port; the app takes the next one, the API the one after
    #[arg(long, default_value_t = 7300, value_parser = clap::value_parser!(u16).range(1..=65533))]
    port: u16,
    /// Where the demo keeps everything; delete it to begin anew
    #[arg(long, value_name = "DIR", default_value = ".vouchsafe-demo")]
    dir: PathBuf,
}

/// What the demo does instead of waiting for somebody.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum What {
    /// Goes through everything, without questions.
    Tour,
}

/// Runs the demo until it is told to stop. Reads no configuration: it is the same everywhere.
pub(crate) fn run(global: &Global, args: &DemoArgs, output: &Output) -> Result<(), Failure> {
    refuse_places(global)?;
    let config = configuration(args);
    logging::start(&config.log, Environment::of_process().no_color());
    let found = Seed::find(args.port, &args.dir)?;
    // Before anything is made: a port that is taken leaves no folder behind.
    let listener = app::bind(config.listen)?;
    let listeners = Listeners::bind(loopback(args.port + 1), loopback(args.port + 2))?;
    prepare(&config)?;
    let services = app::open(config.clone())?;
    let seed = match found {
        Some(seed) => seed,
        None => Seed::plant(&services, args.port, &args.dir)?,
    };
    let options = DemoOptions {
        issuer: config.issuer.clone(),
        client_id: seed.client_id.clone(),
        client_secret: None,
        audience: seed::audience(args.port),
        terminal: Arc::new(terminal(args, &config)?),
    };
    let addresses = [config.issuer, listeners.app_url(), listeners.api_url()];
    match args.what {
        Some(What::Tour) => {
            let guided = Guided::of(&addresses, &seed, output)?;
            app::run_demo(services, listener, options, listeners, || guided.walk())?;
            guided.end()
        }
        None => {
            let first = first_administrator(&services)?;
            app::run_demo(services, listener, options, listeners, || {
                announce(addresses, &seed, &first, output);
                std::future::pending()
            })?;
            Ok(())
        }
    }
}

/// What the demo makes fits only together with what else is in its folder, so none of it can be elsewhere.
fn refuse_places(global: &Global) -> Result<(), Failure> {
    let given = [
        ("--config", global.config.is_some()),
        ("--database", global.database.is_some()),
        ("--data-dir", global.data_dir.is_some()),
        ("--keys-dir", global.keys_dir.is_some()),
    ];
    match given.into_iter().find(|(_, given)| *given) {
        Some((flag, _)) => Err(Failure::new(
            Exit::Usage,
            format!("the demo takes no {flag}: it reads no configuration and keeps everything below --dir"),
        )),
        None => Ok(()),
    }
}

/// Writes the configuration of the demo's server into its folder, so that it can be administered from a terminal.
fn terminal(args: &DemoArgs, config: &Config) -> Result<Program, Failure> {
    let dir = std::path::absolute(&args.dir).map_err(|error| Failure::io("the demo's folder", &error))?;
    let file = dir.join("vouchsafe.toml");
    let mut text = toml_edit::DocumentMut::new();
    for (key, value) in [
        ("issuer", config.issuer.clone()),
        ("data_dir", dir.display().to_string()),
    ] {
        text.insert(key, toml_edit::value(value));
    }
    for (section, key, value) in [
        (
            "database",
            "url",
            format!("sqlite://{}", dir.join("vouchsafe.db").display()),
        ),
        ("keys", "dir", dir.join("keys").display().to_string()),
    ] {
        let mut table = toml_edit::Table::new();
        table.insert(key, toml_edit::value(value));
        text.insert(section, toml_edit::Item::Table(table));
    }
    std::fs::write(&file, text.to_string())
        .map_err(|error| Failure::io(&format!("cannot write {}", file.display()), &error))?;
    let path = std::env::current_exe().map_err(|error| Failure::io("this program", &error))?;
    Ok(Program { path, config: file })
}

fn loopback(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

fn configuration(args: &DemoArgs) -> Config {
    let mut config = Config::defaults();
    config.issuer = format!("http://localhost:{}", args.port);
    config.listen = loopback(args.port);
    config.data_dir.clone_from(&args.dir);
    config.keys.dir = args.dir.join("keys");
    config.database.url = DatabaseUrl::Sqlite(args.dir.join("vouchsafe.db"));
    "warn".clone_into(&mut config.log.filter);
    config
}

fn announce([issuer, app, api]: [String; 3], seed: &Seed, first: &FirstAdministrator, output: &Output) {
    let Some(person) = seed.people.first() else { return };
    if output.is_json() {
        let line = json!({
            "issuer": issuer,
            "app": app,
            "api": api,
            "username": person.username,
            "password": person.password,
        });
        output.print(&line.to_string());
        return;
    }
    let mut lines = vec![
        format!(
            "vouchsafe {} demo: this machine only, data in {}",
            env!("CARGO_PKG_VERSION"),
            seed.dir
        ),
        format!("  server    {issuer}"),
        format!("  demo app  {app}   open it and press \"Sign in\""),
        format!("  demo API  {api}   checks tokens with nothing but the key set"),
    ];
    let invite = format!("vouchsafe admin invite --config {}/vouchsafe.toml", seed.dir);
    lines.push(match first.line(&invite) {
        Some(line) => format!("  admin     {line}"),
        None => format!("  admin     {issuer}/admin"),
    });
    for person in &seed.people {
        lines.push(format!(
            "  person    {}   pass phrase  {}",
            person.username, person.password
        ));
    }
    lines.push(format!(
        "  administer it with   vouchsafe user list --config {}/vouchsafe.toml",
        seed.dir
    ));
    lines.push("  Ctrl-C stops all; delete the folder to begin anew".to_owned());
    output.note(&lines.join("\n"));
}

impl From<DemoError> for Failure {
    fn from(error: DemoError) -> Self {
        Self::failed(error.to_string())
    }
}
