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

    /// The URL with each password replaced by asterisks.
    fn redacted(&self) -> String {
        let Some((scheme, rest)) = self.0.split_once("://") else {
            return "***".to_owned();
        };
        let (authority, tail) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        let authority = match authority.rsplit_once('@') {
            Some((user_info, hosts)) => match user_info.split_once(':') {
                Some((user, _)) => format!("{user}:***@{hosts}"),
                None => authority.to_owned(),
            },
            None => authority.to_owned(),
        };
        format!("{scheme}://{authority}{}", redacted_query(tail))
    }
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
        if ["postgres://", "postgresql://"]
            .iter()
            .any(|scheme| text.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty()))
        {
            return Ok(Self::Postgres(PostgresUrl(text.to_owned())));
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
            "postgres://ann:s3c:r@t-s3cret@db/vs",
            "postgresql://db/vs?user=ann&password=s3cret&sslmode=require",
            "postgres://ann@h1:1,h2:2/vs?sslpassword=s3cret",
        ] {
            let parsed = DatabaseUrl::parse(url).unwrap();
            for shown in [format!("{parsed:?}"), parsed.to_string()] {
                assert!(!shown.contains("s3c") && shown.contains("***"), "{shown}");
            }
        }
        let plain = "postgres://ann@db:5432/vs?sslmode=require";
        assert_eq!(DatabaseUrl::parse(plain).unwrap().to_string(), plain);
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
