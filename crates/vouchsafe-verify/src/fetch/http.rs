//! Requests to the issuer, with limits on everything.

use std::fmt;
use std::time::Duration;

use reqwest::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Certificate, Client, RequestBuilder, Response, redirect};
use url::Url;
use url::form_urlencoded::{Serializer, byte_serialize};

use super::problem::{FetchProblem, SetupProblem};
use crate::jwks::MAX_DOCUMENT_BYTES;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
const TOTAL_TIMEOUT: Duration = Duration::from_secs(5);
/// A stream is opened anew now and then, also when all is well.
const STREAM_TIMEOUT: Duration = Duration::from_hours(1);

/// Never follows a redirect, never uses a proxy, never waits long, never reads much.
#[derive(Debug)]
pub(super) struct HttpClient(Client);

/// A document, and how long the issuer lets it be kept.
pub(super) struct Answer {
    pub(super) body: Vec<u8>,
    pub(super) max_age: Option<Duration>,
}

impl HttpClient {
    pub(super) fn new(uses_tls: bool, extra_ca: &[u8]) -> Result<Self, SetupProblem> {
        let builder = Client::builder()
            .redirect(redirect::Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TOTAL_TIMEOUT)
            // Documents are fetched minutes apart, and not always on the same runtime.
            .pool_max_idle_per_host(0)
            .user_agent(concat!("vouchsafe-verify/", env!("CARGO_PKG_VERSION")));
        let extra = Certificate::from_pem_bundle(extra_ca).map_err(|_| SetupProblem::CertificateMalformed)?;
        if extra.is_empty() && !extra_ca.is_empty() {
            return Err(SetupProblem::CertificateMalformed);
        }
        let builder = if uses_tls {
            builder.tls_certs_merge(extra)
        } else {
            // An http issuer on this machine must not depend on the machine's certificates.
            builder.tls_certs_only([])
        };
        builder.build().map(Self).map_err(|_| SetupProblem::Tls)
    }

    /// A small JSON document.
    pub(super) async fn fetch(&self, url: Url) -> Result<Answer, FetchProblem> {
        let request = self.0.get(url).header(ACCEPT, "application/json");
        answer(request, MAX_DOCUMENT_BYTES).await
    }

    /// A document of a kind, with limits of its own.
    pub(super) async fn fetch_as(
        &self,
        url: Url,
        kind: &'static str,
        patience: Duration,
        most: usize,
    ) -> Result<Answer, FetchProblem> {
        let request = self.0.get(url).header(ACCEPT, kind);
        answer(request.timeout(patience), most).await
    }

    /// A form, sent by a client that says who it is (RFC 6749 §2.3.1).
    pub(super) async fn post(
        &self,
        url: Url,
        login: &Login,
        form: &[(&str, &str)],
    ) -> Result<Answer, FetchProblem> {
        let form = Serializer::new(String::new()).extend_pairs(form).finish();
        let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
        let request = self
            .0
            .post(url)
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .basic_auth(encoded(&login.client_id), Some(encoded(&login.client_secret)))
            .body(form);
        answer(request, MAX_DOCUMENT_BYTES).await
    }

    /// Events, for as long as the issuer sends some.
    pub(super) async fn listen(&self, url: Url) -> Result<Events, FetchProblem> {
        let request = self.0.get(url).header(ACCEPT, "text/event-stream");
        let response = send(request.timeout(STREAM_TIMEOUT)).await?;
        let kind = response.headers().get(CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if kind.eq_ignore_ascii_case("text/event-stream") {
            Ok(Events(response))
        } else {
            Err(FetchProblem::NotEvents)
        }
    }
}

/// A client, and the secret that only it and the issuer know.
#[derive(Clone)]
pub(super) struct Login {
    pub(super) client_id: String,
    pub(super) client_secret: String,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Login").field(&self.client_id).finish()
    }
}

/// A stream of events that is open.
pub(super) struct Events(Response);

impl Events {
    /// The next bytes; none at the end.
    pub(super) async fn next(&mut self) -> Result<Option<impl AsRef<[u8]>>, FetchProblem> {
        self.0.chunk().await.map_err(|_| FetchProblem::Unreachable)
    }
}

async fn send(request: RequestBuilder) -> Result<Response, FetchProblem> {
    let response = request.send().await.map_err(|_| FetchProblem::Unreachable)?;
    match response.status().as_u16() {
        200 => Ok(response),
        429 => {
            Err(retry_after(response.headers())
                .map_or(FetchProblem::Status(429), FetchProblem::TooManyRequests))
        }
        status => Err(FetchProblem::Status(status)),
    }
}

/// RFC 9110 §10.2.3, in seconds; a date would need a clock that both sides agree on.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

async fn answer(request: RequestBuilder, most: usize) -> Result<Answer, FetchProblem> {
    let mut response = send(request).await?;
    let max_age = max_age(response.headers());
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|_| FetchProblem::Unreachable)? {
        if body.len().saturating_add(chunk.len()) > most {
            return Err(FetchProblem::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer { body, max_age })
}

/// RFC 9111 §5.2.2.1, first directive that fits; what forbids keeping counts as zero.
fn max_age(headers: &HeaderMap) -> Option<Duration> {
    let directives = headers
        .get_all(CACHE_CONTROL)
        .into_iter()
        .filter_map(|line| line.to_str().ok());
    directives
        .flat_map(|line| line.split(','))
        .map(str::trim)
        .find_map(|directive| {
            let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
            match name.to_ascii_lowercase().as_str() {
                "max-age" => value.trim_matches('"').parse().ok().map(Duration::from_secs),
                "no-store" | "no-cache" => Some(Duration::ZERO),
                _ => None,
            }
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Option<Duration> {
        max_age(&HeaderMap::from_iter([(CACHE_CONTROL, line.parse().unwrap())]))
    }

    #[test]
    fn the_issuer_says_when_it_may_be_asked_again() {
        let of = |line: &str| retry_after(&HeaderMap::from_iter([(RETRY_AFTER, line.parse().unwrap())]));
        assert_eq!(of("60"), Some(Duration::from_mins(1)));
        for line in [
            "soon",
            "-1",
            "1.5",
            "",
            "Fri, 31 Dec 1999 23:59:59 GMT",
            "99999999999999999999999",
        ] {
            assert_eq!(of(line), None, "{line}");
        }
        assert_eq!(retry_after(&HeaderMap::new()), None);
    }

    #[test]
    fn the_issuer_says_how_long_its_keys_may_be_kept() {
        assert_eq!(of("public, max-age=300"), Some(Duration::from_mins(5)));
        assert_eq!(of("Max-Age=\"60\""), Some(Duration::from_mins(1)));
        assert_eq!(of("no-store"), Some(Duration::ZERO));
        assert_eq!(of("public"), None);
        assert_eq!(of("max-age=soon"), None);
        assert_eq!(of("max-age=99999999999999999999999"), None);
    }
}
