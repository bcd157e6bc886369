//! Reading the project: its files, and Rust source without comments, strings and tests.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// All text files of the project by their path from its root, with `/` between the parts.
pub(crate) struct Project(BTreeMap<String, String>);

const NOT_OURS: [&str; 9] = [
    ".git",
    "target",
    "node_modules",
    "data",
    "corpus",
    "artifacts",
    "coverage",
    ".vouchsafe-demo",
    "__pycache__",
];

impl Project {
    pub(crate) fn read() -> Self {
        let mut files = BTreeMap::new();
        collect(Path::new(env!("CARGO_MANIFEST_DIR")), "", &mut files);
        Self(files)
    }

    pub(crate) fn paths(&self) -> Vec<&str> {
        self.0.keys().map(String::as_str).collect()
    }

    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    /// Whether the path is a file, or a folder with files.
    pub(crate) fn has(&self, path: &str) -> bool {
        let folder = format!("{}/", path.trim_end_matches('/'));
        self.0.contains_key(path) || self.0.keys().any(|known| known.starts_with(&folder))
    }

    pub(crate) fn each_text(&self, rule: fn(&str, &str) -> Vec<String>) -> Vec<String> {
        self.0.iter().flat_map(|(path, text)| rule(path, text)).collect()
    }

    pub(crate) fn each_rust(&self, rule: fn(&str, &str) -> Vec<String>) -> Vec<String> {
        let rust = self
            .0
            .iter()
            .filter(|(path, _)| Path::new(path).extension().is_some_and(|end| end == "rs"));
        rust.flat_map(|(path, text)| rule(path, text)).collect()
    }
}

fn collect(folder: &Path, prefix: &str, files: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        let path = format!("{prefix}{name}");
        if entry.path().is_dir() {
            if !NOT_OURS.contains(&name.as_str()) {
                collect(&entry.path(), &format!("{path}/"), files);
            }
        } else {
            // A file that is not text (an image) exists, and has nothing to say.
            files.insert(path, fs::read_to_string(entry.path()).unwrap_or_default());
        }
    }
}

/// Rust source whose comments and literals are blanked out. Lines keep their numbers.
pub(crate) fn code_only(source: &str) -> String {
    let mut rest = source;
    let mut code = String::with_capacity(source.len());
    while let Some(next) = rest.chars().next() {
        let after_word = code.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let opaque = match next {
            '/' => comment_length(rest),
            '"' => quoted_length(rest),
            'r' | 'b' | 'c' if !after_word => literal_length(rest),
            '\'' => char_length(rest),
            _ => 0,
        };
        let length = if opaque == 0 { next.len_utf8() } else { opaque };
        let (piece, remaining) = rest.split_at(length);
        if opaque == 0 {
            code.push_str(piece);
        } else {
            code.extend(piece.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        }
        rest = remaining;
    }
    code
}

fn comment_length(text: &str) -> usize {
    if text.starts_with("//") {
        return text.find('\n').unwrap_or(text.len());
    }
    if !text.starts_with("/*") {
        return 0;
    }
    let (mut depth, mut at) = (0, 0);
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if rest.starts_with("*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

fn quoted_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// A string with a prefix: raw, byte, C, or both.
fn literal_length(text: &str) -> usize {
    let prefix = text
        .find(|c: char| !matches!(c, 'r' | 'b' | 'c'))
        .unwrap_or(text.len());
    let (letters, rest) = text.split_at(prefix);
    if letters == "b" && rest.starts_with('\'') {
        return prefix + char_length(rest);
    }
    if prefix > 2 || !rest.starts_with(['"', '#']) {
        return 0;
    }
    if !letters.contains('r') {
        return if rest.starts_with('"') {
            prefix + quoted_length(rest)
        } else {
            0
        };
    }
    let hashes = rest.find(|c| c != '#').unwrap_or(0);
    if !rest[hashes..].starts_with('"') {
        return 0;
    }
    let end = format!("\"{}", &rest[..hashes]);
    let body = &rest[hashes + 1..];
    prefix + hashes + 1 + body.find(&end).map_or(body.len(), |at| at + end.len())
}

/// A character literal, but not a lifetime.
fn char_length(text: &str) -> usize {
    let mut chars = text.char_indices().skip(1);
    match (chars.next(), chars.next()) {
        (Some((_, '\\')), Some(_)) => chars.find(|(_, c)| *c == '\'').map_or(0, |(at, _)| at + 1),
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 0,
    }
}

/// The same without items under `#[cfg(test)]`; the argument is the result of [`code_only`].
pub(crate) fn without_tests(code: &str) -> String {
    const MARK: &str = "#[cfg(test)]";
    let Some(start) = code.find(MARK) else {
        return code.to_owned();
    };
    let (before, item) = code.split_at(start);
    let end = item_length(item);
    let blank: String = item[..end].chars().filter(|c| *c == '\n').collect();
    format!("{before}{blank}{}", without_tests(&item[end..]))
}

fn item_length(item: &str) -> usize {
    let mut depth = 0;
    for (at, c) in item.char_indices() {
        match c {
            '{' => depth += 1,
            ';' if depth == 0 => return at + 1,
            '}' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    item.len()
}

/// Whether the file as a whole is tests.
pub(crate) fn is_tests(path: &str) -> bool {
    path.starts_with("tests/") || path.contains("/tests/") || path.ends_with("/tests.rs")
}

#[test]
fn comments_and_literals_are_blanked_and_lines_stay() {
    let source =
        "a // use x::y\nlet s = \"use z::q\\\"\"; /* b /* c */\n d::e */ 'x' f::<'a>(b'\\'', r#\"g\"h::i\"#)";
    let code = code_only(source);
    assert_eq!(code.lines().count(), source.lines().count());
    assert_eq!(
        code.split_whitespace().collect::<Vec<_>>().join(" "),
        "a let s = ; f::<'a>( , )"
    );
}

#[test]
fn items_that_are_tests_are_left_out() {
    let code =
        "fn a() {}\n#[cfg(test)]\nmod tests {\n fn b() {}\n}\nfn c() {}\n#[cfg(test)]\nmod more;\nfn d() {}";
    assert_eq!(without_tests(code), "fn a() {}\n\n\n\n\nfn c() {}\n\n\nfn d() {}");
}
