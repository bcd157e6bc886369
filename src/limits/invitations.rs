//! A limit on codes of invitations that open nothing, per network address. Nobody guesses 256 bits; who tries is a nuisance.

use super::address::masked_address;
use super::counter::Counter;
use crate::config::Limit;
use std::net::IpAddr;

/// The counter of `peer`.
#[must_use]
pub fn at(key: &[u8; 32], peer: IpAddr, limit: Limit) -> Counter {
    Counter::new(format!("invitation|address|{}", masked_address(key, peer)), limit)
}
