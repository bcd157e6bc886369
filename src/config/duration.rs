//! Durations as people write them: a whole number and one unit.

use vouchsafe_core::model::Span;

const UNITS: [(&str, i64); 5] = [
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

/// Reads a duration such as `15m` or `7d`. The error completes the sentence "`key` …".
///
/// # Errors
/// The text is not a whole number with one of the units ms, s, m, h, d, or is too great.
pub fn parse_duration(text: &str) -> Result<Span, String> {
    let trimmed = text.trim();
    let digits = trimmed.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = trimmed.strip_prefix(digits).unwrap_or_default();
    let wrong = || format!("is {text:?}, not a duration; write for example 90s, 15m, 12h or 7d");
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(wrong());
    }
    let (_, millis) = UNITS
        .into_iter()
        .find(|(name, _)| *name == unit)
        .ok_or_else(wrong)?;
    digits
        .parse::<i64>()
        .ok()
        .and_then(|number| number.checked_mul(millis))
        .map(Span::from_millis)
        .ok_or_else(|| format!("is {text:?}, which is too long"))
}

/// Shows a duration in the greatest unit that divides it.
#[must_use]
pub fn show_duration(span: Span) -> String {
    let millis = span.millis();
    if millis == 0 {
        return "0s".to_owned();
    }
    UNITS
        .into_iter()
        .find(|(_, unit)| millis % unit == 0)
        .map_or_else(
            || format!("{millis}ms"),
            |(name, unit)| format!("{}{name}", millis / unit),
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_a_number_and_a_unit() {
        for (text, millis) in [
            ("250ms", 250),
            ("0s", 0),
            ("90s", 90_000),
            ("15m", 900_000),
            ("7d", 604_800_000),
        ] {
            assert_eq!(parse_duration(text), Ok(Span::from_millis(millis)));
        }
        for text in [
            "",
            "m",
            "5",
            "5 min",
            "-1s",
            "1.5h",
            "1h30m",
            "99999999999999999d",
            "5M",
            "٥m",
        ] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_shown_reads_back() {
        for millis in [0, 1, 1_500, 60_000, 86_400_000, 90_000_000] {
            let span = Span::from_millis(millis);
            assert_eq!(parse_duration(&show_duration(span)), Ok(span));
        }
    }
}
