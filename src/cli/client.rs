//! `client …`: registered clients.

mod change;
mod delete;
mod initial_token;
mod known;
mod list;
mod remote;
mod settings;
mod show;

use super::alg::ensure_keys;
use super::args::Global;
use super::exit::Failure;
use super::open::Workplace;
use super::output::Output;
use super::remote::{Remote, word};
use crate::app;
use crate::clients::catalog;
use crate::clients::registration::{self, Made, Pepper, Wish};
use crate::config::Config;
use crate::db;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Map, Value, json};
use settings::Settings;
use std::sync::Arc;
use vouchsafe_core::model::{Client, ClientId, ClientKind, ClientSecret, Plain};
use zeroize::Zeroizing;

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  vouchsafe client create --name Shop --type web --redirect-uri https://shop.example.com/callback"
)]
pub(crate) struct ClientArgs {
    #[command(subcommand)]
    verb: ClientVerb,
}

#[derive(Debug, Subcommand)]
enum ClientVerb {
    /// Register a client; its secret is shown this once
    #[command(
        after_help = "Example:\n  vouchsafe client create --name Shop --type web --redirect-uri https://shop.example.com/callback --scope openid --scope offline_access\n  vouchsafe client create --app grafana --url https://grafana.example.com"
    )]
    Create(CreateArgs),
    /// List clients: all, or those that are searched for
    #[command(after_help = "Example:\n  vouchsafe client list --search shop --type web --json")]
    List(list::ListArgs),
    /// Show a client, without its secrets
    #[command(after_help = "Example:\n  vouchsafe client show 4qVv0Yt7m1cXw2aZr8Kd9g")]
    Show(Named),
    /// Change what is given and keep the rest; a list is replaced as a whole
    #[command(
        after_help = "Example:\n  vouchsafe client update 4qVv0Yt7m1cXw2aZr8Kd9g --redirect-uri https://shop.example.com/callback --first-party=false"
    )]
    Update(change::UpdateArgs),
    /// Disable a client, and end everything that it was given
    #[command(after_help = "Example:\n  vouchsafe client disable 4qVv0Yt7m1cXw2aZr8Kd9g")]
    Disable(Named),
    /// Enable a client; what was ended stays ended
    #[command(after_help = "Example:\n  vouchsafe client enable 4qVv0Yt7m1cXw2aZr8Kd9g")]
    Enable(Named),
    /// Delete a client with everything that it was given; one that describes itself by a document comes back with its next
    /// authorization request, unless it is disabled instead
    #[command(
        after_help = "Example:\n  vouchsafe client delete 4qVv0Yt7m1cXw2aZr8Kd9g\n  vouchsafe client delete --self-registered --unused --dry-run"
    )]
    Delete(delete::DeleteArgs),
    /// Give a client another secret, shown this once; the old one counts for a while
    #[command(after_help = "Example:\n  vouchsafe client rotate-secret 4qVv0Yt7m1cXw2aZr8Kd9g --until 24h")]
    RotateSecret(change::RotateArgs),
    /// Write a new secret for `secret_file` in a document of `apply`; no client has it yet
    #[command(after_help = "Example:\n  (umask 077; vouchsafe client new-secret > shop.secret)")]
    NewSecret,
    /// Make an initial access token, with which others register clients over the network; shown this once
    #[command(
        after_help = "Example:\n  vouchsafe client initial-token --name 'Partner portal' --uses 5 --expires-in 7d"
    )]
    InitialToken(initial_token::InitialTokenArgs),
    /// List the initial access tokens that have not expired, those that are used up too
    #[command(after_help = "Example:\n  vouchsafe client initial-tokens --json")]
    InitialTokens,
    /// Revoke an initial access token; clients that were registered with it stay
    #[command(after_help = "Example:\n  vouchsafe client revoke-initial-token tHk3vYt7m1cXw2aZr8Kd9gA")]
    RevokeInitialToken(initial_token::NamedToken),
}

#[derive(Debug, Args)]
struct Named {
    /// The client
    #[arg(allow_hyphen_values = true)]
    client_id: String,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    Web,
    Spa,
    Native,
    Service,
}

impl Kind {
    const fn meant(self) -> ClientKind {
        match self {
            Self::Web => ClientKind::Web,
            Self::Spa => ClientKind::Spa,
            Self::Native => ClientKind::Native,
            Self::Service => ClientKind::Service,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Spa => "spa",
            Self::Native => "native",
            Self::Service => "service",
        }
    }
}

#[derive(Debug, Args)]
struct CreateArgs {
    /// The name people see
    #[arg(long, required_unless_present = "app")]
    name: Option<String>,
    /// What kind of application it is
    #[arg(
        long = "type",
        value_name = "TYPE",
        required_unless_present = "app",
        conflicts_with = "app"
    )]
    kind: Option<Kind>,
    #[command(flatten)]
    app: known::KnownApp,
    #[command(flatten)]
    settings: Settings,
}

pub(crate) fn run(global: &Global, args: ClientArgs, output: &Output) -> Result<(), Failure> {
    if matches!(args.verb, ClientVerb::NewSecret) {
        return new_secret(output);
    }
    if let Some(server) = Remote::wanted(global)? {
        return remote::run(&server, args.verb, output);
    }
    let begins = matches!(args.verb, ClientVerb::Create(_) | ClientVerb::InitialToken(_));
    let place = Workplace::open_or_begin(global, begins)?;
    match args.verb {
        ClientVerb::NewSecret => Ok(()),
        ClientVerb::Create(args) => create(&place, args, output),
        ClientVerb::List(args) => show::all(&place, args, output),
        ClientVerb::Show(named) => show::one(&place, &named.client_id, output),
        ClientVerb::Update(args) => change::update(&place, args, output),
        ClientVerb::Disable(named) => change::disable(&place, &named.client_id, output),
        ClientVerb::Enable(named) => change::enable(&place, &named.client_id, output),
        ClientVerb::Delete(args) => delete::run(&place, &args, output),
        ClientVerb::RotateSecret(args) => change::rotate_secret(&place, &args, output),
        ClientVerb::InitialToken(args) => initial_token::create(&place, &args, output),
        ClientVerb::InitialTokens => initial_token::all(&place, output),
        ClientVerb::RevokeInitialToken(named) => initial_token::revoke(&place, &named, output),
    }
}

/// The secret alone, as a file is to hold it, or in a document with `--json`. No database is opened for it.
fn new_secret(output: &Output) -> Result<(), Failure> {
    let secret: Plain<ClientSecret> = Plain::from_entropy(app::ports(&Config::defaults()).entropy.bytes());
    if output.is_json() {
        output.answer(&json!({"client_secret": secret.expose()}));
    } else {
        output.print(secret.expose());
    }
    output.delivered("no client has it; make another")
}

/// What is asked for: a well-known application, or a name and a type, and then what the flags say.
fn wished(
    app: &known::KnownApp,
    (name, kind): (Option<String>, Option<Kind>),
    settings: &Settings,
) -> Result<Wish, Failure> {
    let mut wish = app.wish()?.unwrap_or_else(|| {
        let kind = kind.unwrap_or(Kind::Web);
        Wish::new(String::new(), kind.meant())
    });
    if let Some(name) = name {
        wish.name = name;
    }
    settings.apply(&mut wish, settings.keys()?.as_ref());
    Ok(wish)
}

/// Says how it ended, and prints the settings of a well-known application.
fn answer(
    mut document: Map<String, Value>,
    settings: &[catalog::Settings],
    output: &Output,
) -> Result<(), Failure> {
    let has_secret = document.contains_key("client_secret");
    output.tell(if has_secret {
        "the client is registered; its secret is shown this once:"
    } else {
        "the client is registered:"
    });
    if !settings.is_empty() {
        document.insert("settings".to_owned(), known::listed(settings));
    }
    let document = Value::Object(document);
    output.answer(&document);
    if has_secret {
        output.delivered(&another_secret(&word(&document, "client_id")))?;
    }
    for block in settings {
        output.tell(&format!("\n{}:\n{}", block.title, block.text));
    }
    Ok(())
}

/// What to do when nobody has seen the secret of a client.
fn another_secret(client_id: &str) -> String {
    format!("make the client another secret with `vouchsafe client rotate-secret {client_id}`")
}

fn create(place: &Workplace, args: CreateArgs, output: &Output) -> Result<(), Failure> {
    let wish = wished(&args.app, (args.name, args.kind), &args.settings)?;
    let apis = place.store.read_blocking("apis", |tx| db!(tx, apis::all()))?;
    let metadata = registration::check(wish, &apis).map_err(|rule| Failure::failed(rule.to_string()))?;
    ensure_keys(place, metadata.id_token_signed_response_alg)?;
    let secrets = place.secrets()?;
    let (version, pepper) = secrets.newest_pepper();
    let pepper = Zeroizing::new(*pepper);
    let made = place.act("create-client", move |tx, act| {
        let made = Made::new(metadata.clone(), act);
        registration::create(
            tx,
            act,
            &made,
            Pepper {
                version,
                key: &pepper,
            },
        )?;
        Ok(Arc::new(made))
    })?;
    let settings = args.app.settings(&place.config.issuer, &made);
    answer(made.document(), &settings, output)
}

/// The client with this id.
fn find(place: &Workplace, client_id: &str) -> Result<Client, Failure> {
    let id = ClientId::new(client_id);
    let found = place
        .store
        .read_blocking("client", move |tx| db!(tx, clients::by_id(&id)))?;
    found.ok_or_else(|| unknown(client_id))
}

fn unknown(client_id: &str) -> Failure {
    Failure::failed(format!("there is no client {client_id:?}"))
}
