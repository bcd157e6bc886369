//! A table of a document while it is read: each key is taken once, and what is left over is a problem.

use super::node::{Member, Node, Value};
use crate::config::{Problem, Source, nearest, not_one_of, parse_duration, secret_file};
use serde::de::DeserializeOwned;
use serde::de::value::{Error, StrDeserializer};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use vouchsafe_core::model::Span;
use zeroize::Zeroizing;

/// Where something was declared, for problems that are found later.
#[derive(Clone, Debug)]
pub(super) struct Place {
    path: PathBuf,
    name: String,
    line: usize,
    lines: BTreeMap<String, usize>,
    /// The keys of which a problem was told when they were read: their values are none to be judged.
    faulty: BTreeSet<String>,
}

impl Place {
    /// A problem of one key, or of the whole when the key was not written.
    pub(super) fn problem(&self, key: &str, message: impl Into<String>) -> Problem {
        let line = self.lines.get(key).copied().unwrap_or(self.line);
        Problem::new(self.source(line), dotted(&self.name, key), message)
    }

    /// Whether a key is there.
    pub(super) fn has(&self, key: &str) -> bool {
        self.lines.contains_key(key)
    }

    /// Whether a key, if it is there, could be read.
    pub(super) fn is_readable(&self, key: &str) -> bool {
        !self.faulty.contains(key)
    }

    fn source(&self, line: usize) -> Source {
        Source::File {
            path: self.path.clone(),
            line,
        }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.source(self.line).fmt(f)
    }
}

fn dotted(name: &str, key: &str) -> String {
    match (name.is_empty(), key.is_empty()) {
        (_, true) => name.to_owned(),
        (true, false) => key.to_owned(),
        (false, false) => format!("{name}.{key}"),
    }
}

/// The table.
pub(super) struct Section<'p> {
    place: Place,
    members: Vec<Member>,
    asked: Vec<&'static str>,
    problems: &'p mut Vec<Problem>,
}

impl<'p> Section<'p> {
    /// Begins to read a table that was found under `name`; what is none is a problem.
    pub(super) fn of(
        (path, name): (&Path, String),
        node: Node,
        problems: &'p mut Vec<Problem>,
    ) -> Option<Self> {
        let place = Place {
            path: path.to_owned(),
            name,
            line: node.line,
            lines: BTreeMap::new(),
            faulty: BTreeSet::new(),
        };
        match node.table() {
            Ok(members) => Some(Self {
                place,
                members,
                asked: Vec::new(),
                problems,
            }),
            Err(kind) => {
                problems.push(place.problem("", format!("is {kind}, not a table")));
                None
            }
        }
    }

    /// Names the table by what it is about, as soon as that is known.
    pub(super) fn rename(&mut self, name: String) {
        self.place.name = name;
    }

    /// Ends the reading: whatever was not asked for is a problem.
    pub(super) fn finish(self) -> Place {
        let Self {
            place,
            members,
            asked,
            problems,
        } = self;
        for member in members {
            let message = if asked.contains(&member.name.as_str()) {
                "is there twice".to_owned()
            } else if let Some(meant) = nearest(&member.name, asked.iter().copied()) {
                format!("is not a key; did you mean {meant}?")
            } else {
                format!("is not a key; there are {}", asked.join(", "))
            };
            let key = dotted(&place.name, &member.name);
            problems.push(Problem::new(place.source(member.line), key, message));
        }
        place
    }

    /// Takes a value.
    pub(super) fn take(&mut self, key: &'static str) -> Option<Node> {
        self.asked.push(key);
        let at = self.members.iter().position(|member| member.name == key)?;
        let member = self.members.remove(at);
        self.place.lines.insert(key.to_owned(), member.line);
        Some(member.node)
    }

    /// Tells a problem of a key.
    pub(super) fn problem(&mut self, key: &str, message: impl Into<String>) {
        let problem = self.place.problem(key, message);
        self.place.faulty.insert(key.to_owned());
        self.problems.push(problem);
    }

    /// A text that must be there.
    pub(super) fn required(&mut self, key: &'static str) -> Option<String> {
        let found = self.text(key);
        self.insist(key, found)
    }

    /// One of some words, which must be there.
    pub(super) fn required_word<T: DeserializeOwned>(
        &mut self,
        key: &'static str,
        words: &[&str],
    ) -> Option<T> {
        let found = self.word(key, words);
        self.insist(key, found)
    }

    fn insist<T>(&mut self, key: &str, found: Option<T>) -> Option<T> {
        if found.is_none() && self.place.is_readable(key) {
            self.problem(key, "is missing");
        }
        found
    }

    /// A text.
    pub(super) fn text(&mut self, key: &'static str) -> Option<String> {
        let text = self.text_or_nothing(key)?;
        if text.is_empty() {
            return self.refuse(key, "is empty");
        }
        Some(text)
    }

    /// A text that may be empty, which says something else than to leave it out.
    pub(super) fn text_or_nothing(&mut self, key: &'static str) -> Option<String> {
        match self.take(key)?.text() {
            Ok(text) => Some(text.trim().to_owned()),
            Err(kind) => self.refuse(key, &format!("is {kind}, not a string")),
        }
    }

    /// True or false.
    pub(super) fn flag(&mut self, key: &'static str) -> Option<bool> {
        match self.take(key)?.flag() {
            Ok(flag) => Some(flag),
            Err(kind) => self.refuse(key, &format!("is {kind}, not true or false (without quotes)")),
        }
    }

    /// A list.
    pub(super) fn list(&mut self, key: &'static str) -> Option<Vec<Node>> {
        match self.take(key)?.list() {
            Ok(items) => Some(items),
            Err(kind) => self.refuse(
                key,
                &format!("is {kind}, not a list; write it in square brackets"),
            ),
        }
    }

    /// A list of texts.
    pub(super) fn texts(&mut self, key: &'static str) -> Option<Vec<String>> {
        let texts = self.list(key)?.into_iter().map(Node::text);
        match texts.collect::<Result<_, _>>() {
            Ok(texts) => Some(texts),
            Err(kind) => self.refuse(key, &format!("has {kind}, where only strings may be")),
        }
    }

    /// One of some words, by the name that the model has for it.
    pub(super) fn word<T: DeserializeOwned>(&mut self, key: &'static str, words: &[&str]) -> Option<T> {
        let text = self.text(key)?;
        match one_of(&text, words) {
            Ok(word) => Some(word),
            Err(message) => self.refuse(key, &message),
        }
    }

    /// A list of some words.
    pub(super) fn words<T: DeserializeOwned>(&mut self, key: &'static str, words: &[&str]) -> Option<Vec<T>> {
        let texts = self.texts(key)?;
        match texts.iter().map(|text| one_of(text, words)).collect() {
            Ok(words) => Some(words),
            Err(message) => self.refuse(key, &message),
        }
    }

    /// A duration: text with a unit, or seconds.
    pub(super) fn duration(&mut self, key: &'static str) -> Option<Span> {
        let node = self.take(key)?;
        if let Value::Integer(seconds) = node.value {
            return Some(Span::from_seconds(seconds));
        }
        let read = node
            .text()
            .map_err(|kind| format!("is {kind}, not a duration like \"15m\""))
            .and_then(|text| parse_duration(&text));
        match read {
            Ok(span) => Some(span),
            Err(message) => self.refuse(key, &message),
        }
    }

    /// The secret in the file that is named, by a path that begins where the document lies.
    pub(super) fn secret(&mut self, key: &'static str) -> Option<Zeroizing<String>> {
        let path = self.text(key)?;
        let file = self.beside(&path);
        match secret_file::read(&file) {
            Ok(text) => Some(Zeroizing::new(text)),
            Err(message) => self.refuse(key, &format!("names {}, which {message}", file.display())),
        }
    }

    /// A path as it is meant: from the folder of the document.
    pub(super) fn beside(&self, path: &str) -> PathBuf {
        self.place
            .path
            .parent()
            .map_or_else(|| PathBuf::from(path), |folder| folder.join(path))
    }

    fn refuse<T>(&mut self, key: &str, message: &str) -> Option<T> {
        self.problem(key, message);
        None
    }
}

fn one_of<T: DeserializeOwned>(text: &str, words: &[&str]) -> Result<T, String> {
    let known = words.contains(&text).then_some(text);
    known
        .and_then(|word| T::deserialize(StrDeserializer::<Error>::new(word)).ok())
        .ok_or_else(|| not_one_of(text, words))
}
