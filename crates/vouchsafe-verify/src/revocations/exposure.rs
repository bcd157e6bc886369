//! How long a token may have been revoked without our knowing, in the issuer's time.
//!
//! A token that was issued after the last sync was checked by the issuer itself, more recently than we could; one
//! that was issued before was not revoked at the sync. So its *exposure* is the time since the later of the two.

use std::time::Duration;

/// The issuer's clock is not further behind ours than this: else its tokens would be refused as expired.
const CLOCK_TOLERANCE: i64 = 60;
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
    /// The issuer's time at the zero of the monotonic clock: the largest that any head has shown.
    offset: Option<i64>,
    published_to: Option<i64>,
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
        let offset = now.saturating_sub(moment.monotonic_ms());
        // Travel makes a head look older, never younger: the largest offset is the best.
        self.offset = self.offset.max(Some(offset));
        self.published_to = Some(published_to);
    }

    /// The issuer's time, in milliseconds: by its heads, and never far behind our own clock, so that a head from
    /// long ago cannot make the present look like the past.
    #[must_use]
    pub fn server_now(&self, moment: Moment) -> i64 {
        let own = moment.unix_seconds.saturating_mul(1000);
        let Some(offset) = self.offset else { return own };
        let earliest = own.saturating_sub(CLOCK_TOLERANCE * 1000);
        offset.saturating_add(moment.monotonic_ms()).max(earliest)
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
