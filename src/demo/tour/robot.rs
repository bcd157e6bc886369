//! A browser that nobody sits at: cookies by host, redirects by hand, and the forms of the sign-in filled in.

use crate::demo::exchange::client;
use reqwest::header::{CONTENT_TYPE, COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use reqwest::{Client, Method, Response, Url};
use std::collections::BTreeMap;
use std::time::Duration;
use url::form_urlencoded;

/// Redirects that are followed in a row.
const REDIRECTS: usize = 10;
/// Forms that lie between the app's button and the app.
const FORMS: usize = 4;
/// A button may wait until the API refuses.
const PATIENCE: Duration = Duration::from_secs(30);

/// Why the robot did not get where it wanted.
#[derive(Debug, thiserror::Error)]
pub(super) enum Stray {
    #[error("No answer: {0}")]
    Http(#[from] reqwest::Error),
    #[error("{0} leads nowhere.")]
    Address(String),
    #[error("Redirects without end.")]
    Endless,
    #[error("The sign-in did not lead back to the app.")]
    NotSignedIn,
    #[error("The API did not refuse within ten seconds.")]
    StillAccepted,
    #[error("{0}")]
    Other(String),
}

/// The browser.
pub(super) struct Robot {
    client: Client,
    cookies: BTreeMap<String, BTreeMap<String, String>>,
}

/// A page that it came to.
pub(super) struct Page {
    url: Url,
    html: String,
}

impl Robot {
    pub(super) fn new() -> Result<Self, reqwest::Error> {
        Ok(Self {
            client: client(PATIENCE)?,
            cookies: BTreeMap::new(),
        })
    }

    /// Presses the app's button, signs in when asked, allows when asked, and is back at the app.
    pub(super) async fn sign_in(&mut self, app: &Url, username: &str, password: &str) -> Result<(), Stray> {
        let button = app.join("sign-in").map_err(|_| Stray::Address(app.to_string()))?;
        let mut page = self.send(button, &[]).await?;
        for _ in 0..FORMS {
            let fields = if page.html.contains("id=\"login-form\"") {
                vec![("username", username), ("password", password)]
            } else if page.html.contains("id=\"consent-form\"") {
                vec![("decision", "allow")]
            } else {
                break;
            };
            page = self.fill_in(&page, fields).await?;
        }
        let back = page.url.origin() == app.origin() && page.html.contains("id=\"person\"");
        match page.sentence("problem") {
            Some(problem) => Err(Stray::Other(problem)),
            None if back => Ok(()),
            None => Err(Stray::NotSignedIn),
        }
    }

    /// Sends the form of a page, with the token that stands in it.
    async fn fill_in(&mut self, page: &Page, mut fields: Vec<(&str, &str)>) -> Result<Page, Stray> {
        let token = page
            .between("name=\"form_token\" value=\"", "\"")
            .unwrap_or_default();
        let action = page
            .between("method=\"post\" action=\"", "\"")
            .unwrap_or_default();
        let url = page
            .url
            .join(&action)
            .map_err(|_| Stray::Address(action.clone()))?;
        fields.push(("form_token", &token));
        self.send(url, &fields).await
    }

    /// Sends a form, and follows where it leads.
    pub(super) async fn send(&mut self, url: Url, fields: &[(&str, &str)]) -> Result<Page, Stray> {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let mut at = url;
        let mut response = self.request(Method::POST, &at, body).await?;
        for _ in 0..REDIRECTS {
            let location = response.headers().get(LOCATION);
            let Some(location) = location.and_then(|location| location.to_str().ok()) else {
                let html = response.text().await?;
                return Ok(Page { url: at, html });
            };
            at = at
                .join(location)
                .map_err(|_| Stray::Address(location.to_owned()))?;
            response = self.request(Method::GET, &at, String::new()).await?;
        }
        Err(Stray::Endless)
    }

    async fn request(&mut self, method: Method, url: &Url, body: String) -> Result<Response, Stray> {
        let jar = self.cookies.entry(url.authority().to_owned()).or_default();
        let mut request = self.client.request(method.clone(), url.clone());
        if !jar.is_empty() {
            let pairs: Vec<_> = jar
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            request = request.header(COOKIE, pairs.join("; "));
        }
        if method == Method::POST {
            request = request
                .header(ORIGIN, url.origin().ascii_serialization())
                .header("sec-fetch-site", "same-origin")
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(body);
        }
        let response = request.send().await?;
        for line in response.headers().get_all(SET_COOKIE) {
            let text = line.to_str().unwrap_or_default();
            let (pair, attributes) = text.split_once(';').unwrap_or((text, ""));
            let Some((name, value)) = pair.split_once('=') else {
                continue;
            };
            if attributes.to_ascii_lowercase().contains("max-age=0") {
                jar.remove(name);
            } else {
                jar.insert(name.to_owned(), value.to_owned());
            }
        }
        Ok(response)
    }
}

impl Page {
    /// The text of the element with this id, which holds nothing but text.
    pub(super) fn sentence(&self, id: &str) -> Option<String> {
        let (_, rest) = self.html.split_once(&format!("id=\"{id}\""))?;
        let (_, rest) = rest.split_once('>')?;
        rest.split('<').next().map(plain)
    }

    /// What went over the wire last, as the app shows it.
    pub(super) fn newest(&self) -> &str {
        let rest = self.html.split_once("id=\"last-exchange\"");
        let exchange = rest.and_then(|(_, rest)| rest.split("</section>").next());
        exchange.unwrap_or_default()
    }

    /// What the app says that went wrong.
    pub(super) fn problem(&self) -> Stray {
        let said = self.sentence("problem");
        Stray::Other(said.unwrap_or_else(|| "The app's page does not show what it should.".to_owned()))
    }

    fn between(&self, before: &str, after: &str) -> Option<String> {
        let (_, rest) = self.html.split_once(before)?;
        rest.split(after).next().map(plain)
    }
}

/// Text as it stands in HTML, without the escapes that the templates write.
fn plain(html: &str) -> String {
    [
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#38;", "&"),
    ]
    .iter()
    .fold(html.trim().to_owned(), |text, (escape, sign)| {
        text.replace(escape, sign)
    })
}
