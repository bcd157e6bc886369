//! The metrics listener.

use super::key::section;
use std::net::SocketAddr;

section! {
    /// Prometheus metrics.
    Metrics in "metrics." {
        /// The address of a listener of its own that answers `/metrics`, and nothing else. Without it there are no
        /// metrics over the network.
        listen: Option<SocketAddr> = None;
    }
}
