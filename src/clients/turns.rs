//! One call at a time for one client: whoever comes meanwhile waits, and finds what came of it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use tokio::sync::{Mutex as Turn, OwnedMutexGuard};
use vouchsafe_core::model::ClientId;

/// Whose call is on its way.
#[derive(Default)]
pub(super) struct Turns(Mutex<HashMap<ClientId, Weak<Turn<()>>>>);

impl Turns {
    /// Waits for the turn of a client, and keeps it until this is dropped. How long that takes, the calls bound.
    pub(super) async fn of(&self, id: &ClientId) -> OwnedMutexGuard<()> {
        let turn = self.shared(id);
        turn.lock_owned().await
    }

    fn shared(&self, id: &ClientId) -> Arc<Turn<()>> {
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(turn) = turns.get(id).and_then(Weak::upgrade) {
            return turn;
        }
        turns.retain(|_, turn| turn.strong_count() > 0);
        let turn = Arc::default();
        turns.insert(id.clone(), Arc::downgrade(&turn));
        turn
    }
}
