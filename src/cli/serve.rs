//! `serve`: runs the server until it is told to stop.

use super::args::Global;
use super::exit::Failure;
use super::open::prepare;
use super::output::Output;
use super::setup_link::{FirstAdministrator, first_administrator};
use crate::app::{self, AppError};
use crate::config::{Config, Environment};
use crate::logging;
use clap::Args;
use serde_json::json;

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  vouchsafe serve --config /etc/vouchsafe/vouchsafe.toml\n  vouchsafe serve --issuer https://id.example.com --listen 127.0.0.1:7300"
)]
pub(crate) struct ServeArgs {
    /// The address to listen on
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    /// The URL under which clients reach this server
    #[arg(long, value_name = "URL")]
    issuer: Option<String>,
}

/// What makes a link when nobody saw one.
const INVITE: &str = "vouchsafe admin invite";

pub(crate) fn run(global: &Global, args: &ServeArgs, output: &Output) -> Result<(), Failure> {
    let flags = [
        ("listen", "--listen", &args.listen),
        ("issuer", "--issuer", &args.issuer),
    ];
    let flags = flags
        .into_iter()
        .filter_map(|(key, flag, value)| Some((key, flag, value.clone()?)))
        .collect();
    let given = global.given(flags);
    let config = Config::load(&given)?;
    logging::start(&config.log, Environment::of_process().no_color());
    prepare(&config)?;
    let services = app::open(config.clone())?;
    let listener = app::bind(config.listen)?;
    let first = first_administrator(&services)?;
    app::run(services, listener, || announce(&config, &first, output))?;
    Ok(())
}

/// One block for people, one line for machines.
fn announce(config: &Config, first: &FirstAdministrator, output: &Output) {
    let warnings = config.warnings();
    if logging::is_json(&config.log) {
        tracing::info!(
            version = env!("CARGO_PKG_VERSION"),
            issuer = config.issuer,
            database = %config.database.url,
            keys = %config.keys.dir.display(),
            listen = %config.listen,
            admin = config.admin.listen.map(|address| address.to_string()),
            metrics = config.metrics.listen.map(|address| address.to_string()),
            "started"
        );
        match first {
            FirstAdministrator::Exists => {}
            // For the person at the terminal, not for the log.
            FirstAdministrator::Link(link) => output.note(link),
            FirstAdministrator::Invite => {
                tracing::warn!("nobody administers this server yet; run `{INVITE}`");
            }
        }
        for warning in &warnings {
            tracing::warn!("{warning}");
        }
    } else {
        output.note(&block(config, first, &warnings));
    }
    if output.is_json() {
        output.print(&json!({"issuer": config.issuer, "listen": config.listen}).to_string());
    }
}

fn block(config: &Config, first: &FirstAdministrator, warnings: &[String]) -> String {
    let metrics = config
        .metrics
        .listen
        .map_or_else(|| "off".to_owned(), |address| format!("http://{address}/metrics"));
    let mut lines = vec![
        format!("vouchsafe {}", env!("CARGO_PKG_VERSION")),
        format!("  issuer    {}", config.issuer),
        format!("  database  {}", config.database.url),
        format!("  keys      {}", config.keys.dir.display()),
        format!("  listens   http://{}", config.listen),
        format!("  metrics   {metrics}"),
        format!("  admin     {}/admin", config.admin_origin()),
    ];
    lines.extend(first.line(INVITE).map(|line| format!("  set up    {line}")));
    lines.extend(warnings.iter().map(|warning| format!("  warning   {warning}")));
    lines.join("\n")
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        match error {
            AppError::Store(error) => error.into(),
            AppError::Keys(error) => error.into(),
            AppError::Listen { address, cause } => Self::io(&format!("cannot listen on {address}"), &cause),
            AppError::Demo(cause) => cause.into(),
            AppError::Metadata(cause) => Self::failed(cause.to_string()),
            AppError::Io(cause) => Self::io("the server stopped", &cause),
        }
    }
}
