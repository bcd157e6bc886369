//! RFC 7591 §2 — the members of a metadata document, each read as the type that it must have.

use super::MetadataProblem;
use crate::spec::human_readable::{composed, hides_nothing};
use serde_json::{Map, Value};

/// The longest text.
const TEXT: usize = 2000;
/// The longest list.
const LIST: usize = crate::spec::redirect_uri::MOST;
/// The greatest number of seconds: as in `max_age`.
const SECONDS: i64 = 2_147_483_647;

pub(super) struct Members<'a>(&'a Map<String, Value>);

impl<'a> Members<'a> {
    pub(super) const fn new(document: &'a Map<String, Value>) -> Self {
        Self(document)
    }

    pub(super) fn text(&self, member: &'static str) -> Result<Option<&'a str>, MetadataProblem> {
        self.longer_text(member, TEXT)
    }

    pub(super) fn longer_text(
        &self,
        member: &'static str,
        most: usize,
    ) -> Result<Option<&'a str>, MetadataProblem> {
        match self.0.get(member) {
            None => Ok(None),
            Some(Value::String(text)) if text.len() > most => {
                Err(MetadataProblem::of(member, "it is too long"))
            }
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(MetadataProblem::of(member, "it is not a string")),
        }
    }

    /// A text that people are shown: [`composed`], and nothing in it that hides, turns or looks like markup.
    pub(super) fn shown_text(
        &self,
        member: &'static str,
        most: usize,
    ) -> Result<Option<String>, MetadataProblem> {
        let Some(text) = self.text(member)? else {
            return Ok(None);
        };
        let text = composed(text);
        if text.is_empty() || text.chars().count() > most {
            return Err(MetadataProblem::of(member, "it is empty or too long"));
        }
        if !is_plain(&text) {
            let rule = "it has a character that cannot be seen, or < or >";
            return Err(MetadataProblem::of(member, rule));
        }
        Ok(Some(text))
    }

    pub(super) fn list(&self, member: &'static str) -> Result<Option<Vec<String>>, MetadataProblem> {
        let items = match self.0.get(member) {
            None => return Ok(None),
            Some(Value::Array(items)) => items,
            Some(_) => return Err(MetadataProblem::of(member, "it is not an array of strings")),
        };
        if items.len() > LIST {
            return Err(MetadataProblem::of(member, "it has more than 32 elements"));
        }
        let texts = items.iter().map(|item| match item {
            Value::String(text) if text.len() <= TEXT => Ok(text.clone()),
            Value::String(_) => Err(MetadataProblem::of(member, "an element is too long")),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                Err(MetadataProblem::of(member, "it is not an array of strings"))
            }
        });
        texts.collect::<Result<_, _>>().map(Some)
    }

    pub(super) fn boolean(&self, member: &'static str) -> Result<Option<bool>, MetadataProblem> {
        match self.0.get(member) {
            None => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(*value)),
            Some(_) => Err(MetadataProblem::of(member, "it is not true or false")),
        }
    }

    pub(super) fn seconds(&self, member: &'static str) -> Result<Option<i64>, MetadataProblem> {
        let Some(value) = self.0.get(member) else {
            return Ok(None);
        };
        match value.as_i64() {
            Some(seconds) if (0..=SECONDS).contains(&seconds) => Ok(Some(seconds)),
            Some(_) | None => Err(MetadataProblem::of(member, "it is not a number of seconds")),
        }
    }

    pub(super) fn object(&self, member: &'static str) -> Result<Option<Value>, MetadataProblem> {
        match self.0.get(member) {
            None => Ok(None),
            Some(value @ Value::Object(_)) => Ok(Some(value.clone())),
            Some(_) => Err(MetadataProblem::of(member, "it is not an object")),
        }
    }
}

/// Whether a text can be shown as it is: no control characters, no marks of direction, nothing of no width, no
/// brackets of markup.
pub(super) fn is_plain(text: &str) -> bool {
    hides_nothing(text) && !text.contains(['<', '>'])
}
