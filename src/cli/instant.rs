//! RFC 3339 — instants on the command line.

use crate::config::parse_duration;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use vouchsafe_core::model::{Span, UnixTime};

/// An instant that was asked for: itself, or a while from now.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Until {
    /// Exactly then.
    At(UnixTime),
    /// After this time.
    In(Span),
}

impl Until {
    /// Reads `2026-12-01T00:00:00Z` or `7d`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        if let Ok(at) = OffsetDateTime::parse(text.trim(), &Rfc3339) {
            return Ok(Self::At(UnixTime::from_seconds(at.unix_timestamp())));
        }
        parse_duration(text)
            .map(Self::In)
            .map_err(|_| "write an instant like 2026-12-01T00:00:00Z or a duration like 7d".to_owned())
    }

    /// The instant, when a while means that long ago.
    pub(crate) fn before(self, now: UnixTime) -> UnixTime {
        match self {
            Self::At(at) => at,
            Self::In(span) => now.minus(span),
        }
    }

    /// The instant, when it is asked for at `now`.
    pub(crate) fn from(self, now: UnixTime) -> UnixTime {
        match self {
            Self::At(at) => at,
            Self::In(span) => now.plus(span),
        }
    }
}

/// The instant for people, to the second.
pub(crate) fn instant(at: UnixTime) -> String {
    OffsetDateTime::from_unix_timestamp(at.seconds())
        .ok()
        .and_then(|at| at.format(&Rfc3339).ok())
        .unwrap_or_default()
}
