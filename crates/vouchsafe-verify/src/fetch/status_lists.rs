//! Status lists, fetched when a token refers to one, and kept for as long as they say.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::directory::Directory;
use super::key_source::KeySource;
use super::problem::FetchProblem;
use crate::access_token::AccessToken;
use crate::error::Rejection;
use crate::status_list::{MAX_TOKEN_BYTES, StatusList, StatusListProblem};

/// When there are more, the expired ones are forgotten, and then all.
const MOST_LISTS: usize = 64;
const USUAL_LIFE: Duration = Duration::from_mins(1);
const LONGEST_LIFE: Duration = Duration::from_hours(1);
/// A list that could not be fetched is not asked for again before this.
const PAUSE: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) struct StatusLists {
    directory: Arc<Directory>,
    keys: Arc<KeySource>,
    places: Mutex<HashMap<Box<str>, Arc<Place>>>,
    problem: Mutex<Option<FetchProblem>>,
}

/// One list. Those who need it at the same time share one fetch.
#[derive(Default)]
struct Place {
    kept: Mutex<Kept>,
    fetching: tokio::sync::Mutex<()>,
}

#[derive(Clone, Default)]
struct Kept {
    list: Option<Arc<StatusList>>,
    /// From then on it is fetched again.
    fresh_until: Duration,
}

impl StatusLists {
    pub(super) fn new(directory: Arc<Directory>, keys: Arc<KeySource>) -> Self {
        Self {
            directory,
            keys,
            places: Mutex::default(),
            problem: Mutex::default(),
        }
    }

    /// Looks up the status of a token. One that refers to no list is good until it expires.
    pub(super) async fn check(&self, token: &AccessToken) -> Result<(), Rejection> {
        let Some(reference) = token.status_reference() else {
            return Ok(());
        };
        // A signed token may still name an address that it should not.
        if self.directory.at_home(&reference.uri).is_none() {
            return Err(Rejection::StatusInvalid);
        }
        let place = self.place(&reference.uri);
        let kept = match self.fresh(&place) {
            Some(kept) => kept,
            None => self.refresh(&place, &reference.uri).await,
        };
        let now = self.directory.clock.unix_seconds();
        let is_live = |list: &Arc<StatusList>| list.expires_at().is_none_or(|exp| now < exp);
        match kept.list.filter(is_live) {
            Some(list) => list.check(reference.idx),
            None => Err(Rejection::StatusUnavailable),
        }
    }

    pub(super) fn problem(&self) -> Option<FetchProblem> {
        self.problem
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// What need not be fetched: a list, or the knowledge that there was none a moment ago.
    fn fresh(&self, place: &Place) -> Option<Kept> {
        let kept = place.kept();
        (self.directory.clock.monotonic() < kept.fresh_until).then_some(kept)
    }

    async fn refresh(&self, place: &Place, uri: &str) -> Kept {
        let _fetching = place.fetching.lock().await;
        if let Some(kept) = self.fresh(place) {
            return kept;
        }
        let fetched = self.fetch(uri).await;
        let now = self.directory.clock.monotonic();
        let (kept, problem) = match fetched {
            Ok(list) => {
                let life = list.ttl().map_or(USUAL_LIFE, Duration::from_secs);
                let fresh_until = now.saturating_add(life.min(LONGEST_LIFE));
                let list = Some(Arc::new(list));
                (Kept { list, fresh_until }, None)
            }
            // An old list serves until it expires; one that never does, no longer than it said.
            Err(problem) => {
                let old = place.kept().list;
                let list = old.filter(|list| list.expires_at().is_some());
                let fresh_until = now.saturating_add(PAUSE);
                (Kept { list, fresh_until }, Some(problem))
            }
        };
        *self.problem.lock().unwrap_or_else(PoisonError::into_inner) = problem;
        place
            .kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone_from(&kept);
        kept
    }

    async fn fetch(&self, uri: &str) -> Result<StatusList, FetchProblem> {
        let address = self
            .directory
            .at_home(uri)
            .ok_or(FetchProblem::StatusListRefused)?;
        let http = &self.directory.http;
        let accepted = "application/statuslist+jwt";
        let answer = http
            .fetch_as(address, accepted, PATIENCE, MAX_TOKEN_BYTES)
            .await?;
        let malformed = FetchProblem::StatusList(StatusListProblem::Token(Rejection::TokenMalformed));
        let token = std::str::from_utf8(&answer.body).map_err(|_| malformed)?;
        let unavailable = |_| self.keys.problem().unwrap_or(FetchProblem::Unreachable);
        let keys = self.keys.keys().await.map_err(unavailable)?;
        let open = |keys| {
            let now = self.directory.clock.unix_seconds();
            StatusList::open(token.trim(), uri, self.directory.issuer(), keys, now)
        };
        let opened = match open(&keys) {
            Err(StatusListProblem::Token(Rejection::KeyUnknown)) => match self.keys.newer_than(&keys).await {
                Some(newer) => open(&newer),
                None => Err(StatusListProblem::Token(Rejection::KeyUnknown)),
            },
            opened => opened,
        };
        opened.map_err(FetchProblem::StatusList)
    }

    fn place(&self, uri: &str) -> Arc<Place> {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = places.get(uri) {
            return Arc::clone(place);
        }
        if places.len() >= MOST_LISTS {
            places.retain(|_, place| self.fresh(place).is_some());
        }
        if places.len() >= MOST_LISTS {
            places.clear();
        }
        let place = Arc::<Place>::default();
        places.insert(uri.into(), Arc::clone(&place));
        place
    }
}

impl Place {
    fn kept(&self) -> Kept {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl fmt::Debug for StatusLists {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StatusLists").finish_non_exhaustive()
    }
}
