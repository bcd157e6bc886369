//! The paths that Rust source names, in `use` trees and inline.

/// All paths of at least two parts, and all whole `use` paths, as lists of names. Takes code without comments.
pub(crate) fn named_paths(code: &str) -> Vec<Vec<String>> {
    let mut paths = Vec::new();
    let mut inline = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(at) = find_word(rest, "use") {
        inline.push_str(&rest[..at]);
        let statement = &rest[at + 3..];
        let end = statement.find(';').unwrap_or(statement.len());
        expand(&[], statement[..end].trim(), &mut paths);
        rest = &statement[end..];
    }
    inline.push_str(rest);
    paths.extend(inline_paths(&inline));
    paths
}

fn find_word(text: &str, word: &str) -> Option<usize> {
    let part = |c: char| c.is_alphanumeric() || c == '_' || c == '#';
    text.match_indices(word).map(|(at, _)| at).find(|at| {
        let after = &text[at + word.len()..];
        !text[..*at].ends_with(part) && after.starts_with(char::is_whitespace)
    })
}

/// One `use` tree: `a::{b, c::d as e}` under a prefix.
fn expand(prefix: &[String], tree: &str, paths: &mut Vec<Vec<String>>) {
    let mut path = prefix.to_vec();
    let mut rest = tree.trim().trim_start_matches("::");
    loop {
        if let Some(group) = rest.strip_prefix('{') {
            for branch in branches(group.trim_end().trim_end_matches('}')) {
                expand(&path, branch, paths);
            }
            return;
        }
        let end = rest.find("::").unwrap_or(rest.len());
        let name = rest[..end].split_whitespace().next().unwrap_or_default();
        if !name.is_empty() {
            path.push(name.to_owned());
        }
        if end == rest.len() {
            break;
        }
        rest = rest[end + 2..].trim_start();
    }
    paths.push(path);
}

/// The branches of a group, split at its own commas.
fn branches(group: &str) -> Vec<&str> {
    let (mut depth, mut start, mut found) = (0, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                found.push(&group[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push(&group[start..]);
    found.retain(|branch| !branch.trim().is_empty());
    found
}

fn inline_paths(code: &str) -> Vec<Vec<String>> {
    let mut paths = Vec::new();
    let mut current: Vec<String> = Vec::new();
    let mut rest = code;
    let mut follows = false;
    while let Some(next) = rest.chars().next() {
        if next.is_alphanumeric() || next == '_' {
            let end = rest
                .find(|c: char| !(c.is_alphanumeric() || c == '_'))
                .unwrap_or(rest.len());
            if !follows && current.len() > 1 {
                paths.push(std::mem::take(&mut current));
            }
            if !follows {
                current.clear();
            }
            current.push(rest[..end].to_owned());
            rest = &rest[end..];
            follows = rest.starts_with("::");
            if follows {
                rest = &rest[2..];
            }
        } else {
            if follows && current.len() == 1 {
                // `name::<T>` or `name::{`: the name alone was meant.
                paths.push(current.clone());
            }
            follows = false;
            rest = &rest[next.len_utf8()..];
        }
    }
    if current.len() > 1 {
        paths.push(current);
    }
    paths
}

#[test]
fn trees_and_inline_paths_are_found() {
    let code = "use crate::{store::{self, sql as q}, cx::Cx}; pub use diesel as d;\nfn f() -> std::io::Result<rsa::Key> { x::<u8>() }";
    let found: Vec<String> = named_paths(code).iter().map(|path| path.join("::")).collect();
    assert_eq!(
        found,
        [
            "crate::store::self",
            "crate::store::sql",
            "crate::cx::Cx",
            "diesel",
            "std::io::Result",
            "rsa::Key",
            "x"
        ]
    );
}
