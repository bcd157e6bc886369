//! Who fetched the key set, and which edition of it: noted in memory by each request, written down by a job. A request
//! never waits for it.

use crate::db;
use crate::limits;
use crate::store::{KeySetFetch, Store, StoreError, Tx};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use vouchsafe_core::model::{Span, UnixTime};

/// Callers that are remembered: anybody can fetch the key set under any number of names.
pub const MOST: usize = 200;
/// Somebody who comes again and again with the same edition is written down this often.
const AGAIN: Span = Span::from_minutes(5);
/// Somebody who came more than once makes room for another only when not seen for so long.
const FORGOTTEN: Span = Span::from_hours(24);
/// The longest name of a program.
const LONGEST_NAME: usize = 32;

/// The callers of this node.
#[derive(Default)]
pub struct Fetchers(Mutex<HashMap<(String, String), Noted>>);

struct Noted {
    fetch: KeySetFetch,
    /// The time and edition that are in the database.
    written: Option<(UnixTime, String)>,
}

impl Fetchers {
    /// Notes that somebody was given this edition. Does nothing when another request is just noting something: the caller
    /// comes again.
    pub fn note(&self, (peer, agent): (IpAddr, Option<&str>), etag: &str, now: UnixTime) {
        let name = (limits::network(peer), family(agent.unwrap_or_default()));
        let Ok(mut known) = self.0.try_lock() else {
            return;
        };
        if let Some(noted) = known.get_mut(&name) {
            noted.fetch.last_at = now;
            if noted.fetch.etag != etag {
                etag.clone_into(&mut noted.fetch.etag);
            }
            return;
        }
        if known.len() >= MOST && !make_room(&mut known, now) {
            return;
        }
        let fetch = KeySetFetch {
            network: name.0.clone(),
            agent: name.1.clone(),
            first_at: now,
            last_at: now,
            etag: etag.to_owned(),
        };
        known.insert(name, Noted { fetch, written: None });
    }

    /// Writes down what is new: called every minute. Blocks on the store.
    ///
    /// # Errors
    /// When the store fails; it is tried again the next time.
    pub fn write_down(&self, store: &Store) -> Result<(), StoreError> {
        let news = self.news();
        if news.is_empty() {
            return Ok(());
        }
        let written = news.clone();
        store.write_blocking("key-set-fetches", move |tx| {
            for fetch in &news {
                db!(tx, key_set_fetches::note(fetch))?;
            }
            db!(tx, key_set_fetches::keep(bound())).map(drop)
        })?;
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for fetch in written {
            if let Some(noted) = known.get_mut(&(fetch.network, fetch.agent)) {
                noted.written = Some((fetch.last_at, fetch.etag));
            }
        }
        Ok(())
    }

    /// Everybody who is remembered, by this node or in the database, the last one first.
    ///
    /// # Errors
    /// When the store fails.
    pub fn all(&self, tx: &mut Tx<'_>) -> Result<Vec<KeySetFetch>, StoreError> {
        let stored = db!(tx, key_set_fetches::all(bound()))?;
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all: HashMap<(String, String), KeySetFetch> = stored
            .into_iter()
            .map(|fetch| ((fetch.network.clone(), fetch.agent.clone()), fetch))
            .collect();
        for (name, noted) in known.iter() {
            let first_at = match all.get(name) {
                Some(stored) if stored.last_at >= noted.fetch.last_at => continue,
                Some(stored) => stored.first_at,
                None => noted.fetch.first_at,
            };
            let newer = KeySetFetch {
                first_at,
                ..noted.fetch.clone()
            };
            all.insert(name.clone(), newer);
        }
        let mut all: Vec<_> = all.into_values().collect();
        all.sort_by(|one, other| {
            let newest_first = other.last_at.cmp(&one.last_at);
            newest_first.then_with(|| (&one.network, &one.agent).cmp(&(&other.network, &other.agent)))
        });
        all.truncate(MOST);
        Ok(all)
    }

    fn news(&self) -> Vec<KeySetFetch> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_news = |noted: &&Noted| {
            noted
                .written
                .as_ref()
                .is_none_or(|(at, etag)| *etag != noted.fetch.etag || noted.fetch.last_at >= at.plus(AGAIN))
        };
        let news = known.values().filter(is_news);
        news.map(|noted| noted.fetch.clone()).collect()
    }
}

impl std::fmt::Debug for Fetchers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fetchers(..)")
    }
}

fn bound() -> i64 {
    i64::try_from(MOST).unwrap_or(i64::MAX)
}

/// Forgets one who came but once, or else one who was not seen for long; `false` when all came lately and often.
fn make_room(known: &mut HashMap<(String, String), Noted>, now: UnixTime) -> bool {
    let rank = |fetch: &KeySetFetch| (fetch.first_at != fetch.last_at, fetch.last_at);
    let weakest = known
        .iter()
        .min_by_key(|(_, noted)| rank(&noted.fetch))
        .map(|(name, noted)| (name.clone(), rank(&noted.fetch)));
    let Some((name, (came_again, last_at))) = weakest else {
        return true;
    };
    if came_again && last_at.plus(FORGOTTEN) > now {
        return false;
    }
    known.remove(&name);
    true
}

/// The family of a program by its `User-Agent` (RFC 9110 §10.1.5): the first product and its major version, in letters
/// that cannot do harm anywhere.
fn family(agent: &str) -> String {
    let product = agent.split([' ', '(', ';', ',']).next().unwrap_or_default();
    let (name, version) = product.split_once('/').unwrap_or((product, ""));
    let plain = |text: &str, most: usize| -> String {
        let lawful = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+');
        text.chars().filter(lawful).take(most).collect()
    };
    let name = plain(name, LONGEST_NAME);
    let major = plain(version.split('.').next().unwrap_or_default(), 8);
    match (name.as_str(), major.as_str()) {
        ("", _) => "unnamed".to_owned(),
        // What all browsers say.
        ("Mozilla", _) => "browser".to_owned(),
        (name, "") => name.to_owned(),
        (name, major) => format!("{name}/{major}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> UnixTime {
        UnixTime::from_seconds(minutes * 60)
    }

    fn peer(n: u32) -> IpAddr {
        IpAddr::V4(n.into())
    }

    #[test]
    fn a_program_is_known_by_its_family_only() {
        for (agent, known) in [
            ("vouchsafe-verify/0.1.0", "vouchsafe-verify/0"),
            ("python-requests/2.31.0 (linux)", "python-requests/2"),
            ("Mozilla/5.0 (X11) AppleWebKit/537.36", "browser"),
            ("Go-http-client/1.1", "Go-http-client/1"),
            ("", "unnamed"),
            ("<script>alert(1)</script>", "scriptalert"),
            ("=cmd|' /C calc'!A0", "cmd"),
            ("a\u{202e}b\u{0}c", "abc"),
        ] {
            assert_eq!(family(agent), known, "{agent:?}");
        }
        assert!(family(&"x".repeat(10_000)).len() <= LONGEST_NAME);
    }

    #[test]
    fn a_caller_is_news_once_with_each_edition_and_then_every_few_minutes() {
        let fetchers = Fetchers::default();
        let note = |etag: &str, minutes| fetchers.note((peer(1), Some("curl/8.1")), etag, at(minutes));
        let written = || {
            let news = fetchers.news();
            let mut known = fetchers.0.lock().unwrap();
            for noted in known.values_mut() {
                noted.written = Some((noted.fetch.last_at, noted.fetch.etag.clone()));
            }
            news.len()
        };
        note("a", 0);
        assert_eq!(written(), 1);
        note("a", 1);
        assert_eq!(written(), 0);
        note("b", 2);
        assert_eq!(written(), 1);
        note("b", 8);
        assert_eq!(written(), 1);
    }

    #[test]
    fn a_crowd_of_strangers_does_not_displace_who_comes_regularly() {
        let fetchers = Fetchers::default();
        let regular = |minutes| fetchers.note((peer(0), Some("curl/8.1")), "a", at(minutes));
        regular(0);
        regular(1);
        for n in 1..2_000 {
            fetchers.note((peer(n), None), "a", at(2));
        }
        let known = fetchers.0.lock().unwrap();
        assert_eq!(known.len(), MOST);
        assert!(known.contains_key(&("0.0.0.0".to_owned(), "curl/8".to_owned())));
    }
}
