//! Where the status of a grant stands: a bit of a status list (Token Status List, IETF OAuth draft).

use super::{StatusListId, UnixTime};
use serde::{Deserialize, Serialize};

/// One place in one status list. It belongs to one grant and to one claims version of it: raising the version ends
/// the place, as the end of the grant does.
///
/// The store compares places as text: a member that is added here must be left out while it has its default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusPlace {
    /// The list.
    pub list: StatusListId,
    /// The bit: the member `idx` of the claim.
    pub idx: u32,
    /// The claims version (`gver`) that the place was given for.
    pub gver: i64,
    /// The epoch of the issuer that the list was made in.
    pub epoch: i64,
    /// From then on the grant needs a place in another list.
    pub closes_at: UnixTime,
    /// From then on no token refers to the list.
    pub expires_at: UnixTime,
}

/// A place whose grant ended, as the event of the end tells of it: the list, the bit, and when the list expires, in
/// seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndedPlace(pub StatusListId, pub u32, pub i64);

impl EndedPlace {
    /// The member of an event's detail that tells of places.
    pub const MEMBER: &str = "status";

    /// The places of a grant that a token may still refer to.
    #[must_use]
    pub fn of(places: &[StatusPlace], now: UnixTime) -> Vec<Self> {
        let referred_to = places.iter().filter(|place| place.expires_at > now);
        referred_to
            .map(|place| Self(place.list.clone(), place.idx, place.expires_at.seconds()))
            .collect()
    }
}
