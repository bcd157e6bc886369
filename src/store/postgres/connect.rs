//! How a connection to PostgreSQL is made: a network that swallows packets is noticed within seconds.

use super::Conn;
use crate::store::{StoreError, StoreOptions};
use diesel::Connection as _;
use diesel::connection::{CacheSize, SimpleConnection as _};
use std::time::Duration;

/// Parameters of libpq that a URL may set itself; otherwise these hold.
const DEFAULTS: &[(&str, &str)] = &[
    ("keepalives", "1"),
    ("keepalives_idle", "10"),
    ("keepalives_interval", "2"),
    ("keepalives_count", "3"),
    ("tcp_user_timeout", "4000"),
    ("application_name", "vouchsafe"),
];

/// The least and the longest that the making of a connection may take, in seconds. In between it is as long as the caller
/// waits: a request gives up after two, a command that a person typed on a busy machine does not.
const CONNECTING: (u64, u64) = (2, 10);

/// A database server and how to talk to it.
#[derive(Clone)]
pub(in crate::store) struct Target {
    url: String,
    statement_timeout: Duration,
    transaction_pooler: bool,
}

impl Target {
    pub(in crate::store) fn new(url: &str, options: &StoreOptions) -> Self {
        Self {
            url: with_defaults(url, options.deadline),
            statement_timeout: options.deadline,
            transaction_pooler: options.transaction_pooler,
        }
    }

    /// A connection for work that has a deadline.
    pub(super) fn connect(&self) -> Result<Conn, StoreError> {
        let mut conn = self.connect_patiently()?;
        if !self.transaction_pooler {
            let millis = self.statement_timeout.as_millis();
            conn.batch_execute(&format!(
                "SET statement_timeout = {millis}; SET idle_in_transaction_session_timeout = {millis}"
            ))?;
        }
        Ok(conn)
    }

    /// A connection for work without a deadline: migrations.
    pub(in crate::store) fn connect_patiently(&self) -> Result<Conn, StoreError> {
        // The driver's text may quote the URL, so the password is kept out of it.
        let mut conn = Conn::establish(&self.url)
            .map_err(|error| StoreError::Unavailable(without_secrets(&error.to_string())))?;
        if self.transaction_pooler {
            conn.set_prepared_statement_cache_size(CacheSize::Disabled);
        }
        Ok(conn)
    }

    /// Whether each transaction may meet another server connection.
    pub(super) fn keeps_nothing(&self) -> bool {
        self.transaction_pooler
    }

    /// How a transaction begins, in one round trip. A node that freezes in the middle of one does not keep its locks.
    pub(super) fn begin(&self) -> String {
        let begin = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
        if self.transaction_pooler {
            let millis = self.statement_timeout.as_millis();
            format!(
                "{begin}; SET LOCAL statement_timeout = {millis}; \
                 SET LOCAL idle_in_transaction_session_timeout = {millis}"
            )
        } else {
            begin.to_owned()
        }
    }
}

fn with_defaults(url: &str, patience: Duration) -> String {
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    let is_set = |name: &str| query.split('&').any(|pair| pair.split('=').next() == Some(name));
    let (least, longest) = CONNECTING;
    let connecting = patience.as_secs().clamp(least, longest).to_string();
    let ours = [("connect_timeout", connecting.as_str())]
        .into_iter()
        .chain(DEFAULTS.iter().copied())
        .filter(|(name, _)| !is_set(name))
        .map(|(name, value)| format!("{name}={value}"));
    let all = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(str::to_owned)
        .chain(ours);
    format!("{base}?{}", all.collect::<Vec<_>>().join("&"))
}

/// What the configuration lets pass gives the driver no reason to quote a password; this is for what it has besides.
fn without_secrets(message: &str) -> String {
    if message.contains("://") || message.contains("password=") {
        "the connection cannot be made; the URL is not valid".to_owned()
    } else {
        message.trim().replace('\n', "; ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts_are_ours_unless_the_url_sets_them() {
        let of_a_request = Duration::from_secs(2);
        let bare = with_defaults("postgres://db/vs", of_a_request);
        assert!(bare.starts_with("postgres://db/vs?connect_timeout=2&"), "{bare}");
        for (patience, seconds) in [(0, 2), (5, 5), (30, 10)] {
            let patient = with_defaults("postgres://db/vs", Duration::from_secs(patience));
            assert!(
                patient.contains(&format!("?connect_timeout={seconds}&")),
                "{patient}"
            );
        }
        let set = with_defaults("postgres://db/vs?connect_timeout=9&sslmode=require", of_a_request);
        assert!(
            set.starts_with("postgres://db/vs?connect_timeout=9&sslmode=require&keepalives=1"),
            "{set}"
        );
        assert_eq!(set.matches("connect_timeout").count(), 1);
    }

    #[test]
    fn a_password_never_leaves_in_an_error() {
        assert!(!without_secrets("invalid: postgres://ann:s3cret@db").contains("s3cret"));
        assert_eq!(
            without_secrets("connection refused\n\tis it running?\n"),
            "connection refused; \tis it running?"
        );
    }
}
