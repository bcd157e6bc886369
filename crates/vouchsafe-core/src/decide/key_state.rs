//! What each signing key may do now: a function of all rows of its algorithm and the time, the same on every node.
//!
//! No key is ever switched. A `next` key stands in the key set long before it signs, and a key that signed stays
//! there until the last token it signed has expired. A key stops signing only because another one has begun.

use crate::model::{KeyAlgorithm, Kid, SigningKey, Span, UnixTime};

/// The least time between publishing a key and signing with it: what validators keep a key set for at most, among
/// those that ever fetch it again.
pub const LEAST_LEAD: Span = Span::from_hours(24);
/// The most keys of one algorithm in the key set: some validators keep no more.
pub const IN_CIRCULATION: usize = 5;

/// The timetable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyTimes {
    /// How long a key signs.
    pub interval: Span,
    /// How long it stands in the key set before it signs.
    pub publish_ahead: Span,
    /// How long it stays there after its successor began: the longest token, clock errors and caches together.
    pub retire_after: Span,
}

/// What a key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyState {
    /// Published, does not sign yet.
    Next,
    /// Published, signs.
    Active,
    /// Published, signs no more.
    Retiring,
    /// Not published; its private half may go.
    Removed,
    /// Not published: an administrator revoked it.
    Revoked,
}

impl KeyState {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Next,
        Self::Active,
        Self::Retiring,
        Self::Removed,
        Self::Revoked,
    ];

    /// Its name for people and programs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Active => "active",
            Self::Retiring => "retiring",
            Self::Removed => "removed",
            Self::Revoked => "revoked",
        }
    }
}

/// A key that ought to be made now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewKey {
    /// Its number; the store lets one node win.
    pub seq: i64,
    /// When it begins to sign.
    pub activate_at: UnixTime,
}

/// The state of `key` among `all` keys; those of other algorithms do not count.
#[must_use]
pub fn state(key: &SigningKey, all: &[SigningKey], times: &KeyTimes, now: UnixTime) -> KeyState {
    if key.revoked_at.is_some() {
        return KeyState::Revoked;
    }
    let siblings = || all.iter().filter(|other| other.alg == key.alg);
    let active = active(siblings(), now);
    if active.is_some_and(|active| active.seq == key.seq) {
        return KeyState::Active;
    }
    if key.sealed.is_none() {
        return KeyState::Removed;
    }
    let Some(active) = active.filter(|active| key.seq < active.seq) else {
        return KeyState::Next;
    };
    // When its signing was over at the latest. Revoked successors do not count, for this key may have stood in for
    // them, and one promoted ahead of its time counts by its timetable: both only keep this key longer.
    let superseded_at = siblings()
        .filter(|other| other.seq > key.seq && other.seq <= active.seq && other.revoked_at.is_none())
        .map(|other| other.activate_at)
        .min()
        .unwrap_or(active.activate_at);
    if now < superseded_at.plus(times.retire_after) {
        KeyState::Retiring
    } else {
        KeyState::Removed
    }
}

/// The key of this algorithm that signs now, if any.
#[must_use]
pub fn signing(all: &[SigningKey], alg: KeyAlgorithm, now: UnixTime) -> Option<&SigningKey> {
    active(all.iter().filter(|key| key.alg == alg), now)
}

/// The keys that belong into the key set, in their order.
#[must_use]
pub fn published<'a>(all: &'a [SigningKey], times: &KeyTimes, now: UnixTime) -> Vec<&'a SigningKey> {
    all.iter()
        .filter(|key| match state(key, all, times, now) {
            KeyState::Next | KeyState::Active | KeyState::Retiring => true,
            KeyState::Removed | KeyState::Revoked => false,
        })
        .collect()
}

/// The key that has to be made so that one of this algorithm signs and one is next; ask again after it was made, for
/// a first start needs two.
#[must_use]
pub fn due(all: &[SigningKey], alg: KeyAlgorithm, times: &KeyTimes, now: UnixTime) -> Option<NewKey> {
    let seq = next_seq(all, alg);
    let Some(active) = signing(all, alg, now) else {
        return Some(NewKey {
            seq,
            activate_at: now,
        });
    };
    let in_turn = active.activate_at.plus(times.interval);
    let published_long_enough = now.plus(times.publish_ahead);
    next(all, alg, times, now).is_none().then_some(NewKey {
        seq,
        activate_at: in_turn.max(published_long_enough),
    })
}

/// The place of the next key of this algorithm.
#[must_use]
pub fn next_seq(all: &[SigningKey], alg: KeyAlgorithm) -> i64 {
    let taken = all.iter().filter(|key| key.alg == alg).map(|key| key.seq);
    taken.max().map_or(1, |last| last.saturating_add(1))
}

/// The key of this algorithm that will sign next.
#[must_use]
pub fn next<'a>(
    all: &'a [SigningKey],
    alg: KeyAlgorithm,
    times: &KeyTimes,
    now: UnixTime,
) -> Option<&'a SigningKey> {
    all.iter()
        .filter(|key| key.alg == alg && state(key, all, times, now) == KeyState::Next)
        .min_by_key(|key| (key.activate_at, key.seq))
}

/// A key that is to sign before its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promotion {
    /// The key.
    pub kid: Kid,
    /// When it was to begin.
    pub was: UnixTime,
    /// When it is to begin; never later than that.
    pub activate_at: UnixTime,
    /// For how long it will have been published then.
    pub lead: Span,
}

/// The next key, to sign at once or as soon as it was published long enough.
#[must_use]
pub fn promotion(
    all: &[SigningKey],
    alg: KeyAlgorithm,
    times: &KeyTimes,
    (now, at_once): (UnixTime, bool),
) -> Option<Promotion> {
    let next = next(all, alg, times, now)?;
    let ready_at = if at_once {
        now
    } else {
        now.max(next.created_at.plus(times.publish_ahead))
    };
    let activate_at = ready_at.min(next.activate_at);
    Some(Promotion {
        kid: next.kid.clone(),
        was: next.activate_at,
        activate_at,
        lead: activate_at.since(next.created_at),
    })
}

/// The newest key whose time has come. If that one was revoked, the next one is promoted ahead of its time, and
/// only when there is none an older one signs again. The first key of all signs at once, also by a clock that is
/// behind that of the node which made it.
fn active<'a>(keys: impl Iterator<Item = &'a SigningKey> + Clone, now: UnixTime) -> Option<&'a SigningKey> {
    let begun = keys
        .clone()
        .filter(|key| key.activate_at <= now && !never_signed(key));
    let newest = begun
        .max_by_key(|key| key.seq)
        .or_else(|| keys.clone().min_by_key(|key| key.seq))?;
    if usable(newest) {
        return Some(newest);
    }
    let usable_keys = keys.filter(|key| usable(key));
    usable_keys
        .clone()
        .filter(|key| key.seq > newest.seq)
        .min_by_key(|key| key.seq)
        .or_else(|| usable_keys.max_by_key(|key| key.seq))
}

fn usable(key: &SigningKey) -> bool {
    key.revoked_at.is_none() && key.sealed.is_some()
}

/// Revoked before its time came.
fn never_signed(key: &SigningKey) -> bool {
    key.revoked_at.is_some_and(|at| at <= key.activate_at)
}
