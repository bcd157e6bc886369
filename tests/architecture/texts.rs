//! Templates, pages of documentation, and what no text of the project may say.

/// A template that lets text through unescaped, or that holds script or style of its own.
pub(crate) fn loose_template(path: &str, text: &str) -> Vec<String> {
    if !path.starts_with("templates/") {
        return Vec::new();
    }
    let dense: String = text
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase();
    let mut found = Vec::new();
    let mut report = |what: &str| found.push(format!("{path}: {what}"));
    if dense.contains("|safe") || dense.contains("| safe") || dense.contains("escape=\"none\"") {
        report("everything is escaped");
    }
    if dense.contains("<style") || dense.contains(" style=") {
        report("style belongs to static/");
    }
    if dense
        .split("<script")
        .skip(1)
        .any(|script| !script.split('>').next().is_some_and(|tag| tag.contains("src=")))
    {
        report("script belongs to static/");
    }
    let attributes = dense.split('<').filter_map(|tag| tag.split('>').next());
    if attributes
        .flat_map(|tag| tag.split(' ').skip(1))
        .any(|part| part.starts_with("on") && part.contains("=\""))
    {
        report("an attribute holds script");
    }
    found
}

/// Each path of the page, in backticks or first on a line of a fenced block, that does not exist.
///
/// A path has a slash inside or ends like a file; a URL's path begins with a slash, a media type with its kind.
pub(crate) fn dead_paths(page: &str, text: &str, exists: impl Fn(&str) -> bool) -> Vec<String> {
    let mut fenced = false;
    let mut named: Vec<&str> = Vec::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if fenced {
            named.extend(line.split_whitespace().next().filter(|_| !line.starts_with(' ')));
        } else {
            named.extend(line.split('`').skip(1).step_by(2));
        }
    }
    let dead = named
        .into_iter()
        .filter(|word| looks_like_path(word))
        .filter(|path| !exists(&in_full(path)));
    dead.map(|path| format!("{page}: {path} does not exist"))
        .collect()
}

/// The table of clauses writes three folders in short.
fn in_full(path: &str) -> String {
    let short = [
        ("it/", "tests/it/"),
        ("core/", "crates/vouchsafe-core/"),
        ("verify/", "crates/vouchsafe-verify/"),
    ];
    let found = short
        .iter()
        .find_map(|(short, long)| Some((long, path.strip_prefix(short)?)));
    found.map_or_else(|| path.to_owned(), |(long, rest)| format!("{long}{rest}"))
}

const FILE_ENDINGS: [&str; 9] = [
    ".rs", ".toml", ".md", ".sql", ".html", ".ftl", ".mjs", ".css", ".sh",
];
const MEDIA_KINDS: [&str; 4] = ["application/", "text/", "image/", "font/"];

fn looks_like_path(word: &str) -> bool {
    let plain = word
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "._-/".contains(c));
    let path = word.contains('/') || FILE_ENDINGS.iter().any(|ending| word.ends_with(ending));
    plain && path && !word.starts_with('/') && !MEDIA_KINDS.iter().any(|kind| word.starts_with(kind))
}

/// Hosts of package registries, in two halves so that this file does not name them either.
const REGISTRY_HOSTS: [(&str, &str); 6] = [
    ("crates", ".io"),
    ("npmjs", ".org"),
    ("npmjs", ".com"),
    ("pypi", ".org"),
    ("pythonhosted", ".org"),
    ("debian", ".org"),
];

/// A line that names the host of a package registry: where packages come from is each machine's own setting.
pub(crate) fn registry_hosts(path: &str, text: &str) -> Vec<String> {
    // Cargo writes the name of its index into its lock file.
    if path == "Cargo.lock" || path == "fuzz/Cargo.lock" {
        return Vec::new();
    }
    let hosts = REGISTRY_HOSTS.map(|(name, end)| format!("{name}{end}"));
    let named = |line: &str| hosts.iter().any(|host| line.contains(host.as_str()));
    let lines = text.lines().enumerate().filter(|(_, line)| named(line));
    lines
        .map(|(at, _)| format!("{path}:{}: names the host of a package registry", at + 1))
        .collect()
}

#[test]
fn unescaped_text_and_inline_code_are_found() {
    let found = |text: &str| loose_template("templates/pages/a.html", text).len();
    assert_eq!(found("{{ name|safe }}"), 1);
    assert_eq!(found("<p style=\"color: red\">"), 1);
    assert_eq!(found("<script>x()</script><style></style>"), 2);
    assert_eq!(found("<a href=\"/\" onclick=\"x()\">"), 1);
    assert_eq!(
        found("<script src=\"/static/a.js\" defer></script><p>{{ name }} once</p>"),
        0
    );
}

#[test]
fn a_dead_path_is_found() {
    let page = "See `src/gone.rs`, `GET /token`, `/token`, `src/lib.rs`, `text/html`.\n```\nsrc/old/   what\n  nested/x\n```\n";
    let dead = dead_paths("ARCHITECTURE.md", page, |path| path == "src/lib.rs");
    assert_eq!(
        dead,
        [
            "ARCHITECTURE.md: src/gone.rs does not exist",
            "ARCHITECTURE.md: src/old/ does not exist"
        ]
    );
}

#[test]
fn the_host_of_a_registry_is_found() {
    let host = REGISTRY_HOSTS
        .map(|(name, end)| format!("{name}{end}"))
        .join("\n");
    assert_eq!(registry_hosts("README.md", &host).len(), REGISTRY_HOSTS.len());
}
