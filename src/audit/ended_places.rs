//! The places in status lists whose grants ended, as far as the revocation feed of this node knows.

use std::collections::{BTreeSet, HashMap};
use vouchsafe_core::model::{EndedPlace, StatusListId, UnixTime};

/// By list. A list that nothing ended in is not there.
#[derive(Debug, Default)]
pub(super) struct EndedPlaces(HashMap<StatusListId, List>);

#[derive(Debug)]
struct List {
    places: BTreeSet<u32>,
    /// In seconds.
    expires_at: i64,
}

impl EndedPlaces {
    /// Takes in what an event tells of.
    pub(super) fn add(&mut self, ended: Vec<EndedPlace>) {
        for EndedPlace(list, idx, expires_at) in ended {
            let list = self.0.entry(list).or_insert_with(|| List {
                places: BTreeSet::new(),
                expires_at,
            });
            list.places.insert(idx);
        }
    }

    /// Forgets lists that no token refers to any more.
    pub(super) fn forget(&mut self, now: UnixTime) {
        self.0.retain(|_, list| list.expires_at > now.seconds());
    }

    /// How many places of a list ended.
    pub(super) fn count(&self, list: &StatusListId) -> usize {
        self.0.get(list).map_or(0, |list| list.places.len())
    }

    /// The places of a list that ended, in order.
    pub(super) fn of(&self, list: &StatusListId) -> Vec<u32> {
        let list = self.0.get(list);
        list.map(|list| list.places.iter().copied().collect())
            .unwrap_or_default()
    }
}
