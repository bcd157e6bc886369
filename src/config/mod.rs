//! Configuration: read once from flags, environment and file, checked into final types, immutable afterwards.
//!
//! Each key is declared once, in the file of its section; reading, variable names, `config show`, suggestions
//! and `docs/configuration.md` derive from that declaration. This is the only place that reads the process
//! environment.

mod admin;
mod database;
mod developers;
mod duration;
mod environment;
mod file;
mod issuer;
mod key;
mod keys;
mod limit;
mod load;
mod log;
mod mail;
mod metrics;
mod outbound;
mod passwords;
mod problem;
mod rate_limits;
mod reading;
pub mod reference;
mod registration;
mod rules;
pub mod secret_file;
mod server;
mod sessions;
mod shutdown;
mod tokens;
mod value;

pub use admin::Admin;
pub use database::{Database, DatabaseUrl, PostgresUrl};
pub use developers::{Developers, ERRORS_PAGE};
pub use duration::{parse_duration, show_duration};
pub use environment::Environment;
pub use keys::{Keys, Rotation};
pub use limit::Limit;
pub use load::Given;
pub use log::{Log, LogFormat};
pub use mail::{Mail, MailTransport};
pub use metrics::Metrics;
pub use outbound::{Destination, Outbound};
pub use passwords::Passwords;
pub(crate) use problem::nearest;
pub use problem::{Problem, Problems};
pub use rate_limits::{ApiLimit, Feed, Interactions, RateLimits, RegistrationLimit, Revoke, SignIn};
pub use reading::{Setting, Source};
pub use registration::{DynamicRegistration, Registration, ScopeName};
pub use server::Config;
pub use sessions::Sessions;
pub use shutdown::Shutdown;
pub use tokens::{Refresh, Tokens};
pub(crate) use value::not_one_of;
