//! Precedence: flag, then environment, then file, then default.

use super::environment::Environment;
use super::key::{Key, Section as _, table};
use super::problem::{Problem, Problems, nearest};
use super::reading::{Entry, Reading, Source};
use super::value::{Raw, Value as _};
use super::{Config, DatabaseUrl, file, rules, secret_file};
use std::path::{Path, PathBuf};

/// Where the configuration may come from.
#[derive(Clone, Default)]
pub struct Given {
    /// The file named by `--config`.
    pub config_file: Option<PathBuf>,
    /// Flags that set keys: key, flag, value.
    pub flags: Vec<(&'static str, &'static str, String)>,
    /// The environment.
    pub environment: Environment,
}

impl Config {
    /// The built-in values alone.
    #[must_use]
    pub fn defaults() -> Self {
        Self::conclude(&mut Reading::default())
    }

    /// Reads the configuration from everywhere.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn load(given: &Given) -> Result<Self, Problems> {
        let keys: Vec<Key> = table().into_iter().flat_map(|section| section.keys).collect();
        let mut reading = Reading::default();
        let (entries, problems) = read_file(given);
        reading.problems.extend(problems);
        let entries = known(&keys, entries, &mut reading.problems);
        take_over(&keys, entries, &mut reading);

        let (entries, problems) = given.environment.entries(&variables(&keys));
        reading.problems.extend(problems);
        take_over(&keys, entries, &mut reading);

        for (key, flag, value) in &given.flags {
            let source = Source::Flag(flag);
            reading.put(Entry {
                key: (*key).to_owned(),
                source,
                raw: Raw::Word(value.clone()),
            });
        }
        let config = Self::conclude(&mut reading);
        rules::check(&config, &mut reading);
        if reading.problems.is_empty() {
            Ok(config)
        } else {
            Err(Problems(in_order(reading.problems)))
        }
    }

    /// Takes all values and fills in the defaults that depend on others.
    fn conclude(reading: &mut Reading) -> Self {
        let mut config = Self::read(reading);
        let mut settings = std::mem::take(&mut reading.settings);
        if let Some(setting) = settings.iter_mut().find(|setting| setting.key == "database.url")
            && setting.source == Source::Default
        {
            config.database.url = DatabaseUrl::in_data_dir(&config.data_dir);
            setting.value = Some(config.database.url.show());
        }
        reading.settings.clone_from(&settings);
        config.settings = settings;
        config
    }
}

/// Files by their lines, then variables, then flags.
fn in_order(mut problems: Vec<Problem>) -> Vec<Problem> {
    problems.sort_by_key(|problem| match &problem.source {
        Source::File { line, .. } => (0, *line),
        Source::Environment(_) => (1, 0),
        Source::Flag(_) => (2, 0),
        Source::Default => (3, 0),
    });
    problems
}

fn read_file(given: &Given) -> (Vec<Entry>, Vec<Problem>) {
    let named = given
        .config_file
        .clone()
        .map(|path| (path, Source::Flag("--config")))
        .or_else(|| {
            let source = Source::Environment("VOUCHSAFE_CONFIG".to_owned());
            given.environment.config_file().map(|path| (path, source))
        });
    let found = named.or_else(|| {
        ["vouchsafe.toml", "/etc/vouchsafe/vouchsafe.toml"]
            .into_iter()
            .map(PathBuf::from)
            .find(|path| path.exists())
            .map(|path| (path.clone(), Source::File { path, line: 0 }))
    });
    let Some((path, source)) = found else {
        return (Vec::new(), Vec::new());
    };
    match std::fs::read_to_string(&path) {
        Ok(text) => {
            let file = file::parse(&path, &text);
            (file.entries, file.problems)
        }
        Err(error) => {
            let message = format!("names {}, which cannot be read: {error}", path.display());
            (Vec::new(), vec![Problem::new(source, "", message)])
        }
    }
}

/// Keeps the entries whose key exists; for the others there is a problem with a suggestion.
fn known(keys: &[Key], entries: Vec<Entry>, problems: &mut Vec<Problem>) -> Vec<Entry> {
    let names: Vec<String> = variables(keys).into_iter().map(|(_, key)| key).collect();
    entries
        .into_iter()
        .filter_map(|entry| {
            if names.contains(&entry.key) {
                return Some(entry);
            }
            let inside = format!("{}.", entry.key);
            let is_section = names.iter().any(|name| name.starts_with(&inside));
            let message = match (is_section, &entry.raw) {
                // An empty section says nothing and harms nobody.
                (true, Raw::Other("a section")) => return None,
                (true, _) => format!("is a section; its keys are written below [{}]", entry.key),
                (false, _) => nearest(&entry.key, names.iter().map(String::as_str)).map_or_else(
                    || "is not a key; docs/configuration.md lists them".to_owned(),
                    |meant| format!("is not a key; did you mean {meant}?"),
                ),
            };
            problems.push(Problem::new(entry.source, entry.key, message));
            None
        })
        .collect()
}

/// Each variable with the key that it sets. A secret can also be set by naming a file: `KEY_FILE`, `key_file`.
fn variables(keys: &[Key]) -> Vec<(String, String)> {
    let files = keys
        .iter()
        .filter(|key| key.secret)
        .map(|key| (format!("{}_FILE", key.variable()), format!("{}_file", key.path)));
    keys.iter()
        .map(|key| (key.variable(), key.path.to_owned()))
        .chain(files)
        .collect()
}

/// Puts the entries of one source, with secrets read from the files that they name.
fn take_over(keys: &[Key], entries: Vec<Entry>, reading: &mut Reading) {
    let given: Vec<String> = entries.iter().map(|entry| entry.key.clone()).collect();
    for entry in entries {
        let secret = keys
            .iter()
            .find(|key| key.secret && entry.key.strip_suffix("_file") == Some(key.path));
        let Some(key) = secret else {
            reading.put(entry);
            continue;
        };
        if given.iter().any(|name| name == key.path) {
            let message = format!("is set beside {}; set one of them", key.path);
            reading
                .problems
                .push(Problem::new(entry.source, entry.key, message));
            continue;
        }
        match read_secret(&entry.raw) {
            Ok(text) => reading.put(Entry {
                key: key.path.to_owned(),
                source: entry.source,
                raw: Raw::Word(text),
            }),
            Err(message) => reading
                .problems
                .push(Problem::new(entry.source, entry.key, message)),
        }
    }
}

fn read_secret(raw: &Raw) -> Result<String, String> {
    let path = PathBuf::read(raw)?;
    secret_file::read(Path::new(&path))
        .map_err(|message| format!("names {}, which {message}", path.display()))
}
