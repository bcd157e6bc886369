//! Requests that the demo app makes, and what is kept of them to be shown.

use super::tokens::pretty;
use reqwest::header::{ACCEPT, AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HeaderMap, WWW_AUTHENTICATE};
use reqwest::{Client, Method, Url, redirect};
use serde_json::Value;
use std::fmt::Write as _;
use std::time::Duration;
use url::form_urlencoded;

/// The longest answer that is read.
const LONGEST_ANSWER: usize = 256 * 1024;

/// A request and its answer as text.
#[derive(Clone, Debug)]
pub(super) struct Exchange {
    /// What it was for.
    pub(super) title: String,
    /// The request.
    pub(super) request: String,
    /// The answer.
    pub(super) response: String,
    /// Whether the answer is what was wished for.
    pub(super) succeeded: bool,
}

/// A request that is to be made.
pub(super) struct Outgoing {
    pub(super) title: &'static str,
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) authorization: Option<Authorization>,
    pub(super) form: Vec<(&'static str, String)>,
}

/// The `Authorization` header.
pub(super) enum Authorization {
    Bearer(String),
    Basic { client_id: String, secret: String },
}

/// An answer that came.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
}

/// Makes requests with limits, follows nothing, and writes down what went over the wire.
#[derive(Clone)]
pub(super) struct Caller(Client);

impl Caller {
    pub(super) fn new() -> Result<Self, reqwest::Error> {
        client(Duration::from_secs(10)).map(Self)
    }

    /// Makes a request. No answer at all is an exchange too.
    pub(super) async fn send(&self, outgoing: Outgoing) -> (Exchange, Option<Answer>) {
        let request = outgoing.shown();
        let title = outgoing.title.to_owned();
        match self.answer(outgoing).await {
            Ok((answer, headers)) => {
                let exchange = Exchange {
                    title,
                    request,
                    response: shown_answer(&answer, &headers),
                    succeeded: answer.is_success(),
                };
                (exchange, Some(answer))
            }
            Err(error) => {
                let response = format!("No answer: {error}");
                let exchange = Exchange {
                    title,
                    request,
                    response,
                    succeeded: false,
                };
                (exchange, None)
            }
        }
    }

    async fn answer(&self, outgoing: Outgoing) -> Result<(Answer, HeaderMap), reqwest::Error> {
        let mut request = self.0.request(outgoing.method.clone(), outgoing.url.clone());
        request = request.header(ACCEPT, "application/json");
        request = match &outgoing.authorization {
            Some(Authorization::Bearer(token)) => request.bearer_auth(token),
            // RFC 6749 §2.3.1: both are form-encoded first.
            Some(Authorization::Basic { client_id, secret }) => {
                request.basic_auth(encoded(client_id), Some(encoded(secret)))
            }
            None => request,
        };
        if !outgoing.form.is_empty() {
            let body = form_urlencoded::Serializer::new(String::new())
                .extend_pairs(&outgoing.form)
                .finish();
            request = request
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(body);
        }
        let mut response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if body.len().saturating_add(chunk.len()) > LONGEST_ANSWER {
                break;
            }
            body.extend_from_slice(&chunk);
        }
        Ok((Answer { status, body }, headers))
    }
}

/// A client for this machine that follows nothing and waits no longer than `patience`.
pub(super) fn client(patience: Duration) -> Result<Client, reqwest::Error> {
    Client::builder()
        .redirect(redirect::Policy::none())
        .no_proxy()
        .connect_timeout(Duration::from_secs(2))
        .timeout(patience)
        .tls_certs_only([])
        .build()
}

impl Outgoing {
    pub(super) fn get(title: &'static str, url: Url) -> Self {
        Self {
            title,
            method: Method::GET,
            url,
            authorization: None,
            form: Vec::new(),
        }
    }

    pub(super) fn with_token(mut self, token: &str) -> Self {
        self.authorization = Some(Authorization::Bearer(token.to_owned()));
        self
    }

    fn shown(&self) -> String {
        let mut text = format!(
            "{} {}\nHost: {}",
            self.method,
            self.url.path(),
            self.url.authority()
        );
        match &self.authorization {
            Some(Authorization::Bearer(token)) => {
                let _ = write!(text, "\n{AUTHORIZATION}: Bearer {token}");
            }
            Some(Authorization::Basic { client_id, .. }) => {
                let _ = write!(text, "\n{AUTHORIZATION}: Basic ({client_id} and its secret)");
            }
            None => {}
        }
        let mut separator = "\n\n";
        for (name, value) in &self.form {
            let _ = write!(text, "{separator}{name}={}", encoded(value));
            separator = "\n&";
        }
        text
    }
}

impl Answer {
    pub(super) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn shown_answer(answer: &Answer, headers: &HeaderMap) -> String {
    let mut text = format!("HTTP {}", answer.status);
    for name in [WWW_AUTHENTICATE, CONTENT_TYPE, CACHE_CONTROL] {
        for value in headers.get_all(&name) {
            let _ = write!(text, "\n{name}: {}", value.to_str().unwrap_or("(not text)"));
        }
    }
    let json = answer.json();
    let body = if json.is_null() {
        String::from_utf8_lossy(&answer.body).into_owned()
    } else {
        pretty(&json)
    };
    let _ = write!(text, "\n\n{body}");
    text
}
