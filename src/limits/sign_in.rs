//! Throttling of sign-in, per account and per network address.
//!
//! An attempt is counted before the password is looked at and given back when the password was right, so that
//! fifty guesses at once cost fifty. Counters are fixed windows in the database: every node counts in the same ones.
//!
//! The limit of an account counts twice. Under the name that was typed, whoever has it or nobody: that counter alone
//! says 429. And under the account, with all its names: past that limit no password is right any more, but the
//! answer is that of a wrong one. Somebody who tries two names, each within its limit, so gets no more guesses for
//! an account that has both, and cannot tell that it has (docs/adr/0006-two-counters-for-an-account.md).

use super::address::{masked, masked_address};
use super::counter::exceeded;
use crate::config::{Limit, SignIn};
use crate::db;
use crate::store::{StoreError, Tx};
use std::net::IpAddr;
use vouchsafe_core::model::{SessionId, UnixTime, UserId};

/// The counters that one attempt counts in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counters {
    address: String,
    /// Of the name that was typed, or of the session: past its limit the answer is 429.
    who: String,
    account: Option<String>,
}

/// What became of counting an attempt.
#[must_use]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Counted {
    /// It may go on.
    Admitted(Admission),
    /// There were too many failures before.
    Throttled {
        /// When the next attempt will be looked at.
        until: UnixTime,
    },
}

/// An attempt that was counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Admission {
    /// The counters, and the window of each that it counts in.
    counted: Vec<(String, UnixTime)>,
    /// Too many failures under other names of the account: whatever the password, it is answered as wrong.
    hopeless: bool,
}

/// Whose account an attempt is for.
#[derive(Clone, Copy, Debug)]
pub enum Account<'a> {
    /// A person's: user name and e-mail address count together.
    Of(&'a UserId),
    /// Nobody's.
    Unknown,
}

impl Counters {
    /// The counters of an attempt from `peer` under `name`, the normalised name that was typed. It counts under a
    /// MAC, because it may be a password that was typed into the wrong field.
    #[must_use]
    pub fn new(key: &[u8; 32], name: &str, account: Account<'_>, peer: IpAddr) -> Self {
        let name = masked(key, name);
        // Nobody's account is counted too, for the same work.
        let account = match account {
            Account::Of(user) => format!("sign-in|account|{user}"),
            Account::Unknown => format!("sign-in|nobody|{name}"),
        };
        Self {
            address: address_of(key, peer),
            who: format!("sign-in|name|{name}"),
            account: Some(account),
        }
    }

    /// The counters of an attempt by the person of a session in the administration to prove it again: of the session, and
    /// of the address.
    #[must_use]
    pub fn of_session(key: &[u8; 32], session: &SessionId, peer: IpAddr) -> Self {
        Self {
            address: address_of(key, peer),
            who: format!("sign-in|session|{session}"),
            account: None,
        }
    }

    /// Counts the attempt.
    ///
    /// # Errors
    /// When the store fails.
    pub fn count(&self, tx: &mut Tx<'_>, limits: &SignIn, now: UnixTime) -> Result<Counted, StoreError> {
        let mut admission = Admission::default();
        for (key, limit) in [
            (&self.address, limits.per_address),
            (&self.who, limits.per_account),
        ] {
            if let Some(until) = admission.count(tx, key, limit, now)? {
                // What is not looked at is no failure: it is not counted, so that a right password among many guesses gives
                // back no more than it took.
                admission.refund(tx)?;
                return Ok(Counted::Throttled { until });
            }
        }
        if let Some(account) = &self.account {
            let exceeded = admission.count(tx, account, limits.per_account, now)?;
            admission.hopeless = exceeded.is_some();
        }
        Ok(Counted::Admitted(admission))
    }
}

impl Admission {
    fn count(
        &mut self,
        tx: &mut Tx<'_>,
        key: &str,
        limit: Limit,
        now: UnixTime,
    ) -> Result<Option<UnixTime>, StoreError> {
        let reserved = db!(tx, throttles::reserve(key, now, limit.per))?;
        self.counted.push((key.to_owned(), reserved.window_started_at));
        Ok(exceeded(&reserved, limit))
    }

    /// Whether the password counts as wrong even when it is right.
    #[must_use]
    pub fn is_hopeless(&self) -> bool {
        self.hopeless
    }

    /// Gives the attempt back: it was not a failure.
    ///
    /// # Errors
    /// When the store fails.
    pub fn refund(&self, tx: &mut Tx<'_>) -> Result<(), StoreError> {
        for (key, window) in &self.counted {
            db!(tx, throttles::refund(key, *window))?;
        }
        Ok(())
    }
}

fn address_of(key: &[u8; 32], peer: IpAddr) -> String {
    format!("sign-in|address|{}", masked_address(key, peer))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counters(name: &str, account: Account<'_>, peer: &str) -> Counters {
        Counters::new(&[1; 32], name, account, peer.parse().unwrap())
    }

    #[test]
    fn an_ipv6_customer_is_one_address_and_a_mapped_ipv4_is_that_ipv4() {
        let address = |peer| counters("x", Account::Unknown, peer).address;
        assert_eq!(address("2001:db8:1:2:3:4:5:6"), address("2001:db8:1:2::1"));
        assert_ne!(address("2001:db8:1:2::1"), address("2001:db8:1:3::1"));
        assert_eq!(address("::ffff:203.0.113.9"), address("203.0.113.9"));
        assert_ne!(address("203.0.113.8"), address("203.0.113.9"));
    }

    #[test]
    fn a_name_is_not_stored_in_clear() {
        let typed = "correct horse battery staple";
        let counters = counters(typed, Account::Unknown, "203.0.113.9");
        assert!(!format!("{counters:?}").contains(typed) && !counters.address.contains("203"));
        let other_key = Counters::new(&[2; 32], typed, Account::Unknown, [203, 0, 113, 9].into());
        assert!(counters.who != other_key.who && counters.account != other_key.account);
    }

    #[test]
    fn two_names_of_an_account_share_its_counter_and_have_one_each() {
        let ada = UserId::new("u1");
        let [one, other] = ["ada", "ada@example.test"].map(|name| counters(name, Account::Of(&ada), "::1"));
        assert!(one.account == other.account && one.who != other.who);
        let nobody = counters("ada", Account::Unknown, "::1");
        assert!(nobody.who == one.who && nobody.account != one.account);
    }
}
