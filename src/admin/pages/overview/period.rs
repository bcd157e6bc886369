//! The time that the plots show, and the slots that it is shown in.

use crate::statistics::{Bucket, Resolution};
use time::OffsetDateTime;
use time::macros::format_description;
use vouchsafe_core::model::{Span, UnixTime};

/// How much time the plots show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Period {
    /// A day by hours.
    Day,
    /// A week by six hours.
    Week,
    /// Thirty days by days.
    Month,
}

/// One bar's time.
pub(super) struct Slot {
    /// On the axis.
    pub(super) mark: String,
    /// In the table.
    pub(super) words: String,
}

impl Period {
    /// All of them.
    pub(super) const ALL: [Self; 3] = [Self::Day, Self::Week, Self::Month];

    /// The one that was asked for; a day when it is none.
    pub(super) fn parse(text: Option<&str>) -> Self {
        Self::ALL
            .into_iter()
            .find(|period| text == Some(period.word()))
            .unwrap_or(Self::Day)
    }

    /// As the address names it.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// As the page names it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Day => "24 hours",
            Self::Week => "7 days",
            Self::Month => "30 days",
        }
    }

    /// In what it is read.
    pub(super) const fn resolution(self) -> Resolution {
        match self {
            Self::Day | Self::Week => Resolution::Hour,
            Self::Month => Resolution::Day,
        }
    }

    /// An instant in its first hour or day, where `now` lies in the last.
    pub(super) fn first(self, now: UnixTime) -> UnixTime {
        now.minus(match self {
            Self::Day => Span::from_hours(23),
            Self::Week => Span::from_hours(7 * 24 - 1),
            Self::Month => Span::from_days(29),
        })
    }

    /// Hours or days of one slot.
    const fn of_slot(self) -> usize {
        match self {
            Self::Day | Self::Month => 1,
            Self::Week => 6,
        }
    }

    /// What was counted in each slot.
    pub(super) fn slots<'a>(self, counted: &'a [Bucket]) -> Vec<(Slot, &'a [Bucket])> {
        let slot = |counted: &'a [Bucket]| {
            let begins_at = counted.first().map(|first| first.begins_at).unwrap_or_default();
            (self.slot(begins_at), counted)
        };
        counted.chunks(self.of_slot()).map(slot).collect()
    }

    fn slot(self, begins_at: i64) -> Slot {
        let at = OffsetDateTime::from_unix_timestamp(begins_at).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let mark = match self {
            Self::Day => at.format(format_description!("[hour]:[minute]")),
            Self::Week | Self::Month => {
                at.format(format_description!("[day padding:none] [month repr:short]"))
            }
        };
        let words = at.format(format_description!(
            "[day padding:none] [month repr:short], [hour]:[minute]"
        ));
        Slot {
            mark: mark.unwrap_or_default(),
            words: words.unwrap_or_default(),
        }
    }
}
