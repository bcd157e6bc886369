//! One request's context: who asks, when, and the services that answer. Immutable; results are return values.

use crate::config::Config;
use crate::services::Services;
use crate::store::Store;
use std::net::IpAddr;
use std::sync::Arc;
use vouchsafe_core::model::UnixTime;

/// The context of one request.
#[derive(Clone)]
pub struct Cx {
    /// The time, read once.
    pub now: UnixTime,
    /// The request's id in logs, the event log and error pages.
    pub request_id: RequestId,
    /// The address that the request came from, seen through trusted proxies only. For throttling, never for trust.
    pub peer: IpAddr,
    /// The services of the server.
    pub services: Arc<Services>,
}

/// A short random name of one request, as `7F3K-92QD-XM4P`: easy to read over the telephone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(String);

const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

impl RequestId {
    /// A name from 12 random bytes.
    #[must_use]
    pub fn from_entropy(bytes: [u8; 12]) -> Self {
        let letters = bytes
            .iter()
            .filter_map(|b| ALPHABET.get(usize::from(b % 32)))
            .map(|b| char::from(*b));
        let mut text = String::with_capacity(14);
        for (at, letter) in letters.enumerate() {
            if at % 4 == 0 && at > 0 {
                text.push('-');
            }
            text.push(letter);
        }
        Self(text)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Cx {
    /// The configuration.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.services.config
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.services.store
    }
}
