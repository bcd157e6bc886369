//! The documents that are meant by a path: itself, or those in a folder.

use super::declared::Declared;
use super::parse;
use crate::config::{Problem, Source};
use std::path::{Path, PathBuf};

/// Reads everything that the paths name. What cannot be read is among the problems.
pub(super) fn read(paths: &[PathBuf]) -> (Declared, Vec<Problem>) {
    let (mut declared, mut problems) = (Declared::default(), Vec::new());
    for path in paths {
        match documents(path) {
            Ok(found) => {
                for file in found {
                    read_one(&file, &mut declared, &mut problems);
                }
            }
            Err(message) => problems.push(of_file(path, message)),
        }
    }
    (declared, problems)
}

fn read_one(path: &Path, declared: &mut Declared, problems: &mut Vec<Problem>) {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => return problems.push(of_file(path, format!("cannot be read: {error}"))),
    };
    let read = if is(path, "json") {
        parse::json(&text)
    } else {
        parse::toml(&text)
    };
    match read {
        Ok(document) => declared.read(path, document, problems),
        Err(unreadable) => {
            let source = Source::File {
                path: path.to_owned(),
                line: unreadable.line,
            };
            problems.push(Problem::new(source, "", unreadable.message));
        }
    }
}

/// A file that is named is read whatever it is called; in a folder only `*.toml` and `*.json` are, in their order.
fn documents(path: &Path) -> Result<Vec<PathBuf>, String> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let cannot = |error: std::io::Error| format!("cannot be read: {error}");
    let mut found = Vec::new();
    for entry in std::fs::read_dir(path).map_err(cannot)? {
        let entry = entry.map_err(cannot)?;
        let (name, file) = (entry.file_name(), entry.path());
        let hidden = name.to_string_lossy().starts_with('.');
        if !hidden && (is(&file, "toml") || is(&file, "json")) && file.is_file() {
            found.push(file);
        }
    }
    if found.is_empty() {
        return Err("has no document: no file that ends with .toml or .json".to_owned());
    }
    found.sort();
    Ok(found)
}

fn is(path: &Path, ending: &str) -> bool {
    path.extension()
        .is_some_and(|found| found.eq_ignore_ascii_case(ending))
}

fn of_file(path: &Path, message: String) -> Problem {
    let source = Source::File {
        path: path.to_owned(),
        line: 0,
    };
    Problem::new(source, "", message)
}
