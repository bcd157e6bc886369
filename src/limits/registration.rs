//! A limit on clients that register or change themselves, per network: each costs calls to the outside and room in the database.

use super::address::masked;
use super::counter::Counter;
use crate::config::Limit;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The counter of the network of `peer`.
#[must_use]
pub fn at(key: &[u8; 32], peer: IpAddr, limit: Limit) -> Counter {
    Counter::new(
        format!("registration|network|{}", masked(key, &network(peer))),
        limit,
    )
}

/// What one customer can have of addresses at little cost: the /24 of IPv4, the /56 of IPv6.
fn network(peer: IpAddr) -> String {
    match peer.to_canonical() {
        IpAddr::V4(address) => format!("{}/24", Ipv4Addr::from(u32::from(address) >> 8 << 8)),
        IpAddr::V6(address) => format!("{}/56", Ipv6Addr::from(u128::from(address) >> 72 << 72)),
    }
}

#[cfg(test)]
mod tests {
    use super::network;

    #[test]
    fn neighbours_count_together() {
        let of = |peer: &str| network(peer.parse().unwrap());
        assert_eq!(of("203.0.113.9"), "203.0.113.0/24");
        assert_eq!(of("::ffff:203.0.113.200"), "203.0.113.0/24");
        assert_eq!(of("2001:db8:1:2ff:3::4"), "2001:db8:1:200::/56");
    }
}
