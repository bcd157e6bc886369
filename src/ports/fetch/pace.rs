//! How many calls are made at once, and how many to one host in a minute.

use super::{FetchProblem, Share};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use vouchsafe_core::model::{Span, UnixTime};

/// Calls at once of one share.
pub(super) const AT_ONCE: usize = 16;
/// Calls to one host at once, so that a slow one leaves places to others.
pub(super) const AT_ONCE_PER_HOST: usize = 2;
/// Calls to one host in a minute.
const PER_MINUTE: u32 = 120;
/// Hosts that are remembered.
const HOSTS: usize = 1024;

/// The shares, each with places and counts of its own: whoever fills one, with calls that never end or with invented
/// hosts, does not hold up the other.
pub(super) struct Paces {
    known: Pace,
    strangers: Pace,
}

impl Paces {
    pub(super) fn new() -> Self {
        Self {
            known: Pace::new(),
            strangers: Pace::new(),
        }
    }

    pub(super) const fn of(&self, share: Share) -> &Pace {
        match share {
            Share::Known => &self.known,
            Share::Strangers => &self.strangers,
        }
    }
}

/// Counts the calls of one share.
pub(super) struct Pace {
    all: Arc<Semaphore>,
    hosts: Mutex<HashMap<String, Host>>,
}

struct Host {
    running: Arc<Semaphore>,
    minute: UnixTime,
    calls: u32,
}

/// The right to make one call, until it is dropped.
pub(super) struct Turn {
    _of_all: OwnedSemaphorePermit,
    _of_host: OwnedSemaphorePermit,
}

impl Pace {
    fn new() -> Self {
        Self {
            all: Arc::new(Semaphore::new(AT_ONCE)),
            hosts: Mutex::default(),
        }
    }

    /// Waits for the turn of a call to this host.
    ///
    /// # Errors
    /// [`FetchProblem::TooMany`].
    pub(super) async fn turn(&self, host: &str, now: UnixTime) -> Result<Turn, FetchProblem> {
        let running = self.count(host, now)?;
        let closed = |_| FetchProblem::NotSetUp;
        let of_host = running.acquire_owned().await.map_err(closed)?;
        let of_all = Arc::clone(&self.all).acquire_owned().await.map_err(closed)?;
        Ok(Turn {
            _of_all: of_all,
            _of_host: of_host,
        })
    }

    fn count(&self, host: &str, now: UnixTime) -> Result<Arc<Semaphore>, FetchProblem> {
        let minute = Span::from_minutes(1);
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if hosts.len() >= HOSTS && !hosts.contains_key(host) {
            hosts.retain(|_, host| host.minute.plus(minute) > now);
            if hosts.len() >= HOSTS {
                return Err(FetchProblem::TooMany);
            }
        }
        let entry = hosts.entry(host.to_owned()).or_insert_with(|| Host {
            running: Arc::new(Semaphore::new(AT_ONCE_PER_HOST)),
            minute: now,
            calls: 0,
        });
        if entry.minute.plus(minute) <= now {
            (entry.minute, entry.calls) = (now, 0);
        }
        if entry.calls >= PER_MINUTE {
            return Err(FetchProblem::TooMany);
        }
        entry.calls += 1;
        Ok(Arc::clone(&entry.running))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: UnixTime = UnixTime::from_seconds(1_000_000);

    #[test]
    fn one_host_is_called_so_often_in_a_minute_and_others_do_not_suffer() {
        let pace = Pace::new();
        for _ in 0..PER_MINUTE {
            assert!(pace.count("a.example", AT).is_ok());
        }
        assert_eq!(pace.count("a.example", AT).err(), Some(FetchProblem::TooMany));
        assert!(pace.count("b.example", AT).is_ok());
        assert!(pace.count("a.example", AT.plus(Span::from_minutes(1))).is_ok());
    }

    #[test]
    fn what_strangers_use_up_is_there_for_known_clients() {
        let paces = Paces::new();
        for n in 0..HOSTS {
            assert!(
                paces
                    .of(Share::Strangers)
                    .count(&format!("{n}.example"), AT)
                    .is_ok()
            );
        }
        for _ in 0..PER_MINUTE {
            paces.of(Share::Strangers).count("0.example", AT).ok();
        }
        for host in ["new.example", "0.example"] {
            assert_eq!(
                paces.of(Share::Strangers).count(host, AT).err(),
                Some(FetchProblem::TooMany)
            );
            assert!(paces.of(Share::Known).count(host, AT).is_ok());
        }
    }

    #[test]
    fn invented_hosts_do_not_fill_the_memory() {
        let pace = Pace::new();
        for n in 0..HOSTS {
            assert!(pace.count(&format!("{n}.example"), AT).is_ok());
        }
        assert_eq!(
            pace.count("one-more.example", AT).err(),
            Some(FetchProblem::TooMany)
        );
        assert!(
            pace.count("one-more.example", AT.plus(Span::from_minutes(2)))
                .is_ok()
        );
        assert_eq!(pace.hosts.lock().unwrap().len(), 1);
    }
}
