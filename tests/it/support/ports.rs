//! Ports that a test holds in its hand: a clock that it sets, entropy that it seeds, keys that are made once.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use vouchsafe::config::Config;
use vouchsafe::keys::NewKeys;
use vouchsafe::ports::{Clock, Entropy, KeyFactory, KeyPair, Outbound, Ports, SystemEntropy};
use vouchsafe_core::model::{KeyAlgorithm, Span, UnixTime};

/// A clock that stands still until it is moved. It can be wrong by some time; the database's never is.
#[derive(Clone, Debug)]
pub(crate) struct FakeClock {
    time: Arc<AtomicI64>,
    off_by: Arc<AtomicI64>,
}

impl FakeClock {
    /// 2026-01-01T00:00:00Z.
    pub(crate) fn new() -> Self {
        Self {
            time: Arc::new(AtomicI64::new(1_767_225_600_000)),
            off_by: Arc::default(),
        }
    }

    /// A right clock of the same time: another node's, or the database's.
    pub(crate) fn another(&self) -> Self {
        Self {
            time: Arc::clone(&self.time),
            off_by: Arc::default(),
        }
    }

    /// Makes it wrong.
    pub(crate) fn be_off_by(&self, span: Span) {
        self.off_by.store(span.millis(), Ordering::SeqCst);
    }

    /// Moves on; a negative span moves back.
    pub(crate) fn advance(&self, by: Span) {
        self.time.fetch_add(by.millis(), Ordering::SeqCst);
    }
}

impl Clock for FakeClock {
    fn now(&self) -> UnixTime {
        let off_by = self.off_by.load(Ordering::SeqCst);
        UnixTime::from_millis(self.time.load(Ordering::SeqCst).saturating_add(off_by))
    }
}

/// Entropy that follows from the test's name.
struct SeededEntropy(Mutex<ChaCha20Rng>);

impl Entropy for SeededEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        self.0.lock().unwrap().fill_bytes(buffer);
    }
}

/// Hands out RSA keys that were made once in this process, in turn; other keys cost nothing to make.
struct FixedKeys(AtomicUsize);

const KEYS: usize = 24;

impl KeyFactory for FixedKeys {
    fn pair(&self, alg: KeyAlgorithm) -> Result<KeyPair, String> {
        static MADE: [OnceLock<KeyPair>; KEYS] = [const { OnceLock::new() }; KEYS];
        let make = || NewKeys(Arc::new(SystemEntropy)).pair(alg);
        if !matches!(alg, KeyAlgorithm::Rs256 | KeyAlgorithm::Ps256) {
            return make();
        }
        let at = self.0.fetch_add(1, Ordering::SeqCst) % KEYS;
        Ok(MADE[at].get_or_init(|| make().unwrap()).clone())
    }
}

/// Looks names up without asking anybody: below `inside.test` they lead to a private network, below `here.test` to this
/// machine, and below `nowhere.test` and of all others there is none, but `localhost`.
struct Names;

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        let address = match name.as_str() {
            "localhost" => Some([127, 0, 0, 1]),
            name if name.ends_with(".here.test") => Some([127, 0, 0, 1]),
            name if name.ends_with(".inside.test") => Some([10, 0, 0, 1]),
            _ => None,
        };
        let address = address.map(|octets| SocketAddr::from((octets, 0)));
        Box::pin(async move {
            let found = address.ok_or("there is no such name")?;
            Ok(Box::new(std::iter::once(found)) as Addrs)
        })
    }
}

/// The name of a server that works beside another one.
pub(crate) const ANOTHER_NODE: &str = "another node";

/// The ports of a test.
pub(crate) fn ports(clock: &FakeClock, name: &str, config: &Config) -> Ports {
    let mut seed = [0; 32];
    for (at, byte) in name.bytes().enumerate() {
        seed[at % 32] ^= byte;
    }
    Ports {
        clock: Arc::new(clock.clone()),
        database_clock: Some(Arc::new(clock.another())),
        entropy: Arc::new(SeededEntropy(Mutex::new(ChaCha20Rng::from_seed(seed)))),
        fetch: Arc::new(Outbound::with_names(&config.outbound, Arc::new(Names))),
        // Two servers on one database make different keys.
        keys: Arc::new(FixedKeys(AtomicUsize::new(if name == ANOTHER_NODE {
            KEYS / 2
        } else {
            0
        }))),
    }
}
