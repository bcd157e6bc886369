//! HTTP for commands that work through a server: one call after another, with limits on everything.

use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue, IF_MATCH, RETRY_AFTER,
};
use reqwest::{Certificate, Client, Method, Response, redirect};
use std::path::Path;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use zeroize::Zeroizing;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Between two parts of an answer.
const PATIENCE: Duration = Duration::from_mins(1);
/// The longest answer that is kept in memory.
const MOST: usize = 16 * 1024 * 1024;

/// The header of a key for repeated calls.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// A caller. Never follows a redirect and never uses a proxy: each would get to see the token.
pub struct Http {
    runtime: Runtime,
    client: Client,
}

/// A call to make.
pub struct Call<'a> {
    /// The method.
    pub method: &'static str,
    /// Where.
    pub url: &'a str,
    /// The value of `Authorization`.
    pub authorization: Option<&'a str>,
    /// The version that is to be changed.
    pub if_match: Option<&'a str>,
    /// What makes the same call a second time harmless.
    pub idempotency_key: Option<&'a str>,
    /// Media type and text.
    pub body: Option<(&'static str, Zeroizing<String>)>,
}

impl<'a> Call<'a> {
    /// A call that says nothing but where, to be completed.
    #[must_use]
    pub const fn new(method: &'static str, url: &'a str) -> Self {
        Self {
            method,
            url,
            authorization: None,
            if_match: None,
            idempotency_key: None,
            body: None,
        }
    }
}

/// An answer that came.
pub struct Answered {
    /// The status.
    pub status: u16,
    /// The version of what came.
    pub etag: Option<String>,
    /// After how many seconds to ask again, where that is said.
    pub retry_after: Option<u64>,
    /// The body.
    pub body: Zeroizing<Vec<u8>>,
}

/// Why no answer came. Names nothing that was sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// Nobody answered, or not to the end.
    #[error("the server cannot be reached: {0}")]
    Unreachable(String),
    /// More came than a command can use.
    #[error("the server's answer is too long")]
    TooLong,
    /// The call cannot be made at all.
    #[error("{0}")]
    Unusable(&'static str),
}

/// What takes the parts of an answer, each with what came before them all.
pub(super) type Take<'a> = &'a mut dyn FnMut(&Answered, &[u8]) -> Result<(), CallError>;

impl Http {
    /// A caller that trusts the machine's certificate authorities, and those in this file.
    ///
    /// # Errors
    /// The file is no certificate file, or the operating system refuses.
    pub fn new(extra_ca: Option<&Path>) -> Result<Self, CallError> {
        let pem = extra_ca.map_or(Ok(Vec::new()), std::fs::read);
        let pem = pem.map_err(|_| CallError::Unusable("outbound.extra_ca_file cannot be read"))?;
        let extra = Certificate::from_pem_bundle(&pem)
            .map_err(|_| CallError::Unusable("outbound.extra_ca_file holds no certificates in PEM"))?;
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(PATIENCE)
            .user_agent(concat!("vouchsafe/", env!("CARGO_PKG_VERSION")))
            .tls_certs_merge(extra)
            .build()
            .map_err(|_| CallError::Unusable("TLS cannot be set up"))?;
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|_| CallError::Unusable("the operating system gives no event queue"))?;
        Ok(Self { runtime, client })
    }

    /// Makes a call and waits for the whole answer.
    ///
    /// # Errors
    /// [`CallError`].
    pub fn call(&self, call: &Call<'_>) -> Result<Answered, CallError> {
        let mut body = Zeroizing::new(Vec::new());
        let head = self.stream(call, &mut |_, part| {
            if body.len().saturating_add(part.len()) > MOST {
                return Err(CallError::TooLong);
            }
            body.extend_from_slice(part);
            Ok(())
        })?;
        Ok(Answered { body, ..head })
    }

    /// Makes a call and hands on the answer in parts as it comes, each with what came before them all. Returns that.
    ///
    /// # Errors
    /// [`CallError`]; that of `take`.
    pub fn stream(&self, call: &Call<'_>, take: Take<'_>) -> Result<Answered, CallError> {
        self.runtime.block_on(async {
            let response = self.send(call).await?;
            let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
            let head = Answered {
                status: response.status().as_u16(),
                etag: header(ETAG).map(str::to_owned),
                retry_after: header(RETRY_AFTER).and_then(|seconds| seconds.parse().ok()),
                body: Zeroizing::default(),
            };
            let mut response = response;
            while let Some(part) = response.chunk().await.map_err(|error| unreachable_by(&error))? {
                take(&head, &part)?;
            }
            Ok(head)
        })
    }

    async fn send(&self, call: &Call<'_>) -> Result<Response, CallError> {
        let method = Method::from_bytes(call.method.as_bytes())
            .map_err(|_| CallError::Unusable("there is no such method"))?;
        let mut request = self.client.request(method, call.url).header(
            ACCEPT,
            "application/json, application/problem+json, application/x-ndjson, text/csv",
        );
        let mut headers = HeaderMap::new();
        put(&mut headers, AUTHORIZATION, call.authorization)?;
        put(&mut headers, IF_MATCH, call.if_match)?;
        put(&mut headers, IDEMPOTENCY_KEY, call.idempotency_key)?;
        if let Some((kind, text)) = &call.body {
            put(&mut headers, CONTENT_TYPE, Some(kind))?;
            request = request.body(text.as_bytes().to_vec());
        }
        request
            .headers(headers)
            .send()
            .await
            .map_err(|error| unreachable_by(&error))
    }
}

fn put(headers: &mut HeaderMap, name: HeaderName, text: Option<&str>) -> Result<(), CallError> {
    let Some(text) = text else { return Ok(()) };
    let mut value = HeaderValue::from_str(text)
        .map_err(|_| CallError::Unusable("a token or version has characters that no header may have"))?;
    value.set_sensitive(name == AUTHORIZATION);
    headers.insert(name, value);
    Ok(())
}

/// The innermost cause says most, and never the address with its query.
fn unreachable_by(error: &reqwest::Error) -> CallError {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    CallError::Unreachable(if error.is_timeout() {
        "it did not answer in time".to_owned()
    } else {
        cause.to_string()
    })
}
