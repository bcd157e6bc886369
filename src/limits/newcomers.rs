//! A limit on authorization requests that are stored for browsers that have none so far.
//!
//! Anybody can make one with a plain GET, and a cookie is easily made up. So what counts is whether the browser has
//! an interaction already; one address alone cannot fill the table and push out everybody else's.

use super::address::masked_address;
use super::counter::Counter;
use crate::config::Limit;
use crate::db;
use crate::store::{StoreError, Tx};
use std::net::IpAddr;
use vouchsafe_core::model::{BrowserCookie, Digest, UnixTime};

/// The counter of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Newcomers(Counter);

impl Newcomers {
    /// The counter of `peer`.
    #[must_use]
    pub fn at(key: &[u8; 32], peer: IpAddr, limit: Limit) -> Self {
        let name = format!("interaction|address|{}", masked_address(key, peer));
        Self(Counter::new(name, limit))
    }

    /// Counts the browser, unless it has an interaction. When there were too many: until when.
    ///
    /// # Errors
    /// When the store fails.
    pub fn count(
        &self,
        tx: &mut Tx<'_>,
        browser: &Digest<BrowserCookie>,
        now: UnixTime,
    ) -> Result<Option<UnixTime>, StoreError> {
        if db!(tx, interactions::are_of_browser(browser, now))? {
            return Ok(None);
        }
        self.0.count(tx, now)
    }
}
