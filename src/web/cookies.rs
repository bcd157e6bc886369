//! RFC 6265 — our cookies: their names, their attributes, and how they are read.
//!
//! On https they carry the prefix `__Host-`, which a browser accepts only with `Secure`, `Path=/` and without
//! `Domain`, so that no neighbouring host can plant one. On loopback http, where several servers share a host
//! name, the port is part of the name.

use actix_web::http::header::{COOKIE, HeaderMap, HeaderValue, InvalidHeaderValue};
use vouchsafe_core::model::{AdminCookie, BrowserCookie, Plain, SecretKind, SessionCookie, Span};

/// A secret that a browser keeps for us.
pub trait InCookie: SecretKind {
    /// The name, without prefix or port.
    const NAME: &'static str;
    /// `SameSite`: whether it comes along when another site links to us.
    const SAME_SITE: &'static str = "Lax";
}

impl InCookie for BrowserCookie {
    const NAME: &'static str = "vs_browser";
}

impl InCookie for SessionCookie {
    const NAME: &'static str = "vs_session";
}

impl InCookie for AdminCookie {
    const NAME: &'static str = "vs_admin";
    // Nobody needs to arrive at the administration from elsewhere.
    const SAME_SITE: &'static str = "Strict";
}

const LANGUAGE: &str = "vs_language";
const NOTICE: &str = "vs_notice";

/// A cookie that only the pages below a path need.
#[derive(Clone, Copy, Debug)]
pub struct Below {
    /// The name, without prefix or port.
    pub name: &'static str,
    /// The path, which is never `/`.
    pub path: &'static str,
}

/// How this issuer's cookies are named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cookies {
    /// `None` on https, else the port of loopback http.
    port: Option<u16>,
}

impl Cookies {
    /// The cookies of an issuer; an `http` issuer is a loopback one.
    #[must_use]
    pub fn of_issuer(issuer: &str) -> Self {
        let url = url::Url::parse(issuer).ok();
        let port = url
            .filter(|url| url.scheme() == "http")
            .and_then(|url| url.port_or_known_default());
        Self { port }
    }

    /// Reads a cookie. One that comes twice is not read at all: somebody else may have set the other.
    #[must_use]
    pub fn read<K: InCookie>(&self, headers: &HeaderMap) -> Option<Plain<K>> {
        self.value(headers, K::NAME).and_then(Plain::parse)
    }

    /// The language that was chosen on a page before.
    #[must_use]
    pub fn language<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        self.value(headers, LANGUAGE)
    }

    /// The `Set-Cookie` value that remembers a language.
    #[must_use]
    pub fn set_language(&self, tag: &'static str) -> HeaderValue {
        self.line((LANGUAGE, "Lax"), tag, Some(Span::from_days(365)))
    }

    /// What an answer before left for the next page to tell.
    #[must_use]
    pub fn notice<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        self.value(headers, NOTICE)
    }

    /// The `Set-Cookie` value that leaves something for the next page to tell, in letters of base64url and dots: for a
    /// minute. An empty one takes it away.
    ///
    /// # Errors
    /// When the value has characters that a header cannot carry.
    pub fn set_notice(&self, value: &str) -> Result<HeaderValue, InvalidHeaderValue> {
        let kept_for = if value.is_empty() {
            Span::ZERO
        } else {
            Span::from_minutes(1)
        };
        HeaderValue::try_from(self.text((NOTICE, "Strict"), value, Some(kept_for)))
    }

    /// Reads a cookie of some pages. One that comes twice is not read at all.
    #[must_use]
    pub fn read_below<'a>(&self, headers: &'a HeaderMap, cookie: Below) -> Option<&'a str> {
        only(headers, &self.name_below(cookie))
    }

    /// The `Set-Cookie` value for some pages. It can have no prefix `__Host-`, so a neighbouring host might plant one:
    /// nothing may rest on it that anybody else could gain from.
    ///
    /// # Errors
    /// When the value has characters that a header cannot carry.
    pub fn set_below(
        &self,
        cookie: Below,
        value: &str,
        kept_for: Span,
    ) -> Result<HeaderValue, InvalidHeaderValue> {
        let secure = if self.port.is_none() { "; Secure" } else { "" };
        let (name, path, seconds) = (self.name_below(cookie), cookie.path, kept_for.seconds());
        let line = format!("{name}={value}; Path={path}; HttpOnly; SameSite=Lax{secure}; Max-Age={seconds}");
        HeaderValue::try_from(line)
    }

    fn value<'a>(&self, headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
        only(headers, &self.name(name))
    }

    fn name_below(&self, cookie: Below) -> String {
        match self.port {
            None => format!("__Secure-{}", cookie.name),
            Some(_) => self.name(cookie.name),
        }
    }
}

/// The value of a cookie that came once.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers
        .get_all(COOKIE)
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(found, _)| *found == name)
        .map(|(_, value)| value);
    match (values.next(), values.next()) {
        (Some(value), None) => Some(value),
        _ => None,
    }
}

impl Cookies {
    /// The `Set-Cookie` value that stores a secret: until the browser closes, or for the given span.
    #[must_use]
    pub fn set<K: InCookie>(&self, secret: &Plain<K>, kept_for: Option<Span>) -> HeaderValue {
        self.line((K::NAME, K::SAME_SITE), secret.expose(), kept_for)
    }

    /// The `Set-Cookie` value that makes the browser forget.
    #[must_use]
    pub fn clear<K: InCookie>(&self) -> HeaderValue {
        self.line((K::NAME, K::SAME_SITE), "", Some(Span::ZERO))
    }

    fn name(&self, name: &str) -> String {
        match self.port {
            None => format!("__Host-{name}"),
            Some(port) => format!("{name}_{port}"),
        }
    }

    fn line(&self, names: (&str, &str), value: &str, kept_for: Option<Span>) -> HeaderValue {
        #[expect(
            clippy::expect_used,
            reason = "name, value and attributes are ASCII that we made"
        )]
        HeaderValue::try_from(self.text(names, value, kept_for)).expect("a header value")
    }

    fn text(&self, (name, same_site): (&str, &str), value: &str, kept_for: Option<Span>) -> String {
        let name = self.name(name);
        let mut line = format!("{name}={value}; Path=/; HttpOnly; SameSite={same_site}");
        if self.port.is_none() {
            line.push_str("; Secure");
        }
        if let Some(span) = kept_for {
            line.push_str("; Max-Age=");
            line.push_str(&span.seconds().to_string());
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[String]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(COOKIE, HeaderValue::from_str(line).unwrap());
        }
        headers
    }

    #[test]
    fn names_and_attributes_are_those_that_keep_neighbours_out() {
        let secret = Plain::<SessionCookie>::from_entropy([1; 32]);
        let value = secret.expose();
        let https = Cookies::of_issuer("https://id.example.com");
        let expected = format!("__Host-vs_session={value}; Path=/; HttpOnly; SameSite=Lax; Secure");
        assert_eq!(https.set(&secret, None), expected.as_str());
        let loopback = Cookies::of_issuer("http://localhost:7300");
        let expected = format!("vs_session_7300={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=60");
        assert_eq!(
            loopback.set(&secret, Some(Span::from_minutes(1))),
            expected.as_str()
        );
        let admin = Plain::<AdminCookie>::from_entropy([1; 32]);
        let expected = format!(
            "__Host-vs_admin={}; Path=/; HttpOnly; SameSite=Strict; Secure",
            admin.expose()
        );
        assert_eq!(https.set(&admin, None), expected.as_str());
        let expected = "__Host-vs_notice=a.b; Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age=60";
        assert_eq!(https.set_notice("a.b").unwrap(), expected);
        let expected = "vs_notice_7300=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0";
        assert_eq!(loopback.set_notice("").unwrap(), expected);
        let expected = "vs_browser_80=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0";
        assert_eq!(
            Cookies::of_issuer("http://localhost").clear::<BrowserCookie>(),
            expected
        );
    }

    #[test]
    fn a_cookie_of_some_pages_goes_to_no_others() {
        let cookie = Below {
            name: "vs_try",
            path: "/developers",
        };
        let minute = Span::from_minutes(1);
        let https = Cookies::of_issuer("https://id.example.com");
        let expected = "__Secure-vs_try=a.b; Path=/developers; HttpOnly; SameSite=Lax; Secure; Max-Age=60";
        assert_eq!(https.set_below(cookie, "a.b", minute).unwrap(), expected);
        let loopback = Cookies::of_issuer("http://localhost:7300");
        let expected = "vs_try_7300=a.b; Path=/developers; HttpOnly; SameSite=Lax; Max-Age=60";
        assert_eq!(loopback.set_below(cookie, "a.b", minute).unwrap(), expected);
        assert!(https.set_below(cookie, "a\r\nb", minute).is_err());
        let sent = headers(&["__Secure-vs_try=a.b; vs_try=c".to_owned()]);
        assert_eq!(https.read_below(&sent, cookie), Some("a.b"));
        let twice = headers(&["__Secure-vs_try=a".to_owned(), "__Secure-vs_try=b".to_owned()]);
        assert_eq!(https.read_below(&twice, cookie), None);
    }

    #[test]
    fn a_cookie_is_read_among_others_but_not_when_it_comes_twice() {
        let cookies = Cookies::of_issuer("https://id.example.com");
        let secret = Plain::<SessionCookie>::from_entropy([1; 32]);
        let pair = format!("__Host-vs_session={}", secret.expose());
        let other = Plain::<SessionCookie>::from_entropy([2; 32]);
        let planted = format!("__Host-vs_session={}", other.expose());
        let read = |lines: &[String]| cookies.read::<SessionCookie>(&headers(lines));
        let same = |read: Option<Plain<SessionCookie>>| read.is_some_and(|s| s.digest() == secret.digest());
        assert!(same(read(std::slice::from_ref(&pair))));
        assert!(same(read(&[format!("a=b; {pair};c")])));
        assert!(same(read(&["a=b".to_owned(), pair.clone()])));
        assert!(read(&[format!("{pair}; {planted}")]).is_none());
        assert!(read(&[pair.clone(), planted]).is_none());
        assert!(read(&[pair.replace("__Host-", "")]).is_none());
        assert!(read(&["__Host-vs_session=garbage".to_owned()]).is_none());
        assert!(cookies.read::<BrowserCookie>(&headers(&[pair])).is_none());
    }
}
