//! Which database the server uses.

use super::key::section;
use super::value::{Raw, Value};
use std::path::{Path, PathBuf};

section! {
    /// The database.
    Database in "database." {
        /// Where everything is stored: `sqlite://PATH` (one process) or `postgres://USER@HOST/NAME` (any number
        /// of processes). A password in it is never shown.
        url: DatabaseUrl = DatabaseUrl::in_data_dir(Path::new("./data")),
            shown "sqlite://<data_dir>/vouchsafe.db";
        /// Connections of one process to PostgreSQL, each with a thread of its own. More than about four for each
        /// core of the database's machine only make everybody wait longer.
        connections: usize = 8, from 1 => 64;
        /// Whether PostgreSQL is behind a pooler that gives each transaction another connection. Nothing is then kept
        /// on a connection, prepared statements neither.
        transaction_pooler: bool = false;
    }
}

/// A database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// The embedded database in this file.
    Sqlite(PathBuf),
    /// A PostgreSQL server.
    Postgres(PostgresUrl),
}

/// A `postgres://` URL, which may hold a password: shown only without it.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresUrl(String);

impl PostgresUrl {
    /// The URL as given, for the driver.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether it holds a password.
    pub(crate) fn has_password(&self) -> bool {
        self.redacted() != self.0
    }

    /// Reads what libpq and we take apart alike, so that what is shown without its passwords is without all of them.
    /// libpq lets `?` and `#` stand in a password, and looks for other signs than we do.
    fn parse(text: &str, rest: &str) -> Result<Self, String> {
        let (authority, tail) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        if tail.contains(['#', '@']) || authority.matches('@').count() > 1 {
            return Err(format!(
                "has a `/`, `?`, `#` or `@` where none can stand; {PERCENT_ENCODE}"
            ));
        }
        if !is_percent_encoded(rest) {
            return Err(format!("has a `%` that encodes nothing; {PERCENT_ENCODE}"));
        }
        let hosts = authority.rsplit('@').next().unwrap_or_default();
        if !hosts.split(',').all(has_a_number_for_port) {
            return Err(
                "has a port that is no number; a password stands between the user's name and `@`".to_owned(),
            );
        }
        let parameters = tail.split_once('?').map_or("", |(_, query)| query);
        if !parameters.is_empty() && !parameters.split('&').all(is_parameter) {
            return Err(format!(
                "has parameters that are not name=value; {PERCENT_ENCODE}"
            ));
        }
        Ok(Self(text.to_owned()))
    }

    /// The URL with each password replaced by asterisks.
    fn redacted(&self) -> String {
        let Some((scheme, rest)) = self.0.split_once("://") else {
            return "***".to_owned();
        };
        // `parse` left one `@` at most, the one in front of the hosts.
        let Some((user_info, tail)) = rest.rsplit_once('@') else {
            return format!("{scheme}://{}", redacted_query(rest));
        };
        let user_info = match user_info.split_once(':') {
            Some((user, _)) => format!("{user}:***"),
            None => user_info.to_owned(),
        };
        format!("{scheme}://{user_info}@{}", redacted_query(tail))
    }
}

const PERCENT_ENCODE: &str =
    "percent-encode what a name, a password or a value has of them, like %2F for `/` and %40 for `@`";

/// Whether each `%` begins a byte that libpq decodes.
fn is_percent_encoded(text: &str) -> bool {
    text.split('%').skip(1).all(|after| {
        after
            .get(..2)
            .is_some_and(|code| code != "00" && code.bytes().all(|byte| byte.is_ascii_hexdigit()))
    })
}

/// Whether what follows a host, in brackets where it has colons of its own, is a port or nothing.
fn has_a_number_for_port(host: &str) -> bool {
    let after = host.rsplit_once(']').map_or(host, |(_, after)| after);
    after
        .split_once(':')
        .is_none_or(|(_, port)| port.is_empty() || port.parse::<u16>().is_ok())
}

/// Whether this is `name=value` with a name as it is looked for, which tells a password.
fn is_parameter(pair: &str) -> bool {
    pair.split_once('=').is_some_and(|(name, value)| {
        let of_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        !name.is_empty() && name.bytes().all(of_name) && !value.contains('=')
    })
}

fn redacted_query(tail: &str) -> String {
    let Some((path, query)) = tail.split_once('?') else {
        return tail.to_owned();
    };
    let pairs: Vec<_> = query
        .split('&')
        .map(|pair| match pair.split_once('=') {
            Some((name, _)) if name.to_ascii_lowercase().contains("password") => format!("{name}=***"),
            _ => pair.to_owned(),
        })
        .collect();
    format!("{path}?{}", pairs.join("&"))
}

impl std::fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.redacted())
    }
}

impl DatabaseUrl {
    /// The default: one file in the data directory.
    #[must_use]
    pub fn in_data_dir(data_dir: &Path) -> Self {
        Self::Sqlite(data_dir.join("vouchsafe.db"))
    }

    /// Reads a `sqlite://` or `postgres://` URL. The error completes the sentence "`database.url` …" and never
    /// repeats the value, which may hold a password.
    ///
    /// # Errors
    /// The text is neither.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.chars().any(|c| c.is_control() || c == ' ') {
            return Err("has a space or control character".to_owned());
        }
        if let Some(path) = text.strip_prefix("sqlite://") {
            if path.is_empty() || path.contains(['?', '#']) {
                return Err(
                    "is not sqlite:// followed by a path, like sqlite:///var/lib/vouchsafe.db".to_owned(),
                );
            }
            if path == ":memory:" {
                return Err(
                    "names a database in memory, which ends with the process; name a file".to_owned(),
                );
            }
            return Ok(Self::Sqlite(PathBuf::from(path)));
        }
        let mut schemes = ["postgres://", "postgresql://"].into_iter();
        if let Some(rest) = schemes
            .find_map(|scheme| text.strip_prefix(scheme))
            .filter(|rest| !rest.is_empty())
        {
            return PostgresUrl::parse(text, rest).map(Self::Postgres);
        }
        Err("is neither sqlite://PATH nor postgres://USER@HOST/NAME".to_owned())
    }
}

impl std::fmt::Display for DatabaseUrl {
    /// The URL without passwords.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            Self::Postgres(url) => f.write_str(&url.redacted()),
        }
    }
}

impl Value for DatabaseUrl {
    const SHAPE: &'static str = "`sqlite://PATH` or `postgres://…`";
    const SECRET: bool = true;
    fn read(raw: &Raw) -> Result<Self, String> {
        Self::parse(&String::read(raw)?)
    }
    fn show(&self) -> String {
        self.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_never_leaves_by_debug_or_display() {
        for url in [
            "postgres://ann:s3cret@db/vs",
            "postgres://ann:s3c:r%40t-s3cret@db/vs",
            "postgres://ann:s3c%23ret@[::1]:5432,db:/vs",
            "postgresql://db/vs?user=ann&password=s3cret&sslmode=require",
            "postgres://ann@h1:1,h2:2/vs?sslpassword=s3cret",
        ] {
            let parsed = DatabaseUrl::parse(url).unwrap();
            for shown in [format!("{parsed:?}"), parsed.to_string()] {
                assert!(!shown.contains("s3c") && shown.contains("***"), "{shown}");
            }
        }
        for plain in [
            "postgres://ann@db:5432/vs?sslmode=require",
            "postgresql:///vs?host=/run/postgresql&user=ann",
            "postgres://%2Frun%2Fpostgresql/vs",
            "postgres://[fe80::1]:5432/vs?",
        ] {
            assert_eq!(DatabaseUrl::parse(plain).unwrap().to_string(), plain);
        }
    }

    #[test]
    fn errors_do_not_repeat_the_value() {
        for url in [
            "mysql://ann:s3cret@db/vs",
            "postgres://ann:s3 cret@db",
            "sqlite://",
            "sqlite://:memory:",
            "",
        ] {
            assert!(!DatabaseUrl::parse(url).unwrap_err().contains("s3"), "{url}");
        }
    }
}
