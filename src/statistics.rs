//! What happened, hour by hour: written down by every node once a minute, and read for the overview and the API, by the
//! hour or summed up by the day.

use crate::db;
use crate::metrics::{Amount, BOUNDS, Measure, Tally};
use crate::store::{Counted, Store, StoreError, Tx};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use vouchsafe_core::model::{Span, UnixTime};

/// What is kept: hours that are older are gone.
pub const KEPT: Span = Span::from_days(90);
/// The longest time that is told by the hour.
pub const BY_THE_HOUR: Span = Span::from_days(7);
/// Sessions are counted anew after this: that looks at every one of them.
const SESSIONS_ANEW: i64 = 600_000;

/// How finely time is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Resolution {
    /// By the hour.
    Hour,
    /// By the day (UTC).
    Day,
}

impl Resolution {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Hour, Self::Day];

    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|resolution| text == resolution.as_str())
    }

    /// The one that fits a time: hours as long as there are not too many of them.
    #[must_use]
    pub fn fitting(time: Span) -> Self {
        if time <= BY_THE_HOUR {
            Self::Hour
        } else {
            Self::Day
        }
    }

    const fn span(self) -> Span {
        match self {
            Self::Hour => Span::from_hours(1),
            Self::Day => Span::from_days(1),
        }
    }

    /// The beginning of the hour or day that an instant lies in.
    fn begin(self, at: UnixTime) -> UnixTime {
        UnixTime::from_millis(at.millis() - at.millis().rem_euclid(self.span().millis()))
    }
}

/// What happened in one hour, or on one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Bucket {
    /// When it began, in seconds since 1970.
    pub begins_at: i64,
    /// People who signed in.
    pub sign_ins: i64,
    /// Attempts to sign in that failed.
    pub sign_ins_failed: i64,
    /// Answers of the token endpoint.
    pub tokens: Vec<TokenCount>,
    /// Sign-in sessions that stood, as last counted in that hour; of a day the most.
    pub sessions: Option<i64>,
    /// Milliseconds within which 95 of 100 requests at the token endpoint were answered.
    pub token_p95_millis: Option<i64>,
    /// Milliseconds within which 95 of 100 passwords were compared or hashed, waiting included.
    pub password_p95_millis: Option<i64>,
}

/// Answers of the token endpoint of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TokenCount {
    /// The grant type, or `unknown`.
    pub grant: String,
    /// `issued`, `refused` or `fault`.
    pub outcome: String,
    /// How many.
    pub count: i64,
}

impl Bucket {
    /// Answers of this outcome.
    #[must_use]
    pub fn tokens_with(&self, outcome: &str) -> i64 {
        let counts = self.tokens.iter().filter(|count| count.outcome == outcome);
        counts.map(|count| count.count).sum()
    }

    /// Tokens that were issued for this grant type.
    #[must_use]
    pub fn issued_for(&self, grant: &str) -> i64 {
        let issued = self.tokens.iter().filter(|count| count.outcome == "issued");
        let counts = issued.filter(|count| count.grant == grant);
        counts.map(|count| count.count).sum()
    }
}

/// Writes down what this node counted since it last did, and now and then how many sessions stand. Blocks on the store.
///
/// # Errors
/// When the store fails: what was counted is kept for the next time.
pub fn record(store: &Store, tally: &Tally, now: UnixTime) -> Result<(), StoreError> {
    let counts_sessions = now.millis().rem_euclid(SESSIONS_ANEW) < SESSIONS_ANEW / 10;
    let standing = counts_sessions.then(|| standing(store, now)).transpose()?;
    let amounts = tally.take();
    let rows: Vec<Counted> = amounts.iter().map(|amount| row(amount, now)).collect();
    if rows.is_empty() && standing.is_none() {
        return Ok(());
    }
    let written = store.write_blocking("statistics", move |tx| {
        for row in &rows {
            db!(tx, statistics::add(row))?;
        }
        match &standing {
            Some(standing) => db!(tx, statistics::set(standing)),
            None => Ok(()),
        }
    });
    if written.is_err() {
        tally.give_back(&amounts);
    }
    written
}

/// How many sessions stand. Looks at all of them, so it comes before the write: that would hold up all others.
fn standing(store: &Store, now: UnixTime) -> Result<Counted, StoreError> {
    let count = store.read_blocking("standing-sessions", move |tx| {
        db!(tx, sessions::count_standing(now))
    });
    let standing = Amount {
        measure: Measure::Sessions,
        label: String::new(),
        amount: count?,
    };
    Ok(row(&standing, now))
}

/// What happened in the hours or days from that of `first` to that of `last`, each of them, the oldest first. Of a longer
/// time than is kept, the last of them.
///
/// # Errors
/// When the store fails.
pub fn read(
    tx: &mut Tx<'_>,
    resolution: Resolution,
    (first, last): (UnixTime, UnixTime),
) -> Result<Vec<Bucket>, StoreError> {
    let end = resolution.begin(last).plus(resolution.span());
    let first = resolution.begin(first).max(end.minus(KEPT));
    let rows = match resolution {
        Resolution::Hour => db!(tx, statistics::by_hour(first, end))?,
        Resolution::Day => db!(tx, statistics::by_day((first, end), Measure::Sessions.as_str()))?,
    };
    let mut found: BTreeMap<i64, Vec<Counted>> = BTreeMap::new();
    for row in rows {
        found.entry(row.hour.millis()).or_default().push(row);
    }
    let mut all = Vec::new();
    let mut at = first;
    while at < end {
        all.push(summed(at, &found.remove(&at.millis()).unwrap_or_default()));
        at = at.plus(resolution.span());
    }
    Ok(all)
}

fn row(amount: &Amount, now: UnixTime) -> Counted {
    Counted {
        hour: Resolution::Hour.begin(now),
        measure: amount.measure.as_str().to_owned(),
        label: amount.label.clone(),
        amount: amount.amount,
    }
}

fn summed(at: UnixTime, rows: &[Counted]) -> Bucket {
    let of = |measure: Measure| rows.iter().filter(move |row| row.measure == measure.as_str());
    let sign_ins = |good: bool| {
        let counted = of(Measure::SignIns).filter(|row| (row.label == "signed_in") == good);
        counted.map(|row| row.amount).sum()
    };
    let tokens = of(Measure::Tokens).filter_map(|row| {
        let (grant, outcome) = row.label.split_once(' ')?;
        Some(TokenCount {
            grant: grant.to_owned(),
            outcome: outcome.to_owned(),
            count: row.amount,
        })
    });
    Bucket {
        begins_at: at.seconds(),
        sign_ins: sign_ins(true),
        sign_ins_failed: sign_ins(false),
        tokens: tokens.collect(),
        sessions: of(Measure::Sessions).map(|row| row.amount).max(),
        token_p95_millis: p95(of(Measure::TokenMillis)),
        password_p95_millis: p95(of(Measure::PasswordMillis)),
    }
}

/// The bound below which 95 of 100 lie. None when nothing was measured.
fn p95<'a>(rows: impl Iterator<Item = &'a Counted>) -> Option<i64> {
    let counts: BTreeMap<i64, i64> = rows
        .filter_map(|row| Some((row.label.parse().ok()?, row.amount)))
        .collect();
    let total: i64 = counts.values().sum();
    let mut seen = 0;
    BOUNDS.into_iter().find(|bound| {
        seen += counts.get(bound).copied().unwrap_or_default();
        total > 0 && seen * 100 >= total * 95
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(measure: Measure, label: &str, amount: i64) -> Counted {
        Counted {
            hour: UnixTime::from_millis(0),
            measure: measure.as_str().to_owned(),
            label: label.to_owned(),
            amount,
        }
    }

    #[test]
    fn ninety_five_of_a_hundred_lie_within_the_bound() {
        let slow = |fast: i64, slow: i64| {
            let rows = [
                counted(Measure::TokenMillis, "5", fast),
                counted(Measure::TokenMillis, "500", slow),
            ];
            p95(rows.iter())
        };
        assert_eq!(slow(95, 5), Some(5));
        assert_eq!(slow(94, 6), Some(500));
        assert_eq!(slow(0, 1), Some(500));
        assert_eq!(slow(0, 0), None);
    }

    #[test]
    fn an_hour_is_the_sum_of_its_rows() {
        let rows = [
            counted(Measure::SignIns, "signed_in", 7),
            counted(Measure::SignIns, "refused", 2),
            counted(Measure::SignIns, "throttled", 1),
            counted(Measure::Tokens, "refresh_token issued", 5),
            counted(Measure::Tokens, "refresh_token refused", 4),
            counted(Measure::Sessions, "", 11),
        ];
        let hour = summed(UnixTime::from_seconds(7_200), &rows);
        assert_eq!(
            (hour.sign_ins, hour.sign_ins_failed, hour.sessions),
            (7, 3, Some(11))
        );
        assert_eq!((hour.tokens_with("issued"), hour.tokens_with("refused")), (5, 4));
        assert_eq!(
            (
                hour.issued_for("refresh_token"),
                hour.issued_for("client_credentials")
            ),
            (5, 0)
        );
        assert_eq!(hour.token_p95_millis, None);
    }

    #[test]
    fn hours_begin_on_the_hour_and_days_at_midnight() {
        let begin = |resolution: Resolution, at| resolution.begin(UnixTime::from_seconds(at)).seconds();
        assert_eq!(begin(Resolution::Hour, 7_199), 3_600);
        assert_eq!(begin(Resolution::Hour, 7_200), 7_200);
        assert_eq!(begin(Resolution::Day, 2 * 86_400 - 1), 86_400);
        assert_eq!(begin(Resolution::Day, -1), -86_400);
    }

    #[test]
    fn a_week_is_told_by_the_hour_and_more_by_the_day() {
        assert_eq!(Resolution::fitting(Span::from_days(7)), Resolution::Hour);
        assert_eq!(
            Resolution::fitting(Span::from_millis(7 * 86_400_000 + 1)),
            Resolution::Day
        );
        for resolution in Resolution::ALL {
            assert_eq!(Resolution::parse(resolution.as_str()), Some(resolution));
        }
    }
}
