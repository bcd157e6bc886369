//! Token Status List (IETF OAuth draft) — which place of which list a grant has, and the bits of a list.
//!
//! Nodes take counters in blocks, so no two ever hold the same one, whatever crashes; what has not been used by then is
//! lost. A counter becomes a place by a permutation that has a key of each list's own: places look random, so that
//! nobody can tell from one which other grants are about as old, and they never collide.

use super::issue::LONGEST_TOKEN;
use super::token_end::SKEW;
use crate::model::{Grant, Span, StatusListId, StatusPlace, UnixTime};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

/// Places of one list.
pub const PLACES: u32 = 1 << (2 * HALF);
/// Counters that a node takes at a time.
pub const BLOCK: u32 = 1024;
/// A list is given out for at least as long.
const SHORTEST_EPOCH: Span = Span::from_hours(1);
/// Bits of each half of a place.
const HALF: u32 = 10;
/// Rounds of the permutation: four make a strong one (Luby and Rackoff), more make up for halves as small as these.
const ROUNDS: u8 = 8;

/// The key of a list's permutation.
pub type Seed = [u8; 32];

/// Random bytes of a list's identifier; the rest of its sixteen is the proof.
const RANDOM: usize = 10;

/// The identifier of a new list. It proves with a few bytes that this installation made it, so that invented ones are
/// refused without a look into the database.
#[must_use]
pub fn new_id(key: &[u8; 32], random: [u8; RANDOM]) -> StatusListId {
    let mut bytes = [0_u8; 16];
    let (front, proof) = bytes.split_at_mut(RANDOM);
    front.copy_from_slice(&random);
    proof.copy_from_slice(&proof_of(key, &random));
    StatusListId::from_entropy(bytes)
}

/// Whether an identifier was made with this key.
#[must_use]
pub fn is_own_id(key: &[u8; 32], id: &StatusListId) -> bool {
    let bytes: Option<[u8; 16]> = URL_SAFE_NO_PAD
        .decode(id.as_str())
        .ok()
        .and_then(|bytes| bytes.try_into().ok());
    // What is told apart here is public: no time is too telling.
    bytes.is_some_and(|bytes| {
        let (random, proof) = bytes.split_at(RANDOM);
        proof == proof_of(key, random)
    })
}

fn proof_of(key: &[u8; 32], random: &[u8]) -> [u8; 6] {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any key length");
    mac.update(b"status list|");
    mac.update(random);
    let whole: [u8; 32] = mac.finalize().into_bytes().into();
    whole.first_chunk().copied().unwrap_or_default()
}

/// The times of a list that is made now, for tokens that live for `longest` at most: when it is closed, and when the
/// last token that refers to it has expired everywhere.
#[must_use]
pub fn times(now: UnixTime, longest: Span) -> (UnixTime, UnixTime) {
    let longest = longest.min(LONGEST_TOKEN);
    let known_for = Span::from_millis(longest.millis().saturating_add(SKEW.millis()));
    let closes_at = now.plus(known_for.max(SHORTEST_EPOCH));
    (closes_at, closes_at.plus(known_for))
}

/// The place that belongs to a counter. Counters beyond the list wrap around: the caller never takes one.
#[must_use]
pub fn place(seed: &Seed, counter: u32) -> u32 {
    let mask = (1 << HALF) - 1;
    let (mut left, mut right) = ((counter >> HALF) & mask, counter & mask);
    for round in 0..ROUNDS {
        (left, right) = (right, left ^ (scrambled(seed, round, right) & mask));
    }
    (left << HALF) | right
}

fn scrambled(seed: &Seed, round: u8, half: u32) -> u32 {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(seed).expect("any key length");
    mac.update(&[round]);
    mac.update(&half.to_be_bytes());
    let [first, second, ..]: [u8; 32] = mac.finalize().into_bytes().into();
    u32::from(u16::from_be_bytes([first, second]))
}

/// The place by which a token that is made now, and expires at `until`, can be told to have ended; none when the grant
/// has no such place, and needs another one.
#[must_use]
pub fn standing(grant: &Grant, now: UnixTime, until: UnixTime) -> Option<&StatusPlace> {
    let newest = grant.status.first()?;
    let [epoch, _] = grant.ep;
    let is_its_own = newest.gver == grant.gver && newest.epoch == epoch;
    (is_its_own && serves(newest, now, until)).then_some(newest)
}

/// Whether a place can be given to a token that is made now and expires at `until`.
#[must_use]
pub fn serves(place: &StatusPlace, now: UnixTime, until: UnixTime) -> bool {
    now < place.closes_at && until.plus(SKEW) <= place.expires_at
}

/// The places of a grant once `spare` is its newest. Those stay that a token may still refer to, and that nobody was
/// told of: the places of earlier claims versions ended when the version was raised.
#[must_use]
pub fn with_spare(grant: &Grant, spare: &StatusPlace, now: UnixTime) -> Vec<StatusPlace> {
    let spare = StatusPlace {
        gver: grant.gver,
        ..spare.clone()
    };
    let kept = grant
        .status
        .iter()
        .filter(|place| place.expires_at > now && place.gver == grant.gver);
    std::iter::once(spare).chain(kept.cloned()).collect()
}

/// The bytes of a list: a bit for each place, the lowest first, set for those that have ended.
#[must_use]
pub fn bits(ended: impl IntoIterator<Item = u32>) -> Vec<u8> {
    let mut bytes = vec![0_u8; usize::try_from(PLACES / 8).unwrap_or_default()];
    for place in ended {
        let byte = usize::try_from(place / 8).ok().and_then(|at| bytes.get_mut(at));
        if let Some(byte) = byte {
            *byte |= 1 << (place % 8);
        }
    }
    bytes
}
