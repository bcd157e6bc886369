//! The process environment, read in one place.

use super::problem::{Problem, nearest};
use super::reading::{Entry, Source};
use super::value::Raw;
use std::ffi::OsString;
use std::path::PathBuf;

/// Variables that begin with this set keys.
const PREFIX: &str = "VOUCHSAFE__";

/// Variables of everybody that concern this program too.
const OTHERS: [&str; 3] = ["NO_COLOR", "XDG_CONFIG_HOME", "HOME"];

/// The variables that concern this program.
#[derive(Clone, Default)]
pub struct Environment(Vec<(String, OsString)>);

impl Environment {
    /// The environment of this process.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the environment"
    )]
    pub fn of_process() -> Self {
        Self::of(
            std::env::vars_os().filter_map(|(name, value)| name.into_string().ok().map(|name| (name, value))),
        )
    }

    /// An environment made of these variables; those that do not concern this program are left out.
    #[must_use]
    pub fn of<V: Into<OsString>>(variables: impl IntoIterator<Item = (String, V)>) -> Self {
        let mut kept: Vec<_> = variables
            .into_iter()
            .map(|(name, value)| (name, value.into()))
            .filter(|(name, _)| name.starts_with("VOUCHSAFE") || OTHERS.contains(&name.as_str()))
            .collect();
        kept.sort();
        Self(kept)
    }

    /// The configuration file named by `VOUCHSAFE_CONFIG`.
    #[must_use]
    pub fn config_file(&self) -> Option<PathBuf> {
        self.value("VOUCHSAFE_CONFIG").map(PathBuf::from)
    }

    /// Whether colours are unwanted: `NO_COLOR` is there and not empty.
    #[must_use]
    pub fn no_color(&self) -> bool {
        self.value("NO_COLOR").is_some()
    }

    /// The server that `VOUCHSAFE_SERVER` names, for commands that work through one.
    #[must_use]
    pub fn server(&self) -> Option<String> {
        self.value("VOUCHSAFE_SERVER")
            .map(|server| server.to_string_lossy().into_owned())
    }

    /// Where the administration of that server answers, when it is not at the issuer: `VOUCHSAFE_ADMIN_ORIGIN`.
    #[must_use]
    pub fn admin_origin(&self) -> Option<String> {
        self.value("VOUCHSAFE_ADMIN_ORIGIN")
            .map(|origin| origin.to_string_lossy().into_owned())
    }

    /// The file with an access token for that server, named by `VOUCHSAFE_TOKEN_FILE`.
    #[must_use]
    pub fn token_file(&self) -> Option<PathBuf> {
        self.value("VOUCHSAFE_TOKEN_FILE").map(PathBuf::from)
    }

    /// Where a person's programs keep their settings (XDG Base Directory).
    #[must_use]
    pub fn config_home(&self) -> Option<PathBuf> {
        let named = self.value("XDG_CONFIG_HOME").map(PathBuf::from);
        let home = || self.value("HOME").map(|home| PathBuf::from(home).join(".config"));
        named.filter(|path| path.is_absolute()).or_else(home)
    }

    fn value(&self, name: &str) -> Option<&OsString> {
        self.0
            .iter()
            .find(|(known, value)| known == name && !value.is_empty())
            .map(|(_, value)| value)
    }

    /// What the variables set; unknown ones are problems. `variables` pairs each known variable with its key.
    pub(crate) fn entries(&self, variables: &[(String, String)]) -> (Vec<Entry>, Vec<Problem>) {
        let mut entries = Vec::new();
        let mut problems = Vec::new();
        for (name, value) in self.0.iter().filter(|(name, _)| name.starts_with(PREFIX)) {
            let source = Source::Environment(name.clone());
            let Some((_, key)) = variables.iter().find(|(known, _)| known == name) else {
                let meant = meant(name, variables).map(|meant| format!("; did you mean {meant}?"));
                let message = format!("sets no key{}", meant.unwrap_or_default());
                problems.push(Problem::new(source, "", message));
                continue;
            };
            match value.to_str() {
                Some(text) => entries.push(Entry {
                    key: key.clone(),
                    source,
                    raw: Raw::Word(text.to_owned()),
                }),
                None => problems.push(Problem::new(source, key, "is not UTF-8")),
            }
        }
        (entries, problems)
    }
}

/// The variable that was probably meant. They are compared as the keys that they set: what all variables have in common
/// would make any two of them alike.
fn meant<'v>(name: &str, variables: &'v [(String, String)]) -> Option<&'v str> {
    let key = name.strip_prefix(PREFIX)?.to_ascii_lowercase().replace("__", ".");
    let near = nearest(&key, variables.iter().map(|(_, key)| key.as_str()))?;
    let (variable, _) = variables.iter().find(|(_, key)| key == near)?;
    Some(variable)
}
