//! The grammar of the command line. Each verb's help ends with an example.

use super::remote::sign_in;
use super::{
    admin, api, apply, audit, client, completions, config, consent, demo, grant, issuer, keys, migrate,
    panic, serve, session, user,
};
use crate::config::{Config, Environment, Given, Problems};
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// OAuth 2.0 and OpenID Connect authorization server.
#[derive(Debug, Parser)]
#[command(
    name = "vouchsafe",
    version,
    arg_required_else_help = true,
    disable_help_subcommand = true,
    after_help = "Example:\n  vouchsafe demo\n\nExit status: 0 done, 1 failed, 2 wrong usage, 69 database or server cannot \
                  be reached, 75 try again, 77 not permitted, 78 configuration error."
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// Options of every verb.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Options of every verb")]
pub(crate) struct Global {
    /// The configuration file
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// The database: `sqlite://PATH` or `postgres://…`
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) database: Option<String>,
    /// The directory of the embedded database
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) data_dir: Option<String>,
    /// The directory of the key-encryption key
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) keys_dir: Option<String>,
    /// Answer with one JSON document on standard output
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) remote: RemoteOptions,
}

/// Options of the verbs that can work through a server.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Options of every verb")]
pub(crate) struct RemoteOptions {
    /// Work through the administration API of this server instead of on the database (also: `VOUCHSAFE_SERVER`)
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) server: Option<String>,
    /// Where the administration of that server answers, when it has an address of its own (also: `VOUCHSAFE_ADMIN_ORIGIN`);
    /// `login` remembers it
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) admin_origin: Option<String>,
    /// At the server, be this client instead of whoever is signed in
    #[arg(
        long = "client-id",
        id = "remote-client-id",
        global = true,
        value_name = "CLIENT_ID"
    )]
    pub(crate) remote_client_id: Option<String>,
    /// The file with the secret of that client
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) client_secret_file: Option<PathBuf>,
}

impl RemoteOptions {
    /// The flags that were given.
    pub(crate) fn given(&self) -> Vec<&'static str> {
        let flags = [
            ("--server", self.server.is_some()),
            ("--admin-origin", self.admin_origin.is_some()),
            ("--client-id", self.remote_client_id.is_some()),
            ("--client-secret-file", self.client_secret_file.is_some()),
        ];
        let given = flags.into_iter().filter(|(_, is_given)| *is_given);
        given.map(|(flag, _)| flag).collect()
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Run the server
    Serve(serve::ServeArgs),
    /// Run a server, an app and an API on this machine to play with
    Demo(demo::DemoArgs),
    /// Check or show the configuration
    Config(config::ConfigArgs),
    /// Bring the database to this program's schema, or list the steps
    Migrate(migrate::MigrateArgs),
    /// Make administrators, and restore their access
    Admin(admin::AdminArgs),
    /// Create people, show them, ban them, sign them out
    User(user::UserArgs),
    /// Take back what people allowed
    Consent(consent::ConsentArgs),
    /// List and end sign-in sessions
    Session(session::SessionArgs),
    /// List and end grants
    Grant(grant::GrantArgs),
    /// Revoke at once everything that was given, or that one client was given
    Panic(panic::PanicArgs),
    /// Register clients, change them, disable and delete them
    Client(client::ClientArgs),
    /// Register APIs (resource servers) and the scopes they own
    Api(api::ApiArgs),
    /// Bring APIs, clients and people to what documents say
    Apply(apply::ApplyArgs),
    /// List, rotate, revoke and import signing keys; replace the key that seals them
    Keys(keys::KeysArgs),
    /// Begin a new timeline of the revocation feed, after a restore
    Issuer(issuer::IssuerArgs),
    /// Show and export the audit log, and check that it is whole
    Audit(audit::AuditArgs),
    /// Sign in at a server, for verbs that work through it
    Login(sign_in::LoginArgs),
    /// Sign out at a server
    Logout(sign_in::LogoutArgs),
    /// Write the script by which a shell completes verbs and options
    Completions(completions::CompletionsArgs),
}

impl Verb {
    /// Whether the verb has nothing to do with any server, whatever the environment names.
    pub(crate) const fn is_of_this_machine(&self) -> bool {
        match self {
            Self::Serve(_) | Self::Demo(_) | Self::Config(_) | Self::Completions(_) => true,
            Self::Migrate(_)
            | Self::Admin(_)
            | Self::User(_)
            | Self::Consent(_)
            | Self::Session(_)
            | Self::Grant(_)
            | Self::Panic(_)
            | Self::Client(_)
            | Self::Api(_)
            | Self::Apply(_)
            | Self::Keys(_)
            | Self::Issuer(_)
            | Self::Audit(_)
            | Self::Login(_)
            | Self::Logout(_) => false,
        }
    }
}

impl Global {
    /// Everything that sets configuration keys, with the flags of the verb itself.
    pub(crate) fn given(&self, own: Vec<(&'static str, &'static str, String)>) -> Given {
        let shared = [
            ("database.url", "--database", &self.database),
            ("data_dir", "--data-dir", &self.data_dir),
            ("keys.dir", "--keys-dir", &self.keys_dir),
        ];
        let mut flags: Vec<_> = shared
            .into_iter()
            .filter_map(|(key, flag, value)| Some((key, flag, value.clone()?)))
            .collect();
        flags.extend(own);
        Given {
            config_file: self.config.clone(),
            flags,
            environment: Environment::of_process(),
        }
    }

    /// The configuration of a verb that has no flags for keys of its own.
    pub(crate) fn load(&self) -> Result<Config, Problems> {
        Config::load(&self.given(Vec::new()))
    }
}
