//! From the text of a document, TOML or JSON, to nodes that know their line.

use super::node::{Member, Node, Value};
use serde_json::{Deserializer, Value as Json};
use toml_edit::{Array, ArrayOfTables, Document, Item, TableLike};

/// What is wrong with a text, and where.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unreadable {
    pub(super) line: usize,
    pub(super) message: String,
}

/// Where the lines of a text begin.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        Self(text.match_indices('\n').map(|(at, _)| at).collect())
    }

    fn at(&self, offset: usize) -> usize {
        self.0.partition_point(|end| *end < offset).saturating_add(1)
    }
}

/// Reads TOML.
pub(super) fn toml(text: &str) -> Result<Node, Unreadable> {
    let lines = Lines::of(text);
    match Document::parse(text) {
        Ok(document) => Ok(Node {
            line: 1,
            value: lines.table(document.as_table()),
        }),
        Err(error) => Err(Unreadable {
            line: error.span().map_or(1, |span| lines.at(span.start)),
            message: format!("is not valid TOML: {}", error.message().replace('\n', "; ")),
        }),
    }
}

impl Lines {
    fn table(&self, table: &dyn TableLike) -> Value {
        let members = table.iter().map(|(name, item)| {
            let span = table
                .key(name)
                .and_then(toml_edit::Key::span)
                .or_else(|| item.span());
            let line = span.map_or(0, |span| self.at(span.start));
            Member {
                name: name.to_owned(),
                line,
                node: self.item(item, line),
            }
        });
        Value::Table(members.collect())
    }

    /// `line` is that of the name, for what has no place of its own.
    fn item(&self, item: &Item, line: usize) -> Node {
        let line = item.span().map_or(line, |span| self.at(span.start));
        let value = match item {
            Item::Value(value) => self.value(value, line),
            Item::Table(table) => self.table(table),
            Item::ArrayOfTables(tables) => self.tables(tables, line),
            Item::None => Value::Other("nothing"),
        };
        Node { line, value }
    }

    fn tables(&self, tables: &ArrayOfTables, line: usize) -> Value {
        let nodes = tables.iter().map(|table| Node {
            line: table.span().map_or(line, |span| self.at(span.start)),
            value: self.table(table),
        });
        Value::List(nodes.collect())
    }

    fn value(&self, value: &toml_edit::Value, line: usize) -> Value {
        match value {
            toml_edit::Value::String(text) => Value::Text(text.value().clone()),
            toml_edit::Value::Integer(number) => Value::Integer(*number.value()),
            toml_edit::Value::Boolean(boolean) => Value::Boolean(*boolean.value()),
            toml_edit::Value::Array(items) => self.list(items, line),
            toml_edit::Value::InlineTable(table) => self.table(table),
            toml_edit::Value::Float(_) => Value::Other("a number with a fraction"),
            toml_edit::Value::Datetime(_) => Value::Other("a date"),
        }
    }

    fn list(&self, items: &Array, line: usize) -> Value {
        let nodes = items.iter().map(|item| {
            let line = item.span().map_or(line, |span| self.at(span.start));
            Node {
                line,
                value: self.value(item, line),
            }
        });
        Value::List(nodes.collect())
    }
}

/// Reads JSON.
pub(super) fn json(text: &str) -> Result<Node, Unreadable> {
    // The reader below takes a well-formed text for granted.
    serde_json::from_str::<serde::de::IgnoredAny>(text).map_err(|error| {
        let message = error.to_string();
        let message = message
            .rsplit_once(" at line ")
            .map_or(message.as_str(), |(message, _)| message);
        Unreadable {
            line: error.line(),
            message: format!("is not valid JSON: {message}"),
        }
    })?;
    let lines = Lines::of(text);
    Ok(Cursor {
        whole: text.len(),
        rest: text,
        lines: &lines,
    }
    .node())
}

/// Walks over a well-formed text.
struct Cursor<'a> {
    whole: usize,
    rest: &'a str,
    lines: &'a Lines,
}

impl Cursor<'_> {
    /// The line of what comes next.
    fn line(&mut self) -> usize {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\r', '\n']);
        self.lines.at(self.whole.saturating_sub(self.rest.len()))
    }

    fn takes(&mut self, mark: char) -> bool {
        self.line();
        let rest = self.rest.strip_prefix(mark);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn node(&mut self) -> Node {
        let line = self.line();
        let value = if self.takes('{') {
            self.table()
        } else if self.takes('[') {
            self.list()
        } else {
            self.scalar()
        };
        Node { line, value }
    }

    fn table(&mut self) -> Value {
        let mut members = Vec::new();
        while !self.takes('}') && !self.rest.is_empty() {
            let line = self.line();
            let Value::Text(name) = self.scalar() else { break };
            self.takes(':');
            let node = self.node();
            members.push(Member { name, line, node });
            self.takes(',');
        }
        Value::Table(members)
    }

    fn list(&mut self) -> Value {
        let mut items = Vec::new();
        while !self.takes(']') && !self.rest.is_empty() {
            items.push(self.node());
            self.takes(',');
        }
        Value::List(items)
    }

    fn scalar(&mut self) -> Value {
        let mut stream = Deserializer::from_str(self.rest).into_iter::<Json>();
        let value = stream.next().and_then(Result::ok);
        self.rest = self.rest.get(stream.byte_offset()..).unwrap_or_default();
        match value {
            Some(Json::String(text)) => Value::Text(text),
            Some(Json::Bool(boolean)) => Value::Boolean(boolean),
            Some(Json::Number(number)) => number
                .as_i64()
                .map_or(Value::Other("a number with a fraction"), Value::Integer),
            Some(Json::Null) => Value::Null,
            // The brackets were taken before.
            Some(Json::Array(_) | Json::Object(_)) | None => Value::Other("nothing"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(node: &Node) -> String {
        node.json().unwrap().to_string()
    }

    fn lines(node: &Node) -> Vec<usize> {
        let mut inner = Vec::new();
        if let Value::Table(members) = &node.value {
            inner.extend(
                members
                    .iter()
                    .flat_map(|member| [vec![member.line], lines(&member.node)].concat()),
            );
        }
        if let Value::List(items) = &node.value {
            inner.extend(items.iter().flat_map(lines));
        }
        [vec![node.line], inner].concat()
    }

    #[test]
    fn toml_and_json_are_read_alike_and_know_their_lines() {
        let from_toml = toml("a = 1\n\n[[b]]\nc = \"x\"\nd = [\n  true,\n]\n").unwrap();
        let from_json = json("{\"a\": 1,\n\n \"b\": [{\n\"c\": \"x\",\n\"d\": [\ntrue\n]}]}").unwrap();
        assert_eq!(text(&from_toml), text(&from_json));
        assert_eq!(text(&from_json), r#"{"a":1,"b":[{"c":"x","d":[true]}]}"#);
        assert_eq!(lines(&from_json), [1, 1, 1, 3, 3, 3, 4, 4, 5, 5, 6]);
        assert_eq!(lines(&from_toml), [1, 1, 1, 3, 3, 3, 4, 4, 5, 5, 6]);
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_line() {
        assert_eq!(toml("a = 1\nb =\n").unwrap_err().line, 2);
        let broken = json("{\n\"a\": 1,\n}").unwrap_err();
        assert_eq!((broken.line, broken.message.contains(" line ")), (3, false));
        assert!(json("{} {}").is_err());
        assert!(json("").is_err());
    }

    #[test]
    fn names_that_are_there_twice_in_json_are_kept_for_the_reader_to_refuse() {
        let Value::Table(members) = json(r#"{"a": 1, "a": null, "b\u0041": 1.5}"#).unwrap().value else {
            panic!("not a table");
        };
        let names: Vec<_> = members.iter().map(|member| member.name.as_str()).collect();
        assert_eq!(names, ["a", "a", "bA"]);
    }
}
