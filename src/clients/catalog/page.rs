//! The page of the documentation that lists the catalogue; `cargo xtask docs` writes it.

use super::{App, Filled, apps};
use std::fmt::Write as _;
use vouchsafe_core::model::{ClientKind, IdTokenClaims, PkceRule};
use vouchsafe_core::spec::provider_metadata::Endpoints;

/// The issuer that the page is written for.
pub const ISSUER_OF_PAGE: &str = "https://id.example.com";

/// The page.
#[must_use]
pub fn markdown(endpoints: &Endpoints, discovery: &str) -> String {
    let mut page = String::from(
        "# Catalogue of applications\n\n\
         Written by `cargo xtask docs` from the files in `catalog`; change those. What follows is what\n\
         `vouchsafe client create --app <name> --url <address>` registers and prints, and what the administration offers\n\
         under \"Register an application\". The issuer is taken to be `https://id.example.com`.\n\n\
         | name | application | what it is |\n|---|---|---|\n",
    );
    for app in apps() {
        // Writing to a string cannot fail.
        let _ = writeln!(
            page,
            "| [`{}`](#{}) | {} | {} |",
            app.id,
            anchor(&app.name),
            app.name,
            app.summary
        );
    }
    for app in apps() {
        section(&mut page, app, (endpoints, discovery));
    }
    page
}

/// As repositories make anchors of headings.
fn anchor(name: &str) -> String {
    let kept = name.to_lowercase();
    let kept = kept
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

fn section(page: &mut String, app: &App, (endpoints, discovery): (&Endpoints, &str)) {
    let url = app.url_example.as_deref();
    let _ = write!(page, "\n## {}\n\n{}.\n\n```sh\n", app.name, app.summary);
    let _ = write!(page, "vouchsafe client create --app {}", app.id);
    if let Some(url) = url {
        let _ = write!(page, " --url {url}");
    }
    page.push_str("\n```\n\n");
    let _ = writeln!(page, "Registered as {}.\n", registered(app));
    for note in &app.notes {
        let _ = writeln!(page, "- {note}");
    }
    let callback = app
        .callbacks
        .first()
        .map(|uri| uri.replace("@url@", url.unwrap_or_default()));
    let filled = Filled {
        issuer: ISSUER_OF_PAGE,
        endpoints,
        discovery,
        url: url.unwrap_or_default(),
        client_id: "CLIENT-ID",
        client_secret: Some("CLIENT-SECRET"),
        callback: callback.as_deref().unwrap_or_default(),
        scopes: &app.scopes,
    };
    for settings in app.settings(&filled) {
        let _ = write!(
            page,
            "\n{}:\n\n```{}\n{}```\n",
            settings.title, settings.language, settings.text
        );
    }
}

fn registered(app: &App) -> String {
    let kind = match app.kind {
        ClientKind::Web => "a web application with a secret",
        ClientKind::Spa => "a single-page application",
        ClientKind::Native => "a native application without a secret",
        ClientKind::Service => "a service",
    };
    let pkce = match app.pkce {
        PkceRule::Required => "PKCE required",
        PkceRule::Allowed => "PKCE allowed, because it may send no challenge",
    };
    let claims = match app.id_token_claims {
        IdTokenClaims::Userinfo => "claims at the UserInfo endpoint",
        IdTokenClaims::IdToken => "claims in the ID token too",
    };
    format!("{kind}; {pkce}; {claims}; scopes `{}`", app.scopes.join(" "))
}
