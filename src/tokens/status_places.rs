//! Token Status Lists — the places that this node gives to grants, taken from the database a block at a time.

use crate::db;
use crate::keys::Keys;
use crate::ports::Ports;
use crate::store::{StatusBlock, StatusListRow, Store, StoreError};
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};
use vouchsafe_core::decide::status_list::{self, BLOCK};
use vouchsafe_core::model::{Span, StatusPlace, UnixTime};

/// How often a node that lost the making of a list to another looks for a block again.
const ATTEMPTS: usize = 4;

/// The places that this node may give out. What a node has taken and not given when it stops is lost, which costs
/// nothing but room.
#[derive(Debug, Default)]
pub struct StatusPlaces {
    block: Mutex<Option<Block>>,
    /// Those who need a block at the same time share one.
    leasing: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
struct Block {
    list: StatusListRow,
    counters: Range<u32>,
    /// Places that came back.
    spare: Vec<u32>,
}

impl StatusPlaces {
    /// A place that no grant has, in a list of this epoch of the issuer, good for tokens that are made now and live for
    /// `longest` at most.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn take(
        &self,
        (store, ports, keys): (&Store, &Ports, &Keys),
        epoch: i64,
        now: UnixTime,
        longest: Span,
    ) -> Result<StatusPlace, StoreError> {
        let until = now.plus(longest);
        if let Some(place) = self.next(epoch, now, until) {
            return Ok(place);
        }
        let _leasing = self.leasing.lock().await;
        if let Some(place) = self.next(epoch, now, until) {
            return Ok(place);
        }
        let (closes_at, expires_at) = status_list::times(now, longest);
        let fresh = StatusListRow {
            id: status_list::new_id(keys.secrets().identifier_key(), ports.entropy.bytes()),
            seed: ports.entropy.bytes(),
            epoch,
            closes_at,
            expires_at,
        };
        let leased = store
            .write("lease-status-places", move |tx| {
                for _ in 0..ATTEMPTS {
                    if let Some(block) = db!(tx, status_lists::lease(epoch, now, until))? {
                        return Ok(block);
                    }
                    // Should another node add one first, the next look finds it.
                    let _is_ours = db!(tx, status_lists::add(&fresh))?;
                }
                Err(StoreError::Busy)
            })
            .await?;
        *self.block() = Some(Block::of(leased));
        self.next(epoch, now, until).ok_or(StoreError::Busy)
    }

    /// Takes back a place that was given to nobody.
    pub fn give_back(&self, place: &StatusPlace) {
        if let Some(block) = self.block().as_mut()
            && block.list.id == place.list
        {
            block.spare.push(place.idx);
        }
    }

    fn next(&self, epoch: i64, now: UnixTime, until: UnixTime) -> Option<StatusPlace> {
        let mut block = self.block();
        let block = block.as_mut().filter(|block| block.list.epoch == epoch)?;
        let place = block.place(0);
        if !status_list::serves(&place, now, until) {
            return None;
        }
        let idx = match block.spare.pop() {
            Some(idx) => idx,
            None => status_list::place(&block.list.seed, block.counters.next()?),
        };
        Some(block.place(idx))
    }

    fn block(&self) -> MutexGuard<'_, Option<Block>> {
        self.block.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Block {
    fn of(leased: StatusBlock) -> Self {
        Self {
            counters: leased.first..leased.first.saturating_add(BLOCK),
            list: leased.list,
            spare: Vec::new(),
        }
    }

    /// The place of this number; whose it will be, and of which claims version, is not known yet.
    fn place(&self, idx: u32) -> StatusPlace {
        StatusPlace {
            list: self.list.id.clone(),
            idx,
            gver: 0,
            epoch: self.list.epoch,
            closes_at: self.list.closes_at,
            expires_at: self.list.expires_at,
        }
    }
}
