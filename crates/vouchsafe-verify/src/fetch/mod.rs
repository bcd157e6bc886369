//! Feature `fetch`: a verifier that finds and keeps the issuer's keys by itself, and learns what was revoked.

mod backoff;
mod clock;
mod directory;
mod discovery;
mod feed;
mod figures;
mod http;
mod introspection;
mod key_source;
mod problem;
mod refused;
mod status_lists;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub use clock::{Clock, SystemClock};
pub use feed::FeedMode;
pub use figures::Figures;
pub use problem::{FetchProblem, SetupProblem};

use crate::access_token::AccessToken;
use crate::error::Rejection;
use crate::jwks::Jwks;
use crate::replay::ReplayGuard;
use crate::revocations::Exposure;
use crate::rule::{Asked, Policy, Rule};
use crate::verified::Verified;
use crate::verifier::Verifier;
use directory::Directory;
use discovery::{IssuerUrl, parse_address};
use feed::Feed;
use figures::Counters;
use http::{HttpClient, Login};
use introspection::Introspection;
use key_source::{Address, KeySource};
use refused::Refused;
use status_lists::StatusLists;

const DEFAULT_MAX_STALE: Duration = Duration::from_hours(1);
const DEFAULT_ONE_TIME_TOKENS: usize = 100_000;

/// A [`Verifier`] with keys that it fetches from the issuer, and the issuer's revocation feed, if it has one. Cheap to
/// clone; all clones share keys, feed and memory.
///
/// Nothing is fetched before the first token comes, so a service may start before its issuer does. Until the keys
/// are there, tokens are answered with [`Rejection::KeysUnavailable`] (503), never with 401.
#[derive(Clone)]
pub struct RemoteVerifier {
    verifier: Arc<Verifier>,
    source: Arc<KeySource>,
    feed: Arc<Feed>,
    refused: Arc<Refused>,
    introspection: Arc<Introspection>,
    status_lists: Option<Arc<StatusLists>>,
    spent: Arc<ReplayGuard>,
    counters: Arc<Counters>,
}

/// Settings of a [`RemoteVerifier`].
#[derive(Debug)]
#[must_use]
pub struct RemoteVerifierBuilder {
    verifier: Verifier,
    extra_ca: Vec<u8>,
    jwks_uri: Option<String>,
    max_stale: Duration,
    feed: FeedMode,
    status_lists: bool,
    login: Option<Login>,
    one_time_tokens: usize,
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
            feed: FeedMode::default(),
            status_lists: false,
            login: None,
            one_time_tokens: DEFAULT_ONE_TIME_TOKENS,
            clock: Arc::new(SystemClock),
        }
    }

    /// Verifies a token now, and all that a route asks of it. The extractors do this by themselves.
    ///
    /// # Errors
    /// Says what is wrong with it; see [`Rejection`].
    pub async fn verify_for<R: Rule>(&self, token: &str) -> Result<Verified<AccessToken>, Rejection> {
        let asked = const { Asked::by::<R>() };
        self.counters.outcome(self.verify_asked(token, asked).await)
    }

    async fn verify_asked(&self, token: &str, asked: Asked) -> Result<Verified<AccessToken>, Rejection> {
        let verified = self.verify_live(token).await?;
        asked.check(&verified)?;
        self.check_exposure(&verified, token, &asked).await?;
        if asked.one_time {
            // The last of all checks: a token that is refused was not used.
            self.spent.spend(&verified, verified.verified_at())?;
        }
        Ok(verified)
    }

    /// Asks whether a token may have been revoked without our knowing for longer than the route bears.
    async fn check_exposure(
        &self,
        token: &Verified<AccessToken>,
        text: &str,
        asked: &Asked,
    ) -> Result<(), Rejection> {
        let Some(freshness) = self.feed.freshness() else {
            return Ok(());
        };
        let moment = self.feed.moment();
        self.counters.exposed(freshness.exposure(token.iat, moment));
        let exposure = freshness.judge(token.iat, token.exp, asked.budget, moment);
        match (asked.policy, exposure) {
            (Policy::Open, _)
            | (_, Exposure::Within)
            | (Policy::Refresh | Policy::Closed, Exposure::Young) => Ok(()),
            (Policy::Refresh, Exposure::Beyond) => Err(self.refused.answer(token, moment)),
            (Policy::Closed, Exposure::Beyond) => Err(Rejection::FeedStale),
            // To ask is not to refuse, so a young token is asked about as well.
            (Policy::Introspect, Exposure::Young | Exposure::Beyond) => {
                let audience = self.verifier.audience();
                self.introspection.check(text, audience, asked.scope).await
            }
        }
    }

    /// Verifies a token now.
    ///
    /// # Errors
    /// Says what is wrong with it; see [`Rejection`].
    pub async fn verify(&self, token: &str) -> Result<Verified<AccessToken>, Rejection> {
        self.counters.outcome(self.verify_live(token).await)
    }

    async fn verify_live(&self, token: &str) -> Result<Verified<AccessToken>, Rejection> {
        self.feed.start();
        let keys = self.source.keys().await?;
        let verified = match self.verify_with(&keys, token) {
            Err(Rejection::KeyUnknown) => match self.source.newer_than(&keys).await {
                Some(newer) => self.verify_with(&newer, token),
                None => Err(Rejection::KeyUnknown),
            },
            outcome => outcome,
        }?;
        self.feed.check(&verified)?;
        if let Some(lists) = &self.status_lists {
            lists.check(&verified).await?;
        }
        Ok(verified)
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
        self.feed.start();
        self.source.fetch_now().await
    }

    /// Waits until everything that the issuer's feed numbers up to `seq` is known here; with 0, until the first head
    /// has come. For an issuer without feed that is never: give it a timeout.
    pub async fn feed_reached(&self, seq: u64) {
        self.feed.reached(seq).await;
    }

    /// What this verifier and its clones can tell about themselves.
    #[must_use]
    pub fn figures(&self) -> Figures {
        let mut figures = Figures::default();
        self.feed.fill(&mut figures);
        self.counters.fill(&mut figures);
        figures
    }

    /// What went wrong with the feed since it last brought something.
    #[must_use]
    pub fn feed_problem(&self) -> Option<FetchProblem> {
        self.feed.problem()
    }

    /// What went wrong with the latest fetch of a status list.
    #[must_use]
    pub fn status_list_problem(&self) -> Option<FetchProblem> {
        self.status_lists.as_ref()?.problem()
    }

    /// What went wrong with the latest question about a token (RFC 7662).
    #[must_use]
    pub fn introspection_problem(&self) -> Option<FetchProblem> {
        self.introspection.problem()
    }

    /// What went wrong with the latest fetch of the keys, for logs and readiness checks.
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

    /// How the revocation feed is followed: by stream unless told otherwise.
    pub fn feed(mut self, mode: FeedMode) -> Self {
        self.feed = mode;
        self
    }

    /// Also looks up the status list that a token refers to (Token Status List). For issuers that have no feed, or
    /// together with [`FeedMode::Off`]: with a feed it adds nothing but requests.
    pub fn status_lists(mut self) -> Self {
        self.status_lists = true;
        self
    }

    /// The client by which the issuer is asked about tokens (RFC 7662), for routes whose policy is
    /// [`Policy::Introspect`]. Without one they answer 503 when they would have to ask.
    pub fn introspection(mut self, client_id: impl Into<String>, client_secret: impl Into<String>) -> Self {
        self.login = Some(Login {
            client_id: client_id.into(),
            client_secret: client_secret.into(),
        });
        self
    }

    /// How many one-time tokens are remembered at a time: 100,000 unless told otherwise. When there is no room, the
    /// routes that ask for such tokens answer 503.
    pub fn one_time_tokens(mut self, tokens: usize) -> Self {
        self.one_time_tokens = tokens;
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
        let mut uses_tls = issuer.url().scheme() == "https";
        let address = match self.jwks_uri {
            None => Address::Discover,
            Some(uri) => {
                let uri = parse_address(&uri)?;
                uses_tls |= uri.scheme() == "https";
                Address::Fixed(uri)
            }
        };
        let http = HttpClient::new(uses_tls, &self.extra_ca)?;
        let directory = Arc::new(Directory::new(http, self.clock, issuer));
        let source = Arc::new(KeySource::new(Arc::clone(&directory), address, self.max_stale));
        let introspection = Introspection::new(Arc::clone(&directory), self.login);
        let lists = || StatusLists::new(Arc::clone(&directory), Arc::clone(&source));
        let status_lists = self.status_lists.then(|| Arc::new(lists()));
        let feed = Feed::new(self.feed, directory, Arc::clone(&source));
        Ok(RemoteVerifier {
            verifier: Arc::new(self.verifier),
            source,
            feed: Arc::new(feed),
            refused: Arc::default(),
            introspection: Arc::new(introspection),
            status_lists,
            spent: Arc::new(ReplayGuard::new(self.one_time_tokens)),
            counters: Arc::default(),
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
