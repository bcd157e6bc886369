//! The outside world that the server depends on, behind traits: time, randomness, new key pairs, and documents from
//! elsewhere; and what the operating system lets it have.
//! Tests put their own in; nothing else in the program reads a clock or draws a random number.

mod clock;
pub mod descriptors;
mod entropy;
pub mod fetch;
mod http;
mod key_factory;
mod node_clock;

pub use clock::{Clock, SystemClock};
pub use entropy::{Entropy, SystemEntropy};
pub use fetch::{Fetch, Outbound};
pub use http::{Answered, Call, CallError, Http};
pub use key_factory::{KeyFactory, KeyPair};
pub use node_clock::{Lesson, NodeClock};

use std::sync::Arc;

/// The ports of one server.
#[derive(Clone)]
pub struct Ports {
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// The time of the database; none when it tells it itself. Tests put their own in.
    pub database_clock: Option<Arc<dyn Clock>>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// New signing keys.
    pub keys: Arc<dyn KeyFactory>,
    /// Documents from elsewhere.
    pub fetch: Arc<dyn Fetch>,
}

impl std::fmt::Debug for Ports {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ports")
    }
}

impl dyn Entropy + '_ {
    /// `N` random bytes.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }
}
