//! Well-known applications and libraries: what each of them wants to be registered as, and the settings that it wants,
//! filled in. Data, not code: `catalog/*.toml` and `catalog/libraries/*.toml`, part of the program.

mod files;
mod page;
mod read;

pub use page::{ISSUER_OF_PAGE, markdown};

use super::registration::Wish;
use std::sync::LazyLock;
use vouchsafe_core::model::{AuthMethod, Client, ClientKind, IdTokenClaims, PkceRule};
use vouchsafe_core::spec::human_readable::shortened;
use vouchsafe_core::spec::provider_metadata::Endpoints;
use vouchsafe_core::spec::{redirect_uri, scope};

/// A well-known application.
#[derive(Clone, Debug, PartialEq)]
pub struct App {
    /// The name on the command line: that of its file.
    pub id: &'static str,
    /// The name people know.
    pub name: String,
    /// What it is, in a few words.
    pub summary: String,
    /// What kind of client it is.
    pub kind: ClientKind,
    /// What its address looks like; none when it has no address of its own.
    pub url_example: Option<String>,
    /// Its redirect URIs, with `@url@` for its address.
    pub callbacks: Vec<String>,
    /// Where it wants sign-out to return to.
    pub post_logout: Vec<String>,
    /// How it authenticates, where it can do only one thing.
    pub auth_method: Option<AuthMethod>,
    /// Whether it sends PKCE challenges.
    pub pkce: PkceRule,
    /// The scopes that it needs.
    pub scopes: Vec<String>,
    /// Where it reads claims.
    pub id_token_claims: IdTokenClaims,
    /// Its settings, with placeholders.
    pub settings: Vec<Settings>,
    /// What else there is to know.
    pub notes: Vec<String>,
}

/// A library or tool that applications are built with.
#[derive(Clone, Debug, PartialEq)]
pub struct Library {
    /// The name of its file.
    pub id: &'static str,
    /// The name people know.
    pub name: String,
    /// Its settings, with placeholders, for each kind of client.
    pub settings: Vec<(Vec<ClientKind>, Settings)>,
}

/// A block of settings to copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Where it goes.
    pub title: String,
    /// The language it is written in.
    pub language: String,
    /// The text.
    pub text: String,
}

/// What placeholders are filled with.
#[derive(Clone, Debug)]
pub struct Filled<'a> {
    /// The issuer.
    pub issuer: &'a str,
    /// Its endpoints.
    pub endpoints: &'a Endpoints,
    /// The discovery document.
    pub discovery: &'a str,
    /// The address of the application.
    pub url: &'a str,
    /// The `client_id`.
    pub client_id: &'a str,
    /// The secret, for the one time that it is known.
    pub client_secret: Option<&'a str>,
    /// The first redirect URI.
    pub callback: &'a str,
    /// The scopes.
    pub scopes: &'a [String],
}

/// What stands in place of a secret that is not known any more.
const UNKNOWN_SECRET: &str = "YOUR-CLIENT-SECRET";

/// Why the address of an application cannot be used, as a sentence for the one who gave it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadAddress(String);

static APPS: LazyLock<Vec<App>> = LazyLock::new(|| {
    let read = files::APPS.iter().map(|(id, text)| read::app(id, text));
    // A test reads every file, so that none is left out here.
    read.filter_map(Result::ok).collect()
});

static LIBRARIES: LazyLock<Vec<Library>> = LazyLock::new(|| {
    let read = files::LIBRARIES.iter().map(|(id, text)| read::library(id, text));
    read.filter_map(Result::ok).collect()
});

/// All applications, in order of their ids.
#[must_use]
pub fn apps() -> &'static [App] {
    &APPS
}

/// The application with this id.
#[must_use]
pub fn app(id: &str) -> Option<&'static App> {
    APPS.iter().find(|app| app.id == id)
}

/// All libraries.
#[must_use]
pub fn libraries() -> &'static [Library] {
    &LIBRARIES
}

impl App {
    /// What is to be registered for this application at `url`.
    ///
    /// # Errors
    /// When the address is missing, is one too many, or cannot be used.
    pub fn wish(&self, url: Option<&str>) -> Result<Wish, BadAddress> {
        let url = match (&self.url_example, url) {
            (None, None) => String::new(),
            (None, Some(_)) => return Err(BadAddress(format!("{} has no address of its own", self.name))),
            (Some(example), None) => {
                return Err(BadAddress(format!(
                    "{} needs its address, such as {example}",
                    self.name
                )));
            }
            (Some(_), Some(url)) => address(url, self.kind)?,
        };
        let placed = |uris: &[String]| uris.iter().map(|uri| uri.replace("@url@", &url)).collect();
        Ok(Wish {
            redirect_uris: placed(&self.callbacks),
            post_logout_redirect_uris: placed(&self.post_logout),
            scopes: Some(self.scopes.clone()),
            auth_method: self.auth_method,
            pkce: Some(self.pkce),
            id_token_claims: self.id_token_claims,
            ..Wish::new(self.name.clone(), self.kind)
        })
    }

    /// The settings that the application wants, filled in.
    #[must_use]
    pub fn settings(&self, filled: &Filled<'_>) -> Vec<Settings> {
        self.settings
            .iter()
            .map(|settings| settings.fill(filled))
            .collect()
    }

    /// The address that the application was registered for, found again in its first redirect URI.
    #[must_use]
    pub fn url_of(&self, client: &Client) -> String {
        let found = self.callbacks.iter().zip(&client.metadata.redirect_uris);
        let mut found = found.filter_map(|(callback, uri)| uri.strip_suffix(callback.strip_prefix("@url@")?));
        found.next().unwrap_or_default().to_owned()
    }
}

impl Library {
    /// The settings for a client of this kind, filled in.
    #[must_use]
    pub fn settings(&self, kind: ClientKind, filled: &Filled<'_>) -> Vec<Settings> {
        let of_kind = self.settings.iter().filter(|(kinds, _)| kinds.contains(&kind));
        of_kind.map(|(_, settings)| settings.fill(filled)).collect()
    }
}

impl Settings {
    fn fill(&self, filled: &Filled<'_>) -> Self {
        Self {
            text: fill(&lines_for(&self.text, filled.issuer), filled),
            ..self.clone()
        }
    }
}

/// What a line begins with that is for an issuer without TLS only, on a machine where somebody tries things out.
const OVER_HTTP: &str = "@over_http@";

/// The text with the lines that are for such an issuer.
fn lines_for(text: &str, issuer: &str) -> String {
    let over_http = issuer.starts_with("http://");
    let lines = text.split_inclusive('\n').filter_map(|line| {
        let marked = line.strip_prefix(OVER_HTTP);
        marked.map_or(Some(line), |line| over_http.then_some(line))
    });
    lines.collect()
}

/// Puts values in place of placeholders, each once: what was put in is not looked at again.
fn fill(text: &str, filled: &Filled<'_>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('@') {
        out.push_str(before);
        let known = after
            .split_once('@')
            .and_then(|(name, tail)| Some((value(name, filled)?, tail)));
        if let Some((value, tail)) = known {
            out.push_str(&value);
            rest = tail;
        } else {
            out.push('@');
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

fn value(name: &str, filled: &Filled<'_>) -> Option<String> {
    let endpoints = filled.endpoints;
    let text = match name {
        "issuer" => filled.issuer,
        "discovery" => filled.discovery,
        "url" => filled.url,
        "client_id" => filled.client_id,
        "client_secret" => filled.client_secret.unwrap_or(UNKNOWN_SECRET),
        "callback" => filled.callback,
        "scope" => return Some(scope::join(filled.scopes)),
        "scope_commas" => return Some(filled.scopes.join(", ")),
        "authorization_endpoint" => &endpoints.authorization_endpoint,
        "token_endpoint" => &endpoints.token_endpoint,
        "userinfo_endpoint" => &endpoints.userinfo_endpoint,
        "end_session_endpoint" => &endpoints.end_session_endpoint,
        "jwks_uri" => &endpoints.jwks_uri,
        _ => return None,
    };
    Some(text.to_owned())
}

/// An address as redirect URIs can be made of: without slash at its end, and with nothing that would end a string in
/// some settings.
fn address(text: &str, kind: ClientKind) -> Result<String, BadAddress> {
    let problem = |rule: String| BadAddress(format!("address {:?}: {rule}", shortened(text)));
    let url = text.trim().trim_end_matches('/');
    redirect_uri::registrable(url, kind).map_err(|rule| problem(rule.to_string()))?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~/:[]".contains(c);
    if redirect_uri::origin(url).is_none() || !url.chars().all(plain) {
        return Err(problem(
            "it is scheme, host and perhaps a path, like https://app.example.com".to_owned(),
        ));
    }
    Ok(url.to_owned())
}

#[cfg(test)]
mod tests;
