//! Feature `fetch`: a verifier that finds and keeps the issuer's keys by itself.

mod clock;
mod discovery;
mod http;
mod key_source;
mod problem;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub use clock::{Clock, SystemClock};
pub use problem::{FetchProblem, SetupProblem};

use crate::access_token::AccessToken;
use crate::error::Rejection;
use crate::jwks::Jwks;
use crate::verified::Verified;
use crate::verifier::Verifier;
use discovery::{IssuerUrl, parse_address};
use http::HttpClient;
use key_source::{Address, KeySource};

const DEFAULT_MAX_STALE: Duration = Duration::from_hours(1);

/// A [`Verifier`] with keys that it fetches from the issuer. Cheap to clone; all clones share keys and memory.
///
/// Nothing is fetched before the first token comes, so a service may start before its issuer does. Until the keys
/// are there, tokens are answered with [`Rejection::KeysUnavailable`] (503), never with 401.
#[derive(Clone)]
pub struct RemoteVerifier {
    verifier: Arc<Verifier>,
    source: Arc<KeySource>,
}

/// Settings of a [`RemoteVerifier`].
#[derive(Debug)]
#[must_use]
pub struct RemoteVerifierBuilder {
    verifier: Verifier,
    extra_ca: Vec<u8>,
    jwks_uri: Option<String>,
    max_stale: Duration,
    clock: Arc<dyn Clock>,
}

impl RemoteVerifier {
    /// Verifies tokens of `issuer` for `audience`. The issuer must be written exactly as it calls itself.
    ///
    /// # Errors
    /// When the issuer is not an https URL (http is fine on loopback), or TLS cannot be set up.
    pub fn new(issuer: &str, audience: &str) -> Result<Self, SetupProblem> {
        Self::builder(Verifier::new(issuer, audience)).build()
    }

    /// Starts from a verifier with settings of its own.
    pub fn builder(verifier: Verifier) -> RemoteVerifierBuilder {
        RemoteVerifierBuilder {
            verifier,
            extra_ca: Vec::new(),
            jwks_uri: None,
            max_stale: DEFAULT_MAX_STALE,
            clock: Arc::new(SystemClock),
        }
    }

    /// Verifies a token now.
    ///
    /// # Errors
    /// Says what is wrong with it; see [`Rejection`].
    pub async fn verify(&self, token: &str) -> Result<Verified<AccessToken>, Rejection> {
        let keys = self.source.keys().await?;
        match self.verify_with(&keys, token) {
            Err(Rejection::KeyUnknown) => match self.source.newer_than(&keys).await {
                Some(newer) => self.verify_with(&newer, token),
                None => Err(Rejection::KeyUnknown),
            },
            outcome => outcome,
        }
    }

    fn verify_with(&self, keys: &Jwks, token: &str) -> Result<Verified<AccessToken>, Rejection> {
        self.verifier.verify_at(keys, token, self.source.unix_seconds())
    }

    /// Fetches the keys now, to find a wrong configuration at the start rather than with the first token.
    ///
    /// # Errors
    /// Says what is in the way. Unless it [is a misconfiguration](FetchProblem::is_misconfiguration), the service
    /// may start all the same: fetching goes on by itself.
    pub async fn fetch_keys(&self) -> Result<(), FetchProblem> {
        self.source.fetch_now().await
    }

    /// What went wrong with the latest fetch, for logs and readiness checks.
    #[must_use]
    pub fn problem(&self) -> Option<FetchProblem> {
        self.source.problem()
    }
}

impl RemoteVerifierBuilder {
    /// Trusts certificate authorities beside those of the machine: PEM, one or more.
    pub fn trust_ca(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.extra_ca = pem.into();
        self
    }

    /// Fetches the keys from here, without discovery: for issuers whose keys are at another origin.
    pub fn jwks_uri(mut self, address: impl Into<String>) -> Self {
        self.jwks_uri = Some(address.into());
        self
    }

    /// How old keys may get while the issuer cannot be reached: an hour unless told otherwise.
    pub fn max_stale(mut self, age: Duration) -> Self {
        self.max_stale = age;
        self
    }

    /// Takes the time from elsewhere: for tests.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Puts it together. Nothing is fetched yet.
    ///
    /// # Errors
    /// When an address is not https (http is fine on loopback), or TLS cannot be set up.
    pub fn build(self) -> Result<RemoteVerifier, SetupProblem> {
        let issuer = IssuerUrl::parse(self.verifier.issuer())?;
        let (address, scheme) = if let Some(uri) = self.jwks_uri {
            let uri = parse_address(&uri)?;
            let scheme = uri.scheme().to_owned();
            (Address::Fixed(uri), scheme)
        } else {
            let scheme = issuer.url().scheme().to_owned();
            (Address::Discover(issuer), scheme)
        };
        let http = HttpClient::new(scheme == "https", &self.extra_ca)?;
        let source = KeySource::new(http, address, self.clock, self.max_stale);
        Ok(RemoteVerifier {
            verifier: Arc::new(self.verifier),
            source: Arc::new(source),
        })
    }
}

impl fmt::Debug for RemoteVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteVerifier")
            .field("verifier", &self.verifier)
            .finish_non_exhaustive()
    }
}
