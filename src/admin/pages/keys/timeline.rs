//! The timetable of the keys as a picture: a bar a key, wide while it is published, filled while it signs.

use crate::admin::moment::Moment;
use time::OffsetDateTime;
use time::macros::format_description;
use vouchsafe_core::decide::key_phases::KeyPhases;
use vouchsafe_core::decide::key_state::KeyState;
use vouchsafe_core::model::{SigningKey, Span, UnixTime};

/// Keys that are drawn at most; the table has all of them.
const DRAWN: usize = 10;
/// How far back the picture goes.
const BACK: Span = Span::from_days(60);
/// The picture, in its own units.
const LEFT: i64 = 150;
const RIGHT: i64 = 940;
const TOP: i64 = 44;
const LINE: i64 = 34;

/// The picture.
pub(super) struct Timeline {
    pub(super) height: i64,
    pub(super) months: Vec<Month>,
    pub(super) bars: Vec<Bar>,
    pub(super) now: i64,
    pub(super) words: String,
}

/// The beginning of a month.
pub(super) struct Month {
    pub(super) x: i64,
    pub(super) name: String,
}

/// A key.
pub(super) struct Bar {
    pub(super) y: i64,
    pub(super) text_y: i64,
    pub(super) label: String,
    pub(super) class: &'static str,
    pub(super) published: Stretch,
    pub(super) signs: Option<Stretch>,
}

/// From here on, so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) x: i64,
    pub(super) width: i64,
}

impl Timeline {
    /// The picture of these keys.
    pub(super) fn of(keys: &[(&SigningKey, KeyPhases)], now: UnixTime) -> Self {
        let begin = now.minus(BACK);
        let shown: Vec<&(&SigningKey, KeyPhases)> = keys
            .iter()
            .filter(|(_, dates)| dates.published_until > begin)
            .take(DRAWN)
            .collect();
        let ends = shown.iter().map(|(_, dates)| dates.published_until);
        let end = ends.fold(now.plus(BACK), UnixTime::max);
        let scale = Scale { begin, end };
        let several = shown
            .iter()
            .any(|(key, _)| shown.first().is_some_and(|(first, _)| first.alg != key.alg));
        let bars: Vec<Bar> = (0..)
            .zip(&shown)
            .map(|(line, (key, dates))| bar(scale, line, (key, dates), several))
            .collect();
        let lines = i64::try_from(bars.len()).unwrap_or_default();
        Self {
            height: TOP + lines * LINE + 30,
            months: months(scale),
            now: scale.x(now),
            words: shown
                .iter()
                .map(|(key, dates)| sentence(key, dates))
                .collect::<Vec<_>>()
                .join(" "),
            bars,
        }
    }
}

#[derive(Clone, Copy)]
struct Scale {
    begin: UnixTime,
    end: UnixTime,
}

impl Scale {
    fn x(self, at: UnixTime) -> i64 {
        let whole = self.end.since(self.begin).seconds().max(1);
        let part = at.since(self.begin).seconds().clamp(0, whole);
        LEFT + part * (RIGHT - LEFT) / whole
    }

    fn stretch(self, from: UnixTime, to: UnixTime) -> Stretch {
        let x = self.x(from);
        Stretch {
            x,
            width: (self.x(to) - x).max(2),
        }
    }
}

fn bar(scale: Scale, line: i64, (key, dates): (&SigningKey, &KeyPhases), several: bool) -> Bar {
    let y = TOP + line * LINE;
    let label = if several {
        format!("{} {}", key.alg.as_str(), dates.state.as_str())
    } else {
        dates.state.as_str().to_owned()
    };
    Bar {
        y,
        text_y: y + 15,
        label,
        class: dates.state.as_str(),
        published: scale.stretch(dates.published_from, dates.published_until),
        signs: dates
            .signs_from
            .filter(|_| dates.signs_until > scale.begin)
            .map(|from| scale.stretch(from, dates.signs_until)),
    }
}

/// The first days of the months in the picture, so far apart that their names do not touch.
fn months(scale: Scale) -> Vec<Month> {
    let name = format_description!("[month repr:short] [year]");
    let mut months: Vec<Month> = Vec::new();
    let mut at = scale.begin;
    while at < scale.end {
        let day = OffsetDateTime::from_unix_timestamp(at.seconds()).ok();
        if let Some(day) = day.filter(|day| day.day() == 1) {
            let x = scale.x(UnixTime::from_seconds(day.to_midnight_seconds()));
            if months.last().is_none_or(|last| x - last.x > 80) && x < RIGHT - 60 {
                months.push(Month {
                    x,
                    name: day.format(name).unwrap_or_default(),
                });
            }
        }
        at = at.plus(Span::from_days(1));
    }
    months
}

trait Midnight {
    fn to_midnight_seconds(&self) -> i64;
}

impl Midnight for OffsetDateTime {
    fn to_midnight_seconds(&self) -> i64 {
        self.unix_timestamp() - self.unix_timestamp().rem_euclid(86_400)
    }
}

/// What the picture says of a key, for those who do not see it.
fn sentence(key: &SigningKey, dates: &KeyPhases) -> String {
    let short: String = key.kid.as_str().chars().take(8).collect();
    let until = Moment(dates.published_until).words();
    let what = match dates.state {
        KeyState::Next => {
            let from = dates
                .signs_from
                .map(|from| Moment(from).words())
                .unwrap_or_default();
            format!("is published and signs from {from}")
        }
        KeyState::Active => format!("signs, and stays in the key set until {until}"),
        KeyState::Retiring => format!("signs no more, and stays in the key set until {until}"),
        KeyState::Removed => format!("left the key set on {until}"),
        KeyState::Revoked => format!("was revoked on {until}"),
    };
    format!("{} {short} {what}.", key.alg.as_str())
}
