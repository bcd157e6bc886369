//! What clients were refused, and when they and their secrets were last used: gathered in memory, written once a second.
//!
//! Anybody can have a request refused in the name of a client, so what is kept is bounded three times: requests of a
//! client in a minute, rows that wait, and rows of a client in the database. A use is written once an hour.

use crate::cx::Cx;
use crate::db;
use crate::store::{ClientRefusal, Store, StoreError};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use vouchsafe_core::model::{ClientId, ClientSecret, Digest, EventId, Span, UnixTime};
use vouchsafe_core::refusal::Reason;

/// A use is noted again after so long.
const ANEW: Span = Span::from_hours(1);
/// New refusals of one client that are kept in a minute; the same again is counted and makes no row.
const A_MINUTE: u32 = 10;
/// Rows that wait to be written.
const WAITING: usize = 500;
/// Clients and secrets that are remembered; past that all are forgotten.
const REMEMBERED: usize = 10_000;
/// The longest detail that is kept, in characters.
const LONGEST_DETAIL: usize = 200;

/// What clients did and were refused since it was last written.
#[derive(Default)]
pub struct Activity(Mutex<Gathered>);

#[derive(Default)]
struct Gathered {
    refusals: Vec<ClientRefusal>,
    uses: Vec<Use>,
    minutes: HashMap<ClientId, (UnixTime, u32)>,
    noted: HashMap<Use, UnixTime>,
}

/// A request that was refused.
#[derive(Clone, Copy, Debug)]
pub struct Refused<'a> {
    /// The endpoint, by its path.
    pub endpoint: &'static str,
    /// Why.
    pub reason: Reason,
    /// What came instead of what was wanted, where that helps and is no secret.
    pub detail: Option<&'a str>,
}

/// Who was used: a client, or one of its secrets.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Use {
    Client(ClientId),
    Secret(ClientId, [u8; 32]),
}

impl Activity {
    /// A request that named this client was refused.
    pub fn refused(&self, cx: &Cx, client: &ClientId, refused: Refused<'_>) {
        // The query of an address may hold anything; the rest is what helps.
        let detail = refused.detail.map(|text| {
            let plain = text.split(['?', '#']).next().unwrap_or_default();
            plain
                .chars()
                .filter(|c| !c.is_control())
                .take(LONGEST_DETAIL)
                .collect()
        });
        let refusal = ClientRefusal {
            id: EventId::from_entropy(cx.services.ports.entropy.bytes()),
            client_id: client.clone(),
            at: cx.now,
            endpoint: refused.endpoint.to_owned(),
            reason: refused.reason.id().to_owned(),
            request_id: cx.request_id.as_str().to_owned(),
            detail,
            count: 1,
        };
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .keep(refusal);
    }

    /// A client was given something.
    pub fn used(&self, client: &ClientId, now: UnixTime) {
        self.note(Use::Client(client.clone()), now);
    }

    /// A secret proved right.
    pub fn secret_used(&self, client: &ClientId, secret: &Digest<ClientSecret>, now: UnixTime) {
        self.note(Use::Secret(client.clone(), *secret.as_bytes()), now);
    }

    fn note(&self, used: Use, now: UnixTime) {
        let mut gathered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let last = gathered.noted.get(&used);
        if last.is_some_and(|last| last.plus(ANEW) > now) || gathered.uses.len() >= WAITING {
            return;
        }
        if gathered.noted.len() >= REMEMBERED {
            gathered.noted.clear();
        }
        gathered.noted.insert(used.clone(), now);
        gathered.uses.push(used);
    }

    /// Writes what was gathered, all of it in one transaction; asks nothing of the database when that is nothing.
    /// Blocks on the store.
    ///
    /// # Errors
    /// When the store fails: what was gathered is lost, and a use is noted again when it comes again.
    pub fn record(&self, store: &Store) -> Result<(), StoreError> {
        let (refusals, uses) = {
            let mut gathered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let uses: Vec<_> = std::mem::take(&mut gathered.uses)
                .into_iter()
                .filter_map(|used| gathered.noted.get(&used).map(|at| (used.clone(), *at)))
                .collect();
            (std::mem::take(&mut gathered.refusals), uses)
        };
        if refusals.is_empty() && uses.is_empty() {
            return Ok(());
        }
        let again = uses.clone();
        let written = store.write_blocking("client-activity", move |tx| {
            for refusal in &refusals {
                db!(tx, client_refusals::add(refusal))?;
            }
            for (used, at) in &uses {
                let before = at.minus(ANEW);
                match used {
                    Use::Client(id) => db!(tx, client_uses::of_client(id, *at, before))?,
                    Use::Secret(id, digest) => {
                        let digest = Digest::from_bytes(*digest);
                        db!(tx, client_uses::of_secret((id, &digest), *at, before))?;
                    }
                }
            }
            Ok(())
        });
        if written.is_err() {
            let mut gathered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            for (used, _) in &again {
                gathered.noted.remove(used);
            }
        }
        written
    }
}

impl Gathered {
    /// Counts a refusal beside an equal one that waits, or keeps it while the client's minute and the space last.
    fn keep(&mut self, refusal: ClientRefusal) {
        let equal = |waiting: &&mut ClientRefusal| {
            waiting.client_id == refusal.client_id
                && waiting.endpoint == refusal.endpoint
                && waiting.reason == refusal.reason
                && waiting.detail == refusal.detail
        };
        if let Some(waiting) = self.refusals.iter_mut().find(equal) {
            waiting.count = waiting.count.saturating_add(1);
            return;
        }
        if self.minutes.len() >= REMEMBERED {
            self.minutes.clear();
        }
        let (began, count) = self
            .minutes
            .entry(refusal.client_id.clone())
            .or_insert((refusal.at, 0));
        if began.plus(Span::from_minutes(1)) <= refusal.at {
            (*began, *count) = (refusal.at, 0);
        }
        if *count < A_MINUTE && self.refusals.len() < WAITING {
            *count += 1;
            self.refusals.push(refusal);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(client: &str, reason: &str, at: i64) -> ClientRefusal {
        ClientRefusal {
            id: EventId::new("e"),
            client_id: ClientId::new(client),
            at: UnixTime::from_seconds(at),
            endpoint: "token".to_owned(),
            reason: reason.to_owned(),
            request_id: String::new(),
            detail: None,
            count: 1,
        }
    }

    #[test]
    fn the_same_again_is_counted_and_a_flood_of_different_ones_ends() {
        let mut gathered = Gathered::default();
        for _ in 0..1_000 {
            gathered.keep(refusal("shop", "VS-PKCE-MISSING", 0));
        }
        assert_eq!((gathered.refusals.len(), gathered.refusals[0].count), (1, 1_000));
        for number in 0..1_000 {
            gathered.keep(refusal("shop", &format!("VS-{number}"), 1));
        }
        assert_eq!(gathered.refusals.len(), 10, "a client's minute is over");
        gathered.keep(refusal("other", "VS-PKCE-MISSING", 1));
        gathered.keep(refusal("shop", "VS-LATER", 60));
        assert_eq!(gathered.refusals.len(), 12);
        for number in 0..1_000 {
            gathered.keep(refusal(&format!("client-{number}"), "VS-PKCE-MISSING", 61));
        }
        assert_eq!(gathered.refusals.len(), WAITING);
    }

    #[test]
    fn a_use_waits_once_an_hour() {
        let (activity, client) = (Activity::default(), ClientId::new("shop"));
        for seconds in [0, 1, 3_599] {
            activity.used(&client, UnixTime::from_seconds(seconds));
        }
        assert_eq!(activity.0.lock().unwrap().uses.len(), 1);
        activity.used(&client, UnixTime::from_seconds(3_600));
        activity.secret_used(
            &client,
            &Digest::from_bytes([1; 32]),
            UnixTime::from_seconds(3_600),
        );
        assert_eq!(activity.0.lock().unwrap().uses.len(), 3);
    }
}
