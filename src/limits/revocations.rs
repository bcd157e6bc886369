//! A limit on what one client revokes: each revocation is told to every resource server, and a client that asks for
//! tokens only to revoke them would fill their memories.

use super::counter::Counter;
use crate::config::Limit;
use vouchsafe_core::model::ClientId;

/// The counter of `client`. Only tokens that are its own count, so that nobody can use it up in its name.
#[must_use]
pub fn of(client: &ClientId, limit: Limit) -> Counter {
    Counter::new(format!("revoke|client|{client}"), limit)
}
