//! How many failures are too many: fixed windows, counted before the attempt.
//!
//! An attempt takes its place first and gives it back when it succeeds, so that fifty guesses at once cost fifty.

use crate::model::{Span, UnixTime};

/// So many failures in so much time; the next attempt waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Failures that are let through.
    pub failures: u32,
    /// The window they are counted in.
    pub per: Span,
}

/// The answer to an attempt that has taken its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Go on.
    Admitted,
    /// Answer 429 without looking at the password.
    Wait {
        /// How long until the window is over: never zero.
        retry_after: Span,
    },
}

impl Limit {
    /// Reads `10/15m`: a number, a slash and a duration in `s`, `m`, `h` or `d`. Neither may be zero.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (failures, per) = text.split_once('/')?;
        let failures = number(failures)?.try_into().ok()?;
        let (amount, unit) = per.split_at_checked(per.len().checked_sub(1)?)?;
        let amount = number(amount)?;
        let per = match unit {
            "s" => Span::from_seconds(amount),
            "m" => Span::from_minutes(amount),
            "h" => Span::from_hours(amount),
            "d" => Span::from_days(amount),
            _ => return None,
        };
        Some(Self { failures, per })
    }

    /// Judges an attempt that is the `count`th in a window begun at `started_at`, itself included.
    #[must_use]
    pub fn judge(&self, count: i64, started_at: UnixTime, now: UnixTime) -> Turn {
        let left = started_at.plus(self.per).since(now);
        if count <= i64::from(self.failures) || left <= Span::ZERO {
            return Turn::Admitted;
        }
        // A clock that runs behind the one that began the window must not make anybody wait longer than the window.
        Turn::Wait {
            retry_after: left.min(self.per).max(Span::from_seconds(1)),
        }
    }
}

impl std::fmt::Display for Limit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let seconds = self.per.seconds();
        let (amount, unit) = [(86_400, 'd'), (3600, 'h'), (60, 'm')]
            .into_iter()
            .find(|(size, _)| seconds % size == 0)
            .map_or((seconds, 's'), |(size, unit)| (seconds / size, unit));
        write!(f, "{}/{amount}{unit}", self.failures)
    }
}

/// A positive number of at most nine digits.
fn number(text: &str) -> Option<i64> {
    let lawful = (1..=9).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| lawful && *number > 0)
}
