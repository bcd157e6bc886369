//! The listener of the administration.

use super::key::section;
use std::net::SocketAddr;

section! {
    /// The administration: the pages below `/admin`, `/setup`, and the API below `/api/v1`.
    Admin in "admin." {
        /// The address of a listener of its own that answers them, and nothing of the protocol; the listener of the
        /// server then answers 404 for all of them. Without it, the listener of the server answers them.
        listen: Option<SocketAddr> = None;
        /// The origin under which browsers reach that listener, such as `https://admin.example.com`. Without it,
        /// `http://localhost` with the port of `admin.listen` where that is a loopback address, else the issuer.
        origin: Option<String> = None, check check_origin;
    }
}

#[expect(clippy::ref_option, reason = "checks are given the value of the key as it is")]
fn check_origin(origin: &Option<String>) -> Result<(), String> {
    origin.as_deref().map_or(Ok(()), super::issuer::check)
}
