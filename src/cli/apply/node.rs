//! What a document says, with the line of everything: what TOML and JSON have in common.

use serde_json::{Map, Value as Json};

/// A value and where it begins.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    pub(super) line: usize,
    pub(super) value: Value,
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Text(String),
    Integer(i64),
    Boolean(bool),
    List(Vec<Node>),
    Table(Vec<Member>),
    /// JSON's `null`.
    Null,
    /// Something that nothing here takes, and what it is.
    Other(&'static str),
}

/// A value under its name.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Member {
    pub(super) name: String,
    pub(super) line: usize,
    pub(super) node: Node,
}

impl Value {
    /// What it is, for error texts.
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "a string",
            Self::Integer(_) => "a number",
            Self::Boolean(_) => "a boolean",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
            Self::Null => "null",
            Self::Other(kind) => kind,
        }
    }
}

/// A value of one sort, or what it is instead.
type Read<T> = Result<T, &'static str>;

impl Node {
    pub(super) fn text(self) -> Read<String> {
        let kind = self.value.kind();
        if let Value::Text(text) = self.value {
            Ok(text)
        } else {
            Err(kind)
        }
    }

    pub(super) fn flag(&self) -> Read<bool> {
        if let Value::Boolean(flag) = self.value {
            Ok(flag)
        } else {
            Err(self.value.kind())
        }
    }

    pub(super) fn list(self) -> Read<Vec<Self>> {
        let kind = self.value.kind();
        if let Value::List(items) = self.value {
            Ok(items)
        } else {
            Err(kind)
        }
    }

    pub(super) fn table(self) -> Read<Vec<Member>> {
        let kind = self.value.kind();
        if let Value::Table(members) = self.value {
            Ok(members)
        } else {
            Err(kind)
        }
    }

    /// The same without lines. What JSON has not, or has in two senses, is told.
    pub(super) fn json(&self) -> Result<Json, String> {
        Ok(match &self.value {
            Value::Text(text) => Json::from(text.as_str()),
            Value::Integer(number) => Json::from(*number),
            Value::Boolean(boolean) => Json::from(*boolean),
            Value::List(items) => Json::Array(items.iter().map(Self::json).collect::<Result<_, _>>()?),
            Value::Table(members) => {
                let mut map = Map::new();
                for member in members {
                    if map.insert(member.name.clone(), member.node.json()?).is_some() {
                        return Err(format!("has {:?} twice", member.name));
                    }
                }
                Json::Object(map)
            }
            Value::Null => Json::Null,
            Value::Other(kind) => return Err(format!("has {kind}, which may not be here")),
        })
    }
}
