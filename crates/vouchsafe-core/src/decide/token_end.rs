//! Until when resource servers may meet an access token of a grant: so long they must know that the grant ended.
//!
//! The row of the grant remembers it, and it only ever grows: a lifetime that is shortened later does not shorten what
//! was given before.

use super::issue::LONGEST_TOKEN;
use crate::model::{Grant, Span, UnixTime};

/// How long after its end a verifier may still take a token: its leeway is a minute at most, and its clock may be a
/// minute behind. So much longer it must know what was revoked.
pub const SKEW: Span = Span::from_seconds(120);
/// A grant whose refresh tokens stay the same is not written at each refresh: the row is ahead by so much.
const AHEAD: Span = Span::from_hours(1);
/// A rotating token that comes again within the retry window is answered from the row: so much the row is ahead of what
/// each rotation writes anyway.
const AHEAD_OF_RETRIES: Span = Span::from_minutes(1);

/// The end of an access token that a grant gives now, as its row is to remember it. `rotates` is whether each refresh
/// writes the row anyway.
#[must_use]
pub fn remembered(now: UnixTime, lifetime: Span, rotates: bool) -> UnixTime {
    let ahead = if rotates { AHEAD_OF_RETRIES } else { AHEAD };
    now.plus(lifetime).plus(ahead)
}

/// Whether the row covers a token that ends then.
#[must_use]
pub fn covers(grant: &Grant, end: UnixTime) -> bool {
    grant.access_until.is_none_or(|until| until >= end)
}

/// The end of the last access token of a grant, for all that is known at `now`.
#[must_use]
pub fn last_of(grant: &Grant, now: UnixTime) -> UnixTime {
    let until = grant.access_until.unwrap_or_else(|| now.plus(LONGEST_TOKEN));
    until.max(now)
}
