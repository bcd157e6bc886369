//! Why a page of the feed was not taken: for operators, never for callers.

use std::fmt;

use crate::error::Rejection;

/// What is wrong with a page of the revocation feed, or in what way it does not fit to what is known.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FeedProblem {
    /// The page is larger than 2 MiB, or has more than 10,000 entries.
    PageTooLarge,
    /// The page is not JSON as it must be.
    PageMalformed,
    /// The head's signature does not hold, or it is no head of this issuer.
    Head(Rejection),
    /// The head is signed with a key that was revoked.
    SignerRevoked,
    /// The head is older than the one that is held already.
    HeadOld,
    /// The head was signed in the future, as our clock has it.
    HeadFromFuture,
    /// The entries are not in ascending order, or not within the window that the head names.
    Disordered,
    /// The page goes on from somewhere else.
    Gap,
    /// The issuer's database is another one than before; a snapshot is needed.
    TimelineChanged,
    /// A later head has a lower number: the issuer's database was restored. A snapshot is needed.
    HistoryChanged,
    /// The entries are not those that the head was signed for.
    HashMismatch,
    /// More live entries than are kept.
    TooMany,
}

impl FeedProblem {
    /// Whether what is held is of no use for going on, so that a snapshot must be asked for.
    #[must_use]
    pub fn needs_snapshot(&self) -> bool {
        matches!(
            self,
            Self::Gap
                | Self::TimelineChanged
                | Self::HistoryChanged
                | Self::HashMismatch
                | Self::Disordered
                | Self::TooMany
        )
    }
}

impl fmt::Display for FeedProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PageTooLarge => f.write_str("the page of the feed is too large"),
            Self::PageMalformed => f.write_str("the page of the feed is malformed"),
            Self::Head(rejection) => write!(f, "the head of the feed cannot be verified: {rejection}"),
            Self::SignerRevoked => f.write_str("the head of the feed is signed with a revoked key"),
            Self::HeadOld => f.write_str("the head of the feed is older than the one held"),
            Self::HeadFromFuture => f.write_str("the head of the feed is from the future; check the clocks"),
            Self::Disordered => f.write_str("the entries of the feed are out of order"),
            Self::Gap => f.write_str("the feed goes on from somewhere else"),
            Self::TimelineChanged => f.write_str("the feed is on another timeline"),
            Self::HistoryChanged => f.write_str("the feed was set back; was the database restored?"),
            Self::HashMismatch => f.write_str("the entries of the feed are not those that were signed for"),
            Self::TooMany => f.write_str("the feed has more live entries than are kept"),
        }
    }
}

impl std::error::Error for FeedProblem {}
