//! Taking values out of what was found, remembering where each came from.

use super::problem::Problem;
use super::value::{Raw, Value};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Where a value, or a problem, comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Nothing set it.
    Default,
    /// A configuration file; line 0 is the file as a whole.
    File {
        /// The file as it was named.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// An environment variable.
    Environment(String),
    /// A flag of the command line.
    Flag(&'static str),
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { path, line: 0 } => write!(f, "{}", path.display()),
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
            Self::Environment(name) => write!(f, "environment variable {name}"),
            Self::Flag(name) => write!(f, "flag {name}"),
        }
    }
}

/// A value as found: under which key, where, what.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) source: Source,
    pub(crate) raw: Raw,
}

/// A key with its value in effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The full name of the key.
    pub key: &'static str,
    /// The value without secrets; none when there is no value.
    pub value: Option<String>,
    /// Where it came from.
    pub source: Source,
}

/// A check beyond the type. Its error completes the sentence "`key` …".
pub(crate) type Check<'a, T> = &'a dyn Fn(&T) -> Result<(), String>;

/// What was found, by key, and what came of it.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    found: BTreeMap<String, Entry>,
    pub(crate) settings: Vec<Setting>,
    pub(crate) problems: Vec<Problem>,
}

impl Reading {
    /// Takes over an entry; a later one of the same key wins.
    pub(crate) fn put(&mut self, entry: Entry) {
        self.found.insert(entry.key.clone(), entry);
    }

    /// The value of a key: what was found and is right, else the default.
    pub(crate) fn take<T: Value>(&mut self, key: &'static str, default: T, checks: &[Check<'_, T>]) -> T {
        let (value, source) = match self.found.remove(key) {
            None => (default, Source::Default),
            Some(entry) => {
                let read = T::read(&entry.raw)
                    .and_then(|value| checks.iter().try_for_each(|check| check(&value)).map(|()| value));
                match read {
                    Ok(value) => (value, entry.source),
                    Err(message) => {
                        self.problems.push(Problem::new(entry.source, key, message));
                        (default, Source::Default)
                    }
                }
            }
        };
        let shown = value.show();
        self.settings.push(Setting {
            key,
            value: (!shown.is_empty()).then_some(shown),
            source,
        });
        value
    }

    /// Where the value of a key came from, once it was taken.
    pub(crate) fn source(&self, key: &str) -> Source {
        self.settings
            .iter()
            .find(|setting| setting.key == key)
            .map_or(Source::Default, |setting| setting.source.clone())
    }
}
