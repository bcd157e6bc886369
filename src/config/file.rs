//! The configuration file: from TOML to flat entries that know their line.

use super::problem::Problem;
use super::reading::{Entry, Source};
use super::value::Raw;
use std::path::Path;
use toml_edit::{Document, Item, TableLike, Value};

/// A file as it was read.
#[derive(Debug, Default)]
pub(crate) struct FileEntries {
    pub(crate) entries: Vec<Entry>,
    pub(crate) problems: Vec<Problem>,
}

/// Flattens `text`; tables disappear into dotted keys.
pub(crate) fn parse(path: &Path, text: &str) -> FileEntries {
    let mut reader = Flattener {
        path,
        text,
        result: FileEntries::default(),
    };
    match Document::parse(text) {
        Ok(document) => reader.table("", document.as_table()),
        Err(error) => {
            let line = error.span().map_or(1, |span| reader.line(span.start));
            let message = format!("is not valid TOML: {}", error.message().replace('\n', "; "));
            let source = Source::File {
                path: path.to_owned(),
                line,
            };
            reader.result.problems.push(Problem::new(source, "", message));
        }
    }
    reader.result
}

struct Flattener<'a> {
    path: &'a Path,
    text: &'a str,
    result: FileEntries,
}

impl Flattener<'_> {
    fn line(&self, offset: usize) -> usize {
        self.text
            .get(..offset)
            .map_or(1, |before| before.matches('\n').count().saturating_add(1))
    }

    fn table(&mut self, prefix: &str, table: &dyn TableLike) {
        for (name, item) in table.iter() {
            let key = format!("{prefix}{name}");
            let span = table
                .key(name)
                .and_then(toml_edit::Key::span)
                .or_else(|| item.span());
            let source = Source::File {
                path: self.path.to_owned(),
                line: span.map_or(0, |span| self.line(span.start)),
            };
            match item.as_table_like() {
                Some(inner) if inner.is_empty() => {
                    self.result.entries.push(Entry {
                        key,
                        source,
                        raw: Raw::Other("a section"),
                    });
                }
                Some(inner) => self.table(&format!("{key}."), inner),
                None => self.result.entries.push(Entry {
                    key,
                    source,
                    raw: raw(item),
                }),
            }
        }
    }
}

fn raw(item: &Item) -> Raw {
    match item {
        Item::Value(value) => raw_value(value),
        Item::ArrayOfTables(_) => Raw::Other("a list of sections"),
        Item::Table(_) | Item::None => Raw::Other("a section"),
    }
}

fn raw_value(value: &Value) -> Raw {
    match value {
        Value::String(text) => Raw::Text(text.value().clone()),
        Value::Integer(number) => Raw::Integer(*number.value()),
        Value::Boolean(boolean) => Raw::Boolean(*boolean.value()),
        Value::Array(items) => Raw::List(items.iter().map(raw_value).collect()),
        Value::Float(_) => Raw::Other("a number with a fraction"),
        Value::Datetime(_) => Raw::Other("a date"),
        Value::InlineTable(_) => Raw::Other("a section"),
    }
}
