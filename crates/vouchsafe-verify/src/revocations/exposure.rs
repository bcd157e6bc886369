//! How long a token may have been revoked without our knowing, in the issuer's time.
//!
//! A token that was issued after the last sync was checked by the issuer itself, more recently than we could; one
//! that was issued before was not revoked at the sync. So its *exposure* is the time since the later of the two.

use std::time::Duration;

/// The issuer's clock is not further behind ours than this: else its tokens would be refused as expired.
const CLOCK_TOLERANCE: i64 = 60;
/// A clock that was ahead once, or drifts, is forgotten after one to two of these.
const WINDOW_MS: i64 = 300_000;
/// A token younger than its budget and this is never refused for exposure, so that no client refreshes in a circle.
const GRACE_MS: i64 = 60_000;

/// A point in time, by both clocks of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The time of day, in seconds since 1970.
    pub unix_seconds: i64,
    /// A time that never jumps.
    pub monotonic: Duration,
}

impl Moment {
    fn monotonic_ms(self) -> i64 {
        i64::try_from(self.monotonic.as_millis()).unwrap_or(i64::MAX)
    }
}

/// How fresh our knowledge of revocations is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Freshness {
    offset: Option<Offset>,
    published_to: Option<i64>,
}

/// The issuer's time at the zero of the monotonic clock: the largest that a head of late has shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Offset {
    /// Since this time, by the monotonic clock, `largest` counts.
    since: i64,
    largest: i64,
    /// The largest of the window before that one.
    before: Option<i64>,
}

impl Offset {
    /// A head showed `offset` at the time `at`.
    fn learn(known: Option<Self>, offset: i64, at: i64) -> Self {
        let alone = Self {
            since: at,
            largest: offset,
            before: None,
        };
        let Some(known) = known else { return alone };
        match at.saturating_sub(known.since) {
            ..WINDOW_MS => Self {
                largest: known.largest.max(offset),
                ..known
            },
            age if age < 2 * WINDOW_MS => Self {
                before: Some(known.largest),
                ..alone
            },
            _ => alone,
        }
    }

    fn best(self) -> i64 {
        self.before
            .map_or(self.largest, |before| before.max(self.largest))
    }
}

/// What exposure means for a token on a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exposure {
    /// Within the budget.
    Within,
    /// Beyond the budget, but of a token so young that it must not be refused for it.
    Young,
    /// Beyond the budget.
    Beyond,
}

impl Freshness {
    /// Learns from a head, received at `moment`, that was signed at `now` and is complete to `published_to`.
    pub(super) fn learn(&mut self, now: i64, published_to: i64, moment: Moment) {
        let at = moment.monotonic_ms();
        // Travel makes a head look older, never younger: the largest offset is the best.
        self.offset = Some(Offset::learn(self.offset, now.saturating_sub(at), at));
        self.published_to = Some(published_to);
    }

    /// The issuer's time, in milliseconds: by its heads, and never far behind our own clock, so that a head from
    /// long ago cannot make the present look like the past.
    #[must_use]
    pub fn server_now(&self, moment: Moment) -> i64 {
        let own = moment.unix_seconds.saturating_mul(1000);
        let Some(offset) = self.offset else { return own };
        let earliest = own.saturating_sub(CLOCK_TOLERANCE * 1000);
        offset.best().saturating_add(moment.monotonic_ms()).max(earliest)
    }

    /// How long a token issued at `iat` may have been revoked without our knowing, in milliseconds.
    #[must_use]
    pub fn exposure(&self, iat: i64, moment: Moment) -> i64 {
        let issued = iat.saturating_mul(1000);
        let known = self
            .published_to
            .map_or(issued, |published_to| published_to.max(issued));
        self.server_now(moment).saturating_sub(known).max(0)
    }

    /// How old our knowledge is, in milliseconds; none before the first head.
    #[must_use]
    pub fn lag(&self, moment: Moment) -> Option<i64> {
        self.published_to
            .map(|published_to| self.server_now(moment).saturating_sub(published_to).max(0))
    }

    /// Judges a token that lives from `iat` to `exp` on a route with a budget in seconds. Without one, or with one
    /// that is longer, the budget is the token's lifetime, so that exposure alone refuses no live token.
    #[must_use]
    pub fn judge(&self, iat: i64, exp: i64, budget: Option<u32>, moment: Moment) -> Exposure {
        let lifetime = exp.saturating_sub(iat);
        let budget = budget.map_or(lifetime, |budget| lifetime.min(i64::from(budget)));
        let budget = budget.saturating_mul(1000);
        if self.exposure(iat, moment) <= budget {
            return Exposure::Within;
        }
        let issued = iat.saturating_mul(1000);
        let own = moment.unix_seconds.saturating_mul(1000);
        // By whichever clock it is younger: a wrong one must not send clients in a circle.
        let age = self.server_now(moment).min(own).saturating_sub(issued);
        if age < budget.saturating_add(GRACE_MS) {
            Exposure::Young
        } else {
            Exposure::Beyond
        }
    }

    /// Whether a head that was signed at `now` is so far ahead of our clock that one of the two is wrong.
    pub(super) fn is_from_future(now: i64, moment: Moment) -> bool {
        now > moment
            .unix_seconds
            .saturating_add(CLOCK_TOLERANCE)
            .saturating_mul(1000)
    }
}
