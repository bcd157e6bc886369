//! A limit on connections that one network address holds open at a time: in the memory of this node, for that is what
//! they take up.

use super::address::network;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Who holds how many.
#[derive(Clone, Debug, Default)]
pub struct Connections(Arc<Mutex<HashMap<String, usize>>>);

/// One connection that is held; gives its place back when it goes.
#[derive(Debug)]
pub struct Held {
    all: Connections,
    network: String,
}

impl Connections {
    /// Takes a place for this address, if it holds fewer than `most`.
    #[must_use]
    pub fn hold(&self, peer: IpAddr, most: usize) -> Option<Held> {
        let network = network(peer);
        let mut all = self.lock();
        let held = all.entry(network.clone()).or_default();
        if *held >= most {
            return None;
        }
        *held = held.saturating_add(1);
        drop(all);
        Some(Held {
            all: self.clone(),
            network,
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut all = self.all.lock();
        let left = all.get(&self.network).map_or(0, |held| held.saturating_sub(1));
        if left == 0 {
            all.remove(&self.network);
        } else {
            all.insert(self.network.clone(), left);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_holds_so_many_and_what_goes_makes_room() {
        let connections = Connections::default();
        let [one, same, other] =
            ["2001:db8::1", "2001:db8::2", "2001:db8:1::1"].map(|text| text.parse().unwrap());
        let first = connections.hold(one, 2).unwrap();
        let second = connections.hold(same, 2).unwrap();
        assert!(connections.hold(one, 2).is_none());
        assert!(connections.hold(other, 2).is_some());
        drop(first);
        assert!(connections.hold(one, 2).is_some());
        drop(second);
        assert!(connections.lock().is_empty(), "nobody is remembered");
    }
}
