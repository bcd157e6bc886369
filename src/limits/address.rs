//! How a network address is counted: without being stored in clear.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use std::net::{IpAddr, Ipv6Addr};

/// A network address under a MAC.
pub(super) fn masked_address(key: &[u8; 32], peer: IpAddr) -> String {
    masked(key, &network(peer))
}

/// A text under a MAC.
pub(super) fn masked(key: &[u8; 32], text: &str) -> String {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any key length");
    mac.update(text.as_bytes());
    URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
}

/// One address of IPv4; of IPv6 the /64, all of which one customer has.
#[must_use]
pub fn network(peer: IpAddr) -> String {
    match peer.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let prefix = u128::from(address) >> 64 << 64;
            format!("{}/64", Ipv6Addr::from(prefix))
        }
    }
}
