//! What a verb says: JSON on standard output, words on standard error.

use serde_json::Value;
use std::io::Write as _;

/// Where a verb speaks.
pub(crate) struct Output {
    json: bool,
}

impl Output {
    pub(crate) const fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether `--json` was given: one document on standard output, few words elsewhere.
    pub(crate) const fn is_json(&self) -> bool {
        self.json
    }

    /// Words for people.
    #[expect(clippy::unused_self, reason = "all that a verb says goes through here")]
    pub(crate) fn note(&self, text: &str) {
        // Nobody can be told that standard error is closed.
        let _ = writeln!(std::io::stderr().lock(), "{text}");
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
            format!("{document:#}")
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
    #[expect(clippy::unused_self, reason = "all that a verb says goes through here")]
    pub(crate) fn write(&self, text: &str) {
        let _ = write!(std::io::stdout().lock(), "{text}");
    }

    /// Exactly this on standard output.
    #[expect(clippy::unused_self, reason = "all that a verb says goes through here")]
    pub(crate) fn print(&self, text: &str) {
        // A reader that went away wanted no more.
        let _ = writeln!(std::io::stdout().lock(), "{text}");
    }
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
