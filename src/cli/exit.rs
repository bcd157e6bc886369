//! How a verb ends: the exit status, and the failures that lead to each.

use crate::config::Problems;
use std::process::ExitCode;

/// The exit status. The numbers above 63 are those of sysexits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// Failed.
    Failed = 1,
    /// Wrong usage.
    Usage = 2,
    /// The database cannot be reached.
    Unreachable = 69,
    /// Try again.
    TryAgain = 75,
    /// Not permitted.
    NotPermitted = 77,
    /// Configuration error.
    Configuration = 78,
}

/// A sentence of the API, whose members are flags here: `force` is --force.
pub(crate) fn with_flags(sentence: &str) -> String {
    ["force", "now"].iter().fold(sentence.to_owned(), |text, name| {
        text.replace(&format!("`{name}`"), &format!("--{name}"))
    })
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a verb did not do its work: a sentence without secrets, and the status to end with.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    pub(crate) message: String,
}

impl Failure {
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            exit,
            message: message.into(),
        }
    }

    /// What was asked for cannot be done.
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self::new(Exit::Failed, message)
    }

    /// The operating system said no.
    pub(crate) fn io(what: &str, error: &std::io::Error) -> Self {
        let denied = error.kind() == std::io::ErrorKind::PermissionDenied;
        let exit = if denied { Exit::NotPermitted } else { Exit::Failed };
        Self::new(exit, format!("{what}: {error}"))
    }
}

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Self {
        Self::new(Exit::Configuration, problems.to_string())
    }
}
