//! Why the store did not do its work. What is not there is an `Option` or an enum of the domain, never an error.

use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error};

/// A failure of the store.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Too much is waiting, or another transaction was in the way each time: nothing was done, try again shortly.
    #[error("the database is busy")]
    Busy,
    /// The database cannot be reached, failed, or did not answer in time. A write may have happened.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// A row with this key exists. Nothing was done.
    #[error("already taken: {0:?}")]
    Conflict(Unique),
    /// A row that no version of this program writes.
    #[error("column {column} of table {table} holds what cannot be")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
    },
    /// The database refused a statement for another reason: a fault of the program.
    #[error("the database refused a statement: {0}")]
    Refused(String),
}

/// What must be unique and was not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unique {
    /// A user name, compared by its key.
    Username,
    /// An e-mail address, compared by its key.
    Email,
    /// The identifier of an API.
    ApiIdentifier,
    /// A scope: it belongs to one API.
    Scope,
    /// The last person who could administer the server: there must be one.
    LastAdministrator,
    /// A random identifier or digest, which should never meet another.
    Other,
}

impl StoreError {
    /// Whether trying again is likely to help: answered 503 with `Retry-After`, otherwise 500.
    #[must_use]
    pub const fn passes(&self) -> bool {
        self.retry_after().is_some()
    }

    /// After how many seconds to try again, when that is likely to help.
    #[must_use]
    pub const fn retry_after(&self) -> Option<u32> {
        match self {
            Self::Busy => Some(1),
            Self::Unavailable(_) => Some(3),
            Self::Conflict(_) | Self::Corrupt { .. } | Self::Refused(_) => None,
        }
    }

    /// Whether SQLite may have lost the whole transaction over this error of one statement, or cannot be trusted to
    /// go on with it: `SQLITE_FULL`, `SQLITE_IOERR`, `SQLITE_NOMEM`, `SQLITE_INTERRUPT`, `SQLITE_CORRUPT`,
    /// `SQLITE_NOTADB`. Diesel keeps no code, so that each is known by its words.
    pub(super) fn spoils_the_transaction(&self) -> bool {
        matches!(self, Self::Unavailable(words) if SPOILING.contains(&words.as_str()))
    }
}

const SPOILING: [&str; 7] = [
    "database or disk is full",
    "disk I/O error",
    "out of memory",
    "interrupted",
    "database disk image is malformed",
    "file is not a database",
    BROKEN,
];

const BROKEN: &str = "the connection is broken";

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        match error {
            Error::DatabaseError(kind, information) => of_database(kind, information.as_ref()),
            Error::BrokenTransactionManager => Self::Unavailable(BROKEN.to_owned()),
            unforeseen @ (Error::InvalidCString(_)
            | Error::NotFound
            | Error::QueryBuilderError(_)
            | Error::DeserializationError(_)
            | Error::SerializationError(_)
            | Error::RollbackErrorOnCommit { .. }
            | Error::RollbackTransaction
            | Error::AlreadyInTransaction
            | Error::NotInTransaction
            | Error::IntegerConversion(_)
            | _) => Self::Refused(unforeseen.to_string()),
        }
    }
}

fn of_database(
    kind: DatabaseErrorKind,
    information: &(dyn DatabaseErrorInformation + Send + Sync),
) -> StoreError {
    let message = information.message();
    match kind {
        DatabaseErrorKind::UniqueViolation => StoreError::Conflict(unique(information)),
        DatabaseErrorKind::SerializationFailure => StoreError::Busy,
        DatabaseErrorKind::ForeignKeyViolation
        | DatabaseErrorKind::NotNullViolation
        | DatabaseErrorKind::CheckViolation
        | DatabaseErrorKind::RestrictViolation
        | DatabaseErrorKind::ExclusionViolation => StoreError::Refused(message.to_owned()),
        // Diesel keeps neither SQLSTATE nor SQLite's code: 40P01 and SQLITE_BUSY are known by their words. All else,
        // known or not, is taken for a fault of the database: no client is told that its grant is bad.
        DatabaseErrorKind::UnableToSendCommand
        | DatabaseErrorKind::ReadOnlyTransaction
        | DatabaseErrorKind::ClosedConnection
        | _ => {
            if message == "deadlock detected" || is_locked(message) {
                StoreError::Busy
            } else {
                StoreError::Unavailable(message.to_owned())
            }
        }
    }
}

fn is_locked(message: &str) -> bool {
    message == "database is locked" || message.starts_with("database table is locked")
}

/// Finds out what was violated. PostgreSQL names the constraint, and ours are called by table and columns;
/// SQLite lists table and columns.
fn unique(information: &(dyn DatabaseErrorInformation + Send + Sync)) -> Unique {
    let name = match information.constraint_name() {
        Some(name) => name.to_owned(),
        None => information
            .message()
            .replace("UNIQUE constraint failed: ", "")
            .replace('.', "_"),
    };
    match name.as_str() {
        "users_username_key" => Unique::Username,
        "users_email_key" => Unique::Email,
        "apis_identifier" => Unique::ApiIdentifier,
        "api_scopes_name" => Unique::Scope,
        _ => Unique::Other,
    }
}
