//! Who may know whom: the layers of the server, the rooms of the core, and where each outside crate may be named.

use super::source::{code_only, is_tests, without_tests};
use super::use_paths::named_paths;

/// The layers of `src/`, lowest first. A module may know its own layer and those below it.
const LAYERS: [(&str, &[&str]); 6] = [
    ("ground", &["config", "logging", "ports"]),
    ("store", &["store"]),
    (
        "services",
        &[
            "accounts",
            "attention",
            "audit",
            "clients",
            "cx",
            "failure",
            "keys",
            "limits",
            "mail",
            "metrics",
            "services",
            "site",
            "statistics",
            "tokens",
        ],
    ),
    ("web", &["web"]),
    (
        "surfaces",
        &["admin", "demo", "developers", "jobs", "oauth", "pages"],
    ),
    ("program", &["app", "cli", "lib", "main"]),
];

/// Imports against the order of the layers: who, whom, and why.
const UPWARD: [(&str, &str, &str); 0] = [];

/// The modules that never know one another: they meet in services and in URLs.
const SURFACES: usize = 4;

/// Outside crates and parts of `std` that only some places may name.
const GUARDED: [(&str, &[&str]); 19] = [
    ("diesel", &["src/store/"]),
    ("diesel_migrations", &["src/store/"]),
    ("oxide_auth", &["src/oauth/engine/"]),
    ("chrono", &["src/oauth/engine/"]),
    ("josekit", &["src/keys/"]),
    ("openssl", &["src/keys/"]),
    ("rsa", &["src/keys/generate.rs"]),
    ("rand", &["src/ports/"]),
    ("aws_lc_rs", &["crates/vouchsafe-verify/src/", "xtask/src/bench/"]),
    ("axum", &["crates/vouchsafe-verify/src/axum.rs"]),
    (
        "actix_web",
        &[
            "src/web/",
            "src/oauth/",
            "src/pages/",
            "src/admin/",
            "src/demo/",
            "src/developers/",
            "src/app.rs",
            "src/cx.rs",
            "src/metrics",
            "crates/vouchsafe-verify/src/actix.rs",
        ],
    ),
    ("actix_http", &["src/web/"]),
    ("actix_service", &["src/web/"]),
    ("rustix", &["src/ports/"]),
    (
        "askama",
        &[
            "src/pages/",
            "src/admin/",
            "src/mail/",
            "src/demo/",
            "src/developers/",
        ],
    ),
    (
        "reqwest",
        &["src/ports/", "src/demo/", "crates/vouchsafe-verify/src/fetch"],
    ),
    (
        "std::time::SystemTime",
        &[
            "src/ports/",
            "xtask/",
            "crates/vouchsafe-verify/src/fetch/clock.rs",
        ],
    ),
    ("std::env::var", &["src/config/", "xtask/"]),
    // The demo has an administrator who types commands.
    ("std::process::Command", &["xtask/", "src/demo/terminal.rs"]),
];

/// What the pure crate may not name at all.
const IMPURE: [&str; 12] = [
    "actix_web",
    "diesel",
    "rand",
    "reqwest",
    "std::env",
    "std::fs",
    "std::io",
    "std::process",
    "std::thread",
    "std::time",
    "tokio",
    "tracing",
];

const CORE: &str = "crates/vouchsafe-core/src/";
const VERIFY: &str = "crates/vouchsafe-verify/src/";

/// Each import of the file that its place does not allow.
pub(crate) fn violations(path: &str, source: &str) -> Vec<String> {
    let watched = path.starts_with("src/") || path.starts_with("crates/") || path.starts_with("xtask/src/");
    if !watched || is_tests(path) || path.contains("/examples/") || path.contains("/benches/") {
        return Vec::new();
    }
    let here = module_of(path);
    let mut found: Vec<String> = named_paths(&without_tests(&code_only(source)))
        .iter()
        .map(|named| absolute(&here, named))
        .filter_map(|named| {
            let problem = if named.first().is_some_and(|root| root == "crate") {
                inside(path, &here, &named)
            } else {
                outside(path, &named)
            };
            problem.map(|rule| format!("{path}: `{}`: {rule}", named.join("::")))
        })
        .collect();
    found.dedup();
    found
}

/// `src/oauth/token/mod.rs` and `src/oauth/token.rs` are `oauth::token`; `src/lib.rs` is nothing.
fn module_of(path: &str) -> Vec<String> {
    let inside = path.split_once("src/").map_or(path, |(_, inside)| inside);
    let mut parts: Vec<String> = inside
        .trim_end_matches(".rs")
        .split('/')
        .map(str::to_owned)
        .collect();
    if parts
        .last()
        .is_some_and(|last| matches!(last.as_str(), "mod" | "lib" | "main"))
        && parts.len() > 1
    {
        parts.pop();
    }
    parts
}

fn absolute(here: &[String], named: &[String]) -> Vec<String> {
    let up = named.iter().take_while(|part| *part == "super").count();
    let relative = named
        .first()
        .is_some_and(|root| root == "super" || root == "self");
    if !relative {
        return named.to_vec();
    }
    let rest = named
        .iter()
        .skip_while(|part| *part == "super" || *part == "self");
    let base = here.iter().take(here.len().saturating_sub(up));
    std::iter::once("crate".to_owned())
        .chain(base.cloned())
        .chain(rest.cloned())
        .collect()
}

fn inside(path: &str, here: &[String], named: &[String]) -> Option<String> {
    let (from, to) = (here.first()?.as_str(), named.get(1)?.as_str());
    if path.starts_with(CORE) {
        return rooms(from, to);
    }
    if path.starts_with("crates/") || path.starts_with("xtask/") {
        return None;
    }
    let Some(low) = layer(from) else {
        return Some(format!(
            "src/{from} stands in no layer of tests/architecture/imports.rs"
        ));
    };
    let high = layer(to).filter(|high| {
        from != to && !UPWARD.iter().any(|known| (known.0, known.1) == (from, to)) && *high >= low
    })?;
    if high > low {
        return Some(format!("{from} never knows {to}: arrows point down only"));
    }
    (high == SURFACES).then(|| "surfaces never know one another".to_owned())
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|(_, modules)| modules.contains(&module))
}

/// `decide` may use the words and what is stored; neither of those knows a verdict.
fn rooms(from: &str, to: &str) -> Option<String> {
    (to == "decide" && matches!(from, "spec" | "model")).then(|| format!("{from} knows no verdicts"))
}

fn outside(path: &str, named: &[String]) -> Option<String> {
    let is = |guarded: &str| {
        guarded
            .split("::")
            .eq(named.iter().take(guarded.split("::").count()))
    };
    if path.starts_with(VERIFY) && is("vouchsafe_core") {
        return Some("the verifier stands alone".to_owned());
    }
    if path.starts_with(CORE) && IMPURE.iter().any(|crate_name| is(crate_name)) {
        return Some("the core is pure".to_owned());
    }
    let (guarded, places) = GUARDED.iter().find(|(guarded, _)| is(guarded))?;
    let at_home = places.iter().any(|place| path.starts_with(place));
    (!at_home).then(|| format!("only {} may name {guarded}", places.join(", ")))
}

#[test]
fn a_page_that_queries_the_database_is_found() {
    let planted = violations("src/pages/login.rs", "use diesel::prelude::*;\nfn f() {}");
    assert_eq!(planted.len(), 1, "{planted:?}");
    assert!(
        planted[0].contains("only src/store/ may name diesel"),
        "{planted:?}"
    );
}

#[test]
fn layers_are_climbed_in_one_direction_only() {
    assert_eq!(
        violations("src/store/mod.rs", "use crate::{keys::Keys, ports};").len(),
        1
    );
    assert_eq!(
        violations("src/store/sql/users.rs", "use super::super::super::accounts::X;").len(),
        1
    );
    assert_eq!(
        violations("src/oauth/token/mod.rs", "fn f(p: crate::pages::login::Page) {}").len(),
        1
    );
    assert_eq!(
        violations("src/fresh/mod.rs", "use crate::store::Store;").len(),
        1
    );
    assert!(
        violations(
            "src/oauth/token/mod.rs",
            "use crate::store::Store; use super::authorize;"
        )
        .is_empty()
    );
}

#[test]
fn the_core_reads_no_clock_and_its_words_know_no_verdicts() {
    assert_eq!(
        violations(
            "crates/vouchsafe-core/src/decide/mod.rs",
            "fn f() { std::time::Instant::now(); }"
        )
        .len(),
        1
    );
    assert_eq!(
        violations(
            "crates/vouchsafe-core/src/spec/pkce.rs",
            "use crate::decide::redeem;"
        )
        .len(),
        1
    );
    assert_eq!(
        violations("crates/vouchsafe-verify/src/jws.rs", "use vouchsafe_core::model;").len(),
        1
    );
    assert!(
        violations(
            "crates/vouchsafe-core/src/decide/mod.rs",
            "use crate::spec::pkce; use std::fmt;"
        )
        .is_empty()
    );
}

#[test]
fn comments_strings_and_tests_may_say_anything() {
    let source =
        "//! use diesel::x;\nconst S: &str = \"diesel::y\";\n#[cfg(test)]\nmod tests { use diesel::z; }";
    assert!(violations("src/pages/login.rs", source).is_empty());
}
