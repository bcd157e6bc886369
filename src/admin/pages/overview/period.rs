//! The time that the plots show, and the slots that it is shown in.

use crate::statistics::Hour;
use time::OffsetDateTime;
use time::macros::format_description;

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

    /// How many hours.
    pub(super) const fn hours(self) -> i64 {
        match self {
            Self::Day => 24,
            Self::Week => 7 * 24,
            Self::Month => 30 * 24,
        }
    }

    /// Hours of one slot.
    const fn hours_of_slot(self) -> usize {
        match self {
            Self::Day => 1,
            Self::Week => 6,
            Self::Month => 24,
        }
    }

    /// The hours of each slot together.
    pub(super) fn slots<'a>(self, hours: &'a [Hour]) -> Vec<(Slot, &'a [Hour])> {
        let slot = |hours: &'a [Hour]| {
            let begins_at = hours.first().map(|hour| hour.begins_at).unwrap_or_default();
            (self.slot(begins_at), hours)
        };
        hours.chunks(self.hours_of_slot()).map(slot).collect()
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
