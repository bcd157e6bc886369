//! A browser without script: cookies, forms, and no redirect that the test does not follow itself.

use super::people::PASSWORD;
use super::world::{Answer, Site};
use crate::pages::html::elements;
use reqwest::blocking::RequestBuilder;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// A person's browser.
pub(crate) struct Browser<'w> {
    site: &'w Site,
    cookies: RefCell<BTreeMap<String, String>>,
}

impl Site {
    /// A new browser without cookies.
    pub(crate) fn browser(&self) -> Browser<'_> {
        Browser {
            site: self,
            cookies: RefCell::default(),
        }
    }
}

impl Browser<'_> {
    /// Opens a page.
    pub(crate) fn get(&self, url: &str) -> Answer {
        self.send(self.site.get(url).header("sec-fetch-site", "none"))
    }

    /// Sends a form from a page of the server.
    pub(crate) fn post(&self, url: &str, form: &[(&str, &str)]) -> Answer {
        let request = self.site.post(url).header("origin", &self.site.issuer);
        self.send(request.header("sec-fetch-site", "same-origin").form(form))
    }

    /// Sends any request with the browser's cookies and keeps those that come back.
    pub(crate) fn send(&self, request: RequestBuilder) -> Answer {
        let jar: Vec<_> = self
            .cookies
            .borrow()
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = if jar.is_empty() {
            request
        } else {
            request.header("cookie", jar.join("; "))
        };
        let answer = Answer::to(request);
        for cookie in answer.headers.get_all("set-cookie") {
            let text = cookie.to_str().unwrap();
            let (pair, attributes) = text.split_once(';').unwrap_or((text, ""));
            let (name, value) = pair.split_once('=').unwrap();
            if attributes.to_ascii_lowercase().contains("max-age=0") {
                self.cookies.borrow_mut().remove(name);
            } else {
                self.cookies
                    .borrow_mut()
                    .insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    /// The cookies that the browser holds.
    pub(crate) fn cookies(&self) -> BTreeMap<String, String> {
        self.cookies.borrow().clone()
    }

    /// Puts a cookie into the browser.
    pub(crate) fn set_cookie(&self, name: &str, value: &str) {
        self.cookies
            .borrow_mut()
            .insert(name.to_owned(), value.to_owned());
    }

    /// Opens a URL and follows redirects within the server, to a page or to a redirect that leaves it.
    pub(crate) fn open(&self, url: &str) -> (String, Answer) {
        self.follow(self.get(url), url)
    }

    /// Follows redirects within the server.
    pub(crate) fn follow(&self, mut answer: Answer, from: &str) -> (String, Answer) {
        let mut at = self.site.url(from);
        for _ in 0..10 {
            let location = answer.header("location").to_owned();
            if location.is_empty() {
                return (at, answer);
            }
            let location = self.site.url(&location);
            if !location.starts_with(&format!("{}/", self.site.issuer)) {
                return (location, answer);
            }
            answer = self.get(&location);
            at = location;
        }
        panic!("redirects without end at {at}");
    }

    /// Opens an authorization URL, signs in when asked, allows when asked, and returns where it ends.
    pub(crate) fn authorize(&self, url: &str, username: &str) -> String {
        self.authorize_by(url, username, PASSWORD)
    }

    /// As [`Browser::authorize`], with a password of one's own.
    pub(crate) fn authorize_by(&self, url: &str, username: &str, password: &str) -> String {
        let (mut at, mut answer) = self.open(url);
        for _ in 0..5 {
            if !at.starts_with(&self.site.issuer) {
                return at;
            }
            let token = hidden(&answer.body, "form_token");
            let sent = if answer.body.contains("id=\"login-form\"") {
                let form = [
                    ("form_token", token.as_str()),
                    ("username", username),
                    ("password", password),
                ];
                self.post(&at, &form)
            } else if answer.body.contains("id=\"consent-form\"") {
                self.post(&at, &[("form_token", token.as_str()), ("decision", "allow")])
            } else {
                return at;
            };
            (at, answer) = self.follow(sent, &at);
        }
        at
    }
}

/// The value of a hidden input; empty when it is not there.
pub(crate) fn hidden(html: &str, name: &str) -> String {
    let Some((_, rest)) = html.split_once(&format!("name=\"{name}\" value=\"")) else {
        return String::new();
    };
    rest.split('"').next().unwrap_or_default().to_owned()
}

/// What a browser would send of the form with this id, as it stands on the page; the token of forms is left out.
pub(crate) fn filled(html: &str, id: &str) -> Vec<(String, String)> {
    let at = html
        .find(&format!("id=\"{id}\""))
        .unwrap_or_else(|| panic!("no {id} in {html}"));
    let form = &html[html[..at].rfind("<form").unwrap()..];
    let form = &form[..form.find("</form>").unwrap() + "</form>".len()];
    let (mut fields, mut select) = (Vec::new(), String::new());
    for element in elements(&format!("<!doctype html>{form}")).unwrap() {
        let of = |name: &str| element.attribute(name).unwrap_or_default().to_owned();
        let value = match element.name.as_str() {
            "input" if of("type") == "checkbox" && element.attribute("checked").is_none() => continue,
            "input" => of("value"),
            "textarea" => element.text.replace('\n', "\r\n"),
            "select" => {
                select = of("name");
                continue;
            }
            "option" if element.attribute("selected").is_some() => {
                fields.push((select.clone(), of("value")));
                continue;
            }
            _ => continue,
        };
        fields.push((of("name"), value));
    }
    fields.retain(|(name, _)| name != "form_token");
    fields
}

/// Fields with one of them replaced, or added.
pub(crate) fn with<'a>(
    fields: &'a [(String, String)],
    name: &'a str,
    value: &'a str,
) -> Vec<(&'a str, &'a str)> {
    let others = fields.iter().filter(|(other, _)| other != name);
    let mut fields: Vec<_> = others
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    fields.push((name, value));
    fields
}
