//! An instant on a page: absolute, with its zone, and readable by programs.

use askama::filters::HtmlSafe;
use std::fmt::{Display, Formatter, Result};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use vouchsafe_core::model::UnixTime;

/// An instant as `<time>`, to the minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment(pub(super) UnixTime);

/// An instant as `<time>`, to the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Exactly(pub(super) UnixTime);

impl Display for Exactly {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let format =
            format_description!("[day padding:none] [month repr:short] [year], [hour]:[minute]:[second] UTC");
        let at = OffsetDateTime::from_unix_timestamp(self.0.seconds()).ok();
        let words = at.and_then(|at| at.format(format).ok()).unwrap_or_default();
        write!(
            f,
            "<time datetime=\"{}\">{words}</time>",
            Moment(self.0).machine()
        )
    }
}

impl HtmlSafe for Exactly {}

impl Moment {
    /// Day, month, year, time and zone.
    pub(super) fn words(self) -> String {
        let format = format_description!("[day padding:none] [month repr:short] [year], [hour]:[minute] UTC");
        let at = OffsetDateTime::from_unix_timestamp(self.0.seconds()).ok();
        at.and_then(|at| at.format(format).ok()).unwrap_or_default()
    }

    /// RFC 3339.
    pub(super) fn machine(self) -> String {
        let at = OffsetDateTime::from_unix_timestamp(self.0.seconds()).ok();
        at.and_then(|at| at.format(&Rfc3339).ok()).unwrap_or_default()
    }
}

impl Display for Moment {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        // Figures, letters of months and marks only: nothing that could be mistaken for HTML.
        write!(f, "<time datetime=\"{}\">{}</time>", self.machine(), self.words())
    }
}

impl HtmlSafe for Moment {}

/// What somebody typed into a field of date and time (`YYYY-MM-DDTHH:MM`), in UTC.
pub(super) fn typed(text: &str) -> Option<UnixTime> {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]");
    let with_seconds = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]");
    let read = |format| time::PrimitiveDateTime::parse(text, format).ok();
    let at = read(format).or_else(|| read(with_seconds))?.assume_utc();
    Some(UnixTime::from_seconds(at.unix_timestamp()))
}

/// An instant as a field of date and time holds it.
pub(super) fn field(at: UnixTime) -> String {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]");
    let at = OffsetDateTime::from_unix_timestamp(at.seconds()).ok();
    at.and_then(|at| at.format(format).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_says_its_zone_and_can_be_read_back() {
        let at = UnixTime::from_seconds(1_797_217_200);
        assert_eq!(
            Moment(at).to_string(),
            "<time datetime=\"2026-12-14T03:00:00Z\">14 Dec 2026, 03:00 UTC</time>"
        );
        assert!(Exactly(at).to_string().contains(">14 Dec 2026, 03:00:00 UTC<"));
        assert_eq!(typed(&field(at)), Some(at));
        assert_eq!(
            typed("2026-12-14T03:00:07"),
            Some(at.plus(vouchsafe_core::model::Span::from_seconds(7)))
        );
        for bad in [
            "",
            "tomorrow",
            "2026-13-01T00:00",
            "2026-12-14",
            "2026-12-14T03:00Z",
        ] {
            assert_eq!(typed(bad), None, "{bad}");
        }
    }
}
