//! Every endpoint that issues or accepts tokens asks the one gate whether what is behind them stands: a route that is new
//! says how, or why it need not, and code that handles tokens asks beside it.

use super::source::{code_only, without_tests};

/// How a route keeps the rule.
enum Tokens {
    /// It issues or accepts tokens, and these files ask.
    Asked(&'static [&'static str]),
    /// It needs not ask, because of this.
    None(&'static str),
}
use Tokens::{Asked, None};

/// Every path of `src/web/urls.rs`.
const ROUTES: &[(&str, Tokens)] = &[
    ("OPENID_CONFIGURATION", None("a public document")),
    ("AUTHORIZATION_SERVER_METADATA", None("a public document")),
    ("JWKS", None("a public document")),
    ("REVOCATIONS", None("public: what has ended")),
    ("REVOCATIONS_STREAM", None("public: what has ended")),
    ("STATUS_LISTS", None("public: what has ended")),
    ("STATUS_LIST", None("public: what has ended")),
    (
        "AUTHORIZE",
        None("a code gives nothing before its exchange has asked"),
    ),
    (
        "TOKEN",
        Asked(&[
            "src/oauth/token/grants/authorization_code.rs",
            "src/oauth/token/grants/refresh_token.rs",
        ]),
    ),
    ("USERINFO", Asked(&["src/oauth/userinfo.rs"])),
    ("REVOKE", None("only ends things")),
    (
        "REGISTER",
        None("knows registration tokens, which speak for nobody's grant"),
    ),
    (
        "REGISTERED_CLIENT",
        None("knows registration tokens, which speak for nobody's grant"),
    ),
    ("LOGO", None("a public picture")),
    ("INTROSPECT", Asked(&["src/oauth/introspect.rs"])),
    ("LOGOUT", None("only ends things")),
    ("INTERACTION", None("knows sessions, not tokens")),
    ("INVITATION", None("knows people, not tokens")),
    ("INVITATION_ACCEPTED", None("says nothing about anybody")),
    ("SETUP", None("knows people, not tokens")),
    ("ADMIN", None("knows sessions of its own, not tokens")),
    ("API", Asked(&["src/admin/api/caller.rs"])),
    ("OPENAPI", None("a public document")),
    ("DEVELOPERS", None("shows what is public")),
    ("TOKEN_INSPECTOR", None("tokens stay in the browser")),
    ("PLAYGROUND", None("shows a form")),
    ("PLAYGROUND_REQUEST", None("shows a request")),
    ("PLAYGROUND_CLIENT_CREDENTIALS", None("shows a form")),
    (
        "PLAYGROUND_CALLBACK",
        None("shows a form; codes are redeemed at TOKEN"),
    ),
    ("LIVEZ", None("says nothing about anybody")),
    ("READYZ", None("says nothing about anybody")),
];

/// The gate.
const GATE: [&str; 2] = ["live_person(", "live_token("];

/// What code says that issues tokens, or takes them for what they claim.
const HANDLES: [&str; 4] = [
    "mint(",
    "own_tokens()",
    "presented::read(",
    "refresh_token::parse(",
];

/// Files that handle tokens without asking, and why.
const EXEMPT: &[(&str, &str)] = &[
    ("src/oauth/authorize/endpoint.rs", "a hint signs nobody in"),
    (
        "src/pages/routes/logout.rs",
        "a hint ends a session at most, and signs nobody in",
    ),
    ("src/oauth/presented.rs", "reads only; each caller asks"),
    ("src/oauth/revoke.rs", "only ends things"),
    (
        "src/oauth/token/grants/client_credentials.rs",
        "no person stands behind it, and the client was authenticated just now",
    ),
];

/// A path without a row, a row without a path, and a route whose files do not ask.
pub(crate) fn unasked_routes(text: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let urls = text("src/web/urls.rs").unwrap_or_default();
    let paths: Vec<&str> = urls.lines().filter_map(path_name).collect();
    let mut found: Vec<String> = paths
        .iter()
        .filter(|path| ROUTES.iter().all(|(known, _)| known != *path))
        .map(|path| {
            format!("{path} has no row in tests/architecture/gate.rs: does it issue or accept tokens?")
        })
        .collect();
    for (path, tokens) in ROUTES {
        if !paths.contains(path) {
            found.push(format!("{path} is no path of src/web/urls.rs"));
        }
        match tokens {
            Asked(files) => found.extend(
                files
                    .iter()
                    .filter(|file| !text(file).is_some_and(|source| asks(&source)))
                    .map(|file| format!("{path}: {file} does not ask the gate")),
            ),
            None(reason) => assert!(!reason.is_empty()),
        }
    }
    found
}

/// A file of a surface that handles tokens and does not ask.
pub(crate) fn unasked(path: &str, source: &str) -> Vec<String> {
    let is_surface = ["src/oauth/", "src/pages/", "src/admin/", "src/developers/"]
        .iter()
        .any(|surface| path.starts_with(surface));
    let exempt = EXEMPT.iter().any(|(known, _)| *known == path);
    let code = without_tests(&code_only(source));
    if !is_surface || exempt || asks(&code) {
        return Vec::new();
    }
    HANDLES
        .iter()
        .filter(|word| code.contains(**word))
        .map(|word| format!("{path}: `{word}` without live_person or live_token"))
        .collect()
}

/// `    TOKEN = "/token";` is TOKEN.
fn path_name(line: &str) -> Option<&str> {
    let (name, path) = line.trim().split_once(" = ")?;
    let is_name = name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    (is_name && path.starts_with("\"/")).then_some(name)
}

fn asks(source: &str) -> bool {
    let code = without_tests(&code_only(source));
    GATE.iter().any(|word| code.contains(word))
}

#[test]
fn a_planted_route_and_a_planted_mint_are_found() {
    let lines: Vec<_> = ROUTES
        .iter()
        .map(|(name, _)| format!("    {name} = \"/x\";\n"))
        .collect();
    let urls = lines.concat();
    let with = |urls: String, gate: &'static str| {
        unasked_routes(move |file| {
            Some(if file.ends_with("urls.rs") {
                urls.clone()
            } else {
                gate.to_owned()
            })
        })
    };
    assert!(with(urls.clone(), "live_token(tx)").is_empty());
    assert_eq!(
        with(format!("{urls}    DEVICE = \"/device\";\n"), "live_token(tx)").len(),
        1
    );
    assert_eq!(with(urls, "// live_token(tx)").len(), 5);
    assert_eq!(unasked("src/oauth/device.rs", "fn redeem() { mint(a) }").len(), 1);
    assert!(unasked("src/oauth/device.rs", "fn redeem() { live_person(tx); mint(a) }").is_empty());
}

/// Pages of the administration that people meet before they have signed in to it.
const BEFORE_SIGN_IN: [&str; 2] = ["src/admin/pages/setup.rs", "src/admin/pages/sign_in.rs"];

/// A handler of the administration that does not ask for an administrator, or for a form that one sent: whoever wants an
/// `Admin` or `AdminForm` has passed the gate of `src/admin/access.rs`.
pub(crate) fn ungated_pages(path: &str, source: &str) -> Vec<String> {
    if !path.starts_with("src/admin/pages/") || BEFORE_SIGN_IN.contains(&path) {
        return Vec::new();
    }
    let code = without_tests(&code_only(source));
    let handlers = code.split("async fn ").skip(1).filter_map(|rest| {
        let (signature, _) = rest.split_once('{')?;
        let (arguments, answer) = signature.rsplit_once("->")?;
        let (name, arguments) = arguments.split_once('(')?;
        (answer.trim() == "HttpResponse").then(|| (name.to_owned(), arguments.to_owned()))
    });
    handlers
        .filter(|(_, arguments)| {
            !["Admin", "AdminForm"]
                .iter()
                .any(|gate| arguments.contains(&format!(": {gate}")))
        })
        .map(|(name, _)| format!("{path}: {name} takes neither an Admin nor an AdminForm"))
        .collect()
}

#[test]
fn a_page_without_its_gate_is_found() {
    let gated = "async fn get(admin: Admin) -> HttpResponse { }\nasync fn post(\n    form: AdminForm,\n) -> HttpResponse {}";
    assert!(ungated_pages("src/admin/pages/x.rs", gated).is_empty());
    let bare = "async fn get(cx: Cx) -> HttpResponse { }";
    assert_eq!(ungated_pages("src/admin/pages/x.rs", bare).len(), 1);
    assert!(ungated_pages("src/admin/pages/sign_in.rs", bare).is_empty());
}
