//! How much of a request the server is willing to read, and for how long.

use std::time::Duration;

/// The longest form body, in bytes.
pub const FORM_BYTES: usize = 16 * 1024;
/// The longest query string, in bytes.
pub const QUERY_BYTES: usize = 16 * 1024;
/// A body that has not arrived by then is given up.
pub const BODY_DEADLINE: Duration = Duration::from_secs(15);
/// The head of the first request of a connection must have arrived by then.
pub const HEAD_DEADLINE: Duration = Duration::from_secs(10);
/// An idle connection is closed after this.
pub const KEEP_ALIVE: Duration = Duration::from_secs(30);
/// Connections that one process holds.
pub const CONNECTIONS: usize = 8192;
