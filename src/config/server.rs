//! The keys at the top, and the whole configuration.

use super::key::section;
use super::reading::Setting;
use super::{
    Admin, Database, Developers, Keys, Log, Mail, Metrics, Outbound, Passwords, RateLimits, Registration,
    Sessions, Shutdown, Tokens,
};
use ipnet::IpNet;
use std::net::SocketAddr;
use std::path::PathBuf;

section! {
    /// The server itself.
    Config in "" {
        /// The issuer: the URL under which clients and browsers reach this server, exactly as it appears in
        /// tokens. `https`, except on a loopback host; no path, query, fragment or trailing slash.
        /// It is never taken from a request.
        issuer: String = "http://localhost:7300".to_owned(), check super::issuer::check;
        /// The address that the server listens on.
        listen: SocketAddr = SocketAddr::from(([127, 0, 0, 1], 7300));
        /// The directory of the embedded database.
        data_dir: PathBuf = PathBuf::from("./data");
        /// The networks of the reverse proxies whose `X-Forwarded-For` names the client, for throttling and
        /// the event log. Nothing else is ever read from forwarding headers. Any other address holds at most half
        /// of the connections that there may be.
        trusted_proxies: Vec<IpNet> = Vec::new();
        section database: Database;
        section keys: Keys;
        section tokens: Tokens;
        section sessions: Sessions;
        section passwords: Passwords;
        section rate_limits: RateLimits;
        section registration: Registration;
        section mail: Mail;
        section metrics: Metrics;
        section admin: Admin;
        section developers: Developers;
        section log: Log;
        section outbound: Outbound;
        section shutdown: Shutdown;
        extra settings: Vec<Setting> = Vec::new();
    }
}

impl Config {
    /// The origin under which browsers reach the administration.
    #[must_use]
    pub fn admin_origin(&self) -> String {
        match (&self.admin.origin, self.admin.listen) {
            (Some(origin), _) => origin.clone(),
            (None, Some(listen)) if listen.ip().is_loopback() => {
                format!("http://localhost:{}", listen.port())
            }
            (None, _) => self.issuer.clone(),
        }
    }

    /// Every key with its value as shown and where it came from, in the order of the reference.
    #[must_use]
    pub fn settings(&self) -> &[Setting] {
        &self.settings
    }
}
