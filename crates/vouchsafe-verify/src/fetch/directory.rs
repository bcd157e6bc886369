//! The issuer's metadata, remembered: keys and feed are found by one discovery.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use url::Url;

use super::clock::Clock;
use super::discovery::{IssuerUrl, Metadata};
use super::http::HttpClient;
use super::problem::FetchProblem;

/// Discovery is repeated now and then, in case an address changes.
const LIFE: Duration = Duration::from_hours(1);

#[derive(Debug)]
pub(super) struct Directory {
    pub(super) http: HttpClient,
    pub(super) clock: Arc<dyn Clock>,
    issuer: IssuerUrl,
    found: Mutex<Option<(Arc<Metadata>, Duration)>>,
    /// Held by whoever asks, so that those who come meanwhile get the same answer.
    asking: tokio::sync::Mutex<()>,
    /// Set when the issuer said that it has no revocation feed.
    has_no_feed: AtomicBool,
}

impl Directory {
    pub(super) fn new(http: HttpClient, clock: Arc<dyn Clock>, issuer: IssuerUrl) -> Self {
        Self {
            http,
            clock,
            issuer,
            found: Mutex::default(),
            asking: tokio::sync::Mutex::default(),
            has_no_feed: AtomicBool::new(false),
        }
    }

    pub(super) fn issuer(&self) -> &str {
        self.issuer.name()
    }

    /// An address at the issuer's own origin; none for any other.
    pub(super) fn at_home(&self, address: &str) -> Option<Url> {
        self.issuer.at_home(address)
    }

    /// The metadata, from memory while it is fresh.
    pub(super) async fn metadata(&self) -> Result<Arc<Metadata>, FetchProblem> {
        if let Some(metadata) = self.remembered() {
            return Ok(metadata);
        }
        let _asking = self.asking.lock().await;
        if let Some(metadata) = self.remembered() {
            return Ok(metadata);
        }
        let now = self.clock.monotonic();
        let metadata = Arc::new(self.issuer.discover(&self.http).await?);
        self.has_no_feed.store(metadata.feed.is_none(), Ordering::Relaxed);
        *self.found.lock().unwrap_or_else(PoisonError::into_inner) = Some((Arc::clone(&metadata), now));
        Ok(metadata)
    }

    /// Whether the issuer has a revocation feed, or has not been asked yet.
    pub(super) fn may_have_feed(&self) -> bool {
        !self.has_no_feed.load(Ordering::Relaxed)
    }

    /// Asks anew the next time: something that was said no longer holds.
    pub(super) fn forget(&self) {
        *self.found.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn remembered(&self) -> Option<Arc<Metadata>> {
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let (metadata, found_at) = found.as_ref()?;
        let age = self.clock.monotonic().saturating_sub(*found_at);
        (age < LIFE).then(|| Arc::clone(metadata))
    }
}
