//! Files and names: lengths, first lines, pairs, and words that say nothing.

use super::source::{code_only, is_tests, without_tests};
use std::collections::BTreeSet;

const LONGEST_FILE: usize = 500;

/// Files that may be longer, each with its reason.
const LONGER: [(&str, &str); 0] = [];

/// A file whose lines outside its tests are more than the budget.
pub(crate) fn too_long(path: &str, source: &str) -> Vec<String> {
    let counted = without_tests(&code_only(source));
    let lines = counted.lines().filter(|line| !line.trim().is_empty()).count();
    let excused = LONGER.iter().any(|(longer, _)| *longer == path);
    let found = lines > LONGEST_FILE && !excused;
    found
        .then(|| format!("{path}: {lines} lines of code, at most {LONGEST_FILE}"))
        .into_iter()
        .collect()
}

/// A module that does not begin with a line saying its one job, or a specification's word without its document.
pub(crate) fn unexplained(path: &str, source: &str) -> Vec<String> {
    // The tests of a module stand beside it under its name; the module says the job.
    if path.starts_with("src/") && is_tests(path) {
        return Vec::new();
    }
    let first = source.lines().next().unwrap_or_default();
    let Some(job) = first.strip_prefix("//! ").filter(|job| !job.trim().is_empty()) else {
        return vec![format!(
            "{path}: the first line does not say the module's one job (`//! …`)"
        )];
    };
    let lists = ["mod.rs", "registry.rs"];
    let words = path
        .strip_prefix("crates/vouchsafe-core/src/spec/")
        .filter(|word| !lists.contains(word));
    let cited = job.contains("RFC ") || job.contains("OpenID") || job.contains("OAuth");
    let found = words.is_some() && !cited;
    found
        .then(|| format!("{path}: the first line names no RFC or OpenID document"))
        .into_iter()
        .collect()
}

/// Files of `src/pages/` and `src/admin/pages/` that are not a page: what pages are made of.
const NOT_PAGES: [&str; 4] = ["mod", "layout", "samples", "texts"];
/// Templates of `templates/admin/` that pages share.
const NOT_ADMIN_PAGES: [&str; 3] = ["layout", "gate", "refused"];

/// A page without its template, or a template without its page.
pub(crate) fn unpaired_pages(paths: &[&str]) -> Vec<String> {
    let stems = |folder: &str, ending: &str| -> BTreeSet<String> {
        let names = paths
            .iter()
            .filter_map(|path| path.strip_prefix(folder)?.strip_suffix(ending));
        names
            .filter(|name| !name.contains('/') && !NOT_PAGES.contains(name))
            .map(str::to_owned)
            .collect()
    };
    let (pages, templates) = (stems("src/pages/", ".rs"), stems("templates/pages/", ".html"));
    let no_template = pages
        .difference(&templates)
        .map(|name| format!("templates/pages/{name}.html is missing"));
    let no_page = templates
        .difference(&pages)
        .map(|name| format!("src/pages/{name}.rs is missing"));
    let (pages, templates) = (
        stems("src/admin/pages/", ".rs"),
        stems("templates/admin/", ".html"),
    );
    let alone = templates
        .difference(&pages)
        .filter(|name| !NOT_ADMIN_PAGES.contains(&name.as_str()))
        .map(|name| format!("src/admin/pages/{name}.rs is missing"));
    no_template.chain(no_page).chain(alone).collect()
}

/// A migration that one database has and the other lacks, or that cannot be taken back.
pub(crate) fn unequal_migrations(paths: &[&str]) -> Vec<String> {
    let steps = |backend: &str| -> BTreeSet<String> {
        let prefix = format!("migrations/{backend}/");
        paths
            .iter()
            .filter_map(|path| path.strip_prefix(&prefix))
            .map(str::to_owned)
            .collect()
    };
    let (sqlite, postgres) = (steps("sqlite"), steps("postgres"));
    let lone = sqlite
        .symmetric_difference(&postgres)
        .map(|step| format!("migrations: only one database has {step}"));
    let ups = sqlite
        .union(&postgres)
        .filter_map(|step| step.strip_suffix("/up.sql"));
    let one_way = ups.filter(|step| !sqlite.contains(&format!("{step}/down.sql")));
    lone.chain(one_way.map(|step| format!("migrations: {step} has no down.sql")))
        .collect()
}

const DRAWERS: [&str; 6] = ["utils", "util", "helpers", "helper", "common", "misc"];

/// A folder or source file named after a drawer in which anything may lie.
pub(crate) fn drawers(paths: &[&str]) -> Vec<String> {
    let is_drawer = |part: &str| DRAWERS.contains(&part.trim_end_matches(".rs").trim_end_matches(".mjs"));
    let found = paths.iter().filter(|path| path.split('/').any(is_drawer));
    found
        .map(|path| format!("{path}: say what lies there instead"))
        .collect()
}

const EMPTY_SUFFIXES: [&str; 5] = ["Manager", "Helper", "Util", "Service", "Handler"];

/// A type with a suffix that says nothing, or a function called `get_…`.
pub(crate) fn vague_names(path: &str, source: &str) -> Vec<String> {
    if is_tests(path) {
        return Vec::new();
    }
    let code = without_tests(&code_only(source));
    let words: Vec<&str> = code
        .split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .filter(|w| !w.is_empty())
        .collect();
    let named = words.windows(2).filter_map(|pair| match *pair {
        ["struct" | "enum" | "trait" | "type", name]
            if EMPTY_SUFFIXES.iter().any(|end| name.ends_with(end)) =>
        {
            Some(name)
        }
        ["fn", name] if name.starts_with("get_") => Some(name),
        _ => None,
    });
    named
        .map(|name| format!("{path}: `{name}` says less than it could"))
        .collect()
}

const WIDEST_CONTEXT: usize = 10;

/// A request context that has become a bag.
pub(crate) fn bulging_context(path: &str, source: &str) -> Vec<String> {
    let code = code_only(source);
    let Some((_, body)) = code.split_once("pub struct Cx {").filter(|_| path == "src/cx.rs") else {
        return Vec::new();
    };
    let fields = body
        .split('}')
        .next()
        .unwrap_or_default()
        .lines()
        .filter(|line| line.contains(": "))
        .count();
    let found = fields > WIDEST_CONTEXT;
    found
        .then(|| format!("{path}: Cx has {fields} fields, at most {WIDEST_CONTEXT}"))
        .into_iter()
        .collect()
}

#[test]
fn a_file_over_the_budget_is_found_and_its_tests_are_not_counted() {
    let long = "fn a() {}\n".repeat(501);
    assert_eq!(too_long("src/a.rs", &long).len(), 1);
    let tested = format!("fn a() {{}}\n#[cfg(test)]\nmod tests {{\n{long}}}\n");
    assert!(too_long("src/a.rs", &tested).is_empty());
    assert!(too_long("src/a.rs", &"// a comment\n\n".repeat(501)).is_empty());
}

#[test]
fn a_silent_first_line_is_found() {
    assert_eq!(unexplained("src/a.rs", "use std::fmt;").len(), 1);
    assert_eq!(
        unexplained("crates/vouchsafe-core/src/spec/pkce.rs", "//! Proof keys.").len(),
        1
    );
    assert!(
        unexplained(
            "crates/vouchsafe-core/src/spec/pkce.rs",
            "//! RFC 7636 — Proof keys."
        )
        .is_empty()
    );
}

#[test]
fn a_page_alone_and_a_template_alone_are_found() {
    let alone = unpaired_pages(&[
        "src/pages/login.rs",
        "src/pages/mod.rs",
        "templates/pages/consent.html",
    ]);
    assert_eq!(
        alone,
        [
            "templates/pages/login.html is missing",
            "src/pages/consent.rs is missing"
        ]
    );
}

#[test]
fn migrations_of_one_side_or_one_way_are_found() {
    let both = [
        "migrations/sqlite/0001_a/up.sql",
        "migrations/postgres/0001_a/up.sql",
    ];
    assert_eq!(unequal_migrations(&both), ["migrations: 0001_a has no down.sql"]);
    assert_eq!(
        unequal_migrations(&["migrations/sqlite/0001_a/down.sql"]).len(),
        1
    );
}

#[test]
fn drawers_and_vague_names_are_found() {
    assert_eq!(
        drawers(&["src/utils/a.rs", "src/common.rs", "src/uncommon.rs"]).len(),
        2
    );
    assert_eq!(
        vague_names(
            "src/a.rs",
            "pub struct KeyManager; fn get_key() {} fn target() {}"
        )
        .len(),
        2
    );
}

#[test]
fn a_bulging_context_is_found() {
    let fields = "    pub f: u8,\n".repeat(11);
    assert_eq!(
        bulging_context("src/cx.rs", &format!("pub struct Cx {{\n{fields}}}\n")).len(),
        1
    );
}
