//! What a verb says: JSON on standard output, words on standard error.

use super::exit::Failure;
use crate::ports::descriptors::output_is_closed;
use serde_json::Value;
use std::fmt::Write as _;
use std::io::{Error, ErrorKind, Write as _, stderr, stdout};
use std::sync::OnceLock;
use vouchsafe_core::spec::human_readable::turns_or_breaks;

/// Where a verb speaks.
pub(crate) struct Output {
    json: bool,
    /// Why standard output took no more, once it did not.
    broken: OnceLock<Error>,
}

impl Output {
    pub(crate) const fn new(json: bool) -> Self {
        Self {
            json,
            broken: OnceLock::new(),
        }
    }

    /// Whether `--json` was given: one document on standard output, few words elsewhere.
    pub(crate) const fn is_json(&self) -> bool {
        self.json
    }

    /// Words for people. Part of them may be from a server or a database: none of it commands their terminal.
    #[expect(clippy::unused_self, reason = "all that a verb says goes through here")]
    pub(crate) fn note(&self, text: &str) {
        // Nobody can be told that standard error is closed.
        let _ = writeln!(stderr().lock(), "{}", harmless(text));
    }

    /// Words for people who did not ask for JSON.
    pub(crate) fn tell(&self, text: &str) {
        if !self.json {
            self.note(text);
        }
    }

    /// The answer of a verb that makes something: always JSON, on one line with `--json`.
    pub(crate) fn answer(&self, document: &Value) {
        self.print(&if self.json {
            format!("{document}")
        } else {
            harmless_json(&format!("{document:#}"))
        });
    }

    /// The answer of a verb that reports: JSON when it was asked for, else words.
    pub(crate) fn report(&self, document: &Value, text: &str) {
        if self.json {
            self.print(&document.to_string());
        } else {
            self.note(text.trim_end());
        }
    }

    /// A part of what stands on standard output.
    pub(crate) fn write(&self, text: &str) {
        self.heed(stdout().lock().write_all(text.as_bytes()));
    }

    /// Exactly this on standard output.
    pub(crate) fn print(&self, text: &str) {
        self.heed(writeln!(stdout().lock(), "{text}"));
    }

    fn heed(&self, written: std::io::Result<()>) {
        if let Err(error) = written {
            // The first one says why.
            let _ = self.broken.set(error);
        }
    }

    /// Whether standard output takes no more: what is long ends here.
    pub(crate) fn is_broken(&self) -> bool {
        self.broken.get().is_some()
    }

    /// Makes sure that what is shown this once was taken. Otherwise it is lost, and the failure says what to do instead.
    pub(crate) fn delivered(&self, instead: &str) -> Result<(), Failure> {
        self.heed(stdout().flush());
        let why = match self.broken.get() {
            Some(error) => error.to_string(),
            None if output_is_closed() => "it is closed".to_owned(),
            None => return Ok(()),
        };
        Err(Failure::failed(format!(
            "what is shown this once could not be written to standard output ({why}) and is lost: {instead}"
        )))
    }

    /// Whether all of it was taken. A reader that went away wanted no more.
    pub(crate) fn finish(&self) -> Result<(), Failure> {
        self.heed(stdout().flush());
        match self.broken.get() {
            Some(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::failed(format!(
                "cannot write to standard output: {error}"
            ))),
            Some(_) | None => Ok(()),
        }
    }
}

/// A text in which no character is left that commands a terminal or turns the line that it stands in.
pub(crate) fn harmless(text: &str) -> String {
    text.chars().fold(String::new(), |mut text, c| {
        if !matches!(c, '\n' | '\t') && turns_or_breaks(c) {
            text.extend(c.escape_unicode());
        } else {
            text.push(c);
        }
        text
    })
}

/// The same JSON document: such characters stand in its strings only, where they may be written by their numbers.
pub(crate) fn harmless_json(text: &str) -> String {
    text.chars().fold(String::new(), |mut text, c| {
        if c != '\n' && turns_or_breaks(c) {
            let _ = write!(text, "\\u{:04x}", u32::from(c));
        } else {
            text.push(c);
        }
        text
    })
}

/// Rows as a table with aligned columns.
pub(crate) fn table<const N: usize>(heads: [&str; N], rows: &[[String; N]]) -> String {
    let all: Vec<[String; N]> = std::iter::once(heads.map(ToOwned::to_owned))
        .chain(rows.iter().cloned())
        .collect();
    let mut widths = [0; N];
    for row in &all {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let lines: Vec<String> = all
        .iter()
        .map(|row| {
            let cells: Vec<_> = row
                .iter()
                .zip(widths)
                .map(|(cell, width)| format!("{cell:width$}"))
                .collect();
            cells.join("  ").trim_end().to_owned()
        })
        .collect();
    lines.join("\n")
}
