//! How much of a request the server is willing to read, how long it waits for whom, and how many it hears at once.

use crate::ports::descriptors;
use std::sync::LazyLock;
use std::time::Duration;

/// The longest form body, in bytes.
pub const FORM_BYTES: usize = 16 * 1024;
/// The longest query string, in bytes.
pub const QUERY_BYTES: usize = 16 * 1024;
/// A body that has not arrived by then is given up.
pub const BODY_DEADLINE: Duration = Duration::from_secs(15);
/// What is left of a request after its answer is read for so long, so that the answer is not lost with it.
pub const LINGER: Duration = Duration::from_secs(1);
/// Bytes of answers that one connection may have in the operating system. Linux doubles it for its own bookkeeping.
pub const UNSENT_BYTES: usize = 64 * 1024;
/// Connections of the listener of the metrics.
pub const METRICS_CONNECTIONS: usize = 32;

/// Who has fewer connections than this is told why.
pub const FEW_CONNECTIONS: usize = 1024;

/// The most connections that one process holds, if it may have so many files open.
const MOST_CONNECTIONS: usize = 8192;
/// Open files that are no connections of clients: databases, keys, calls to elsewhere, the metrics.
const OTHER_FILES: usize = 256;

/// Connections that this process holds, all its workers and listeners together, the metrics apart.
pub static CONNECTIONS: LazyLock<usize> =
    LazyLock::new(|| connections_of(descriptors::open_files(MOST_CONNECTIONS + OTHER_FILES)));

/// What is left of so many open files; who may have few keeps half of them for the rest.
fn connections_of(files: usize) -> usize {
    files
        .saturating_sub(OTHER_FILES.min(files / 2))
        .clamp(1, MOST_CONNECTIONS)
}

/// What a listener bears of those who connect to it.
#[derive(Clone, Debug)]
pub struct Bounds {
    /// Threads that answer.
    pub workers: usize,
    /// Connections at a time; who comes after waits until another one goes.
    pub connections: usize,
    /// Connections at a time of one network address that is no trusted proxy; who comes after is hung up on.
    pub per_address: usize,
    /// The head of a request must have arrived so long after its first byte.
    pub head: Duration,
    /// An idle connection is closed after this.
    pub keep_alive: Duration,
    /// Somebody must have taken a part of what waits for them by then.
    pub write: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        let workers = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Self {
            workers,
            connections: *CONNECTIONS,
            per_address: CONNECTIONS.div_ceil(2),
            head: Duration::from_secs(10),
            keep_alive: Duration::from_secs(30),
            write: Duration::from_secs(20),
        }
    }
}

impl Bounds {
    /// The same with so many connections, of which one address has half.
    #[must_use]
    pub fn of_connections(self, connections: usize) -> Self {
        Self {
            connections,
            per_address: connections.div_ceil(2),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_CONNECTIONS, connections_of};

    #[test]
    fn files_are_left_for_what_is_no_connection() {
        assert_eq!(connections_of(usize::MAX), MOST_CONNECTIONS);
        assert_eq!(connections_of(8_448), 8_192);
        assert_eq!(connections_of(1_024), 768);
        assert_eq!(connections_of(256), 128);
        assert_eq!(connections_of(1), 1);
    }
}
