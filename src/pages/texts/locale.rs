//! The languages that the pages speak, and which of them a person gets.

/// A language of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Locale {
    /// English.
    En,
    /// German.
    De,
}

/// The direction in which a language is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Left to right.
    Ltr,
    /// Right to left.
    Rtl,
}

/// What is known about the language that a person wants.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted<'a> {
    /// The language link that was just pressed: `ui_locales` of a page.
    pub chosen: Option<&'a str>,
    /// The language that was chosen before: the cookie.
    pub remembered: Option<&'a str>,
    /// `ui_locales` of the authorization request, most wanted first.
    pub requested: &'a [String],
    /// The header `Accept-Language`.
    pub accepted: Option<&'a str>,
}

impl Locale {
    /// All languages, in the order in which the pages list them.
    pub const ALL: [Self; 2] = [Self::En, Self::De];

    /// The language tag (BCP 47).
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
        }
    }

    /// The language's name in the language.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::De => "Deutsch",
        }
    }

    /// The direction in which it is written.
    #[must_use]
    pub const fn direction(self) -> Direction {
        match self {
            Self::En | Self::De => Direction::Ltr,
        }
    }

    /// The language of a tag, if we speak it: `de-AT` is served with `de`.
    #[must_use]
    pub fn of_tag(tag: &str) -> Option<Self> {
        let language = tag.trim().split(['-', '_']).next()?;
        Self::ALL
            .into_iter()
            .find(|locale| locale.tag().eq_ignore_ascii_case(language))
    }

    /// The language that a person gets: the first that we speak of the explicit choice, the request's wish and
    /// the browser's wish; else English.
    #[must_use]
    pub fn negotiate(wanted: &Wanted<'_>) -> Self {
        let chosen = wanted.chosen.into_iter().flat_map(str::split_ascii_whitespace);
        chosen
            .chain(wanted.remembered)
            .chain(wanted.requested.iter().map(String::as_str))
            .find_map(Self::of_tag)
            .or_else(|| Self::of_header(wanted.accepted?))
            .unwrap_or(Self::En)
    }

    /// RFC 9110 §12.5.4: the range with the highest weight that we speak; the first of equal ones.
    fn of_header(header: &str) -> Option<Self> {
        let mut best: Option<(u16, Self)> = None;
        for part in header.split(',').take(32) {
            let (range, weight) = part
                .split_once(';')
                .map_or((part, 1000), |(range, q)| (range, thousandths(q)));
            let Some(locale) = Self::of_tag(range) else {
                continue;
            };
            if weight > best.map_or(0, |(highest, _)| highest) {
                best = Some((weight, locale));
            }
        }
        best.map(|(_, locale)| locale)
    }

    pub(super) const fn sources(self) -> &'static [&'static str] {
        match self {
            Self::En => &[
                include_str!("../../../i18n/en/shared.ftl"),
                include_str!("../../../i18n/en/login.ftl"),
                include_str!("../../../i18n/en/consent.ftl"),
                include_str!("../../../i18n/en/invitation.ftl"),
                include_str!("../../../i18n/en/logout.ftl"),
                include_str!("../../../i18n/en/error.ftl"),
            ],
            Self::De => &[
                include_str!("../../../i18n/de/shared.ftl"),
                include_str!("../../../i18n/de/login.ftl"),
                include_str!("../../../i18n/de/consent.ftl"),
                include_str!("../../../i18n/de/invitation.ftl"),
                include_str!("../../../i18n/de/logout.ftl"),
                include_str!("../../../i18n/de/error.ftl"),
            ],
        }
    }
}

impl Direction {
    /// The value of the attribute `dir`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ltr => "ltr",
            Self::Rtl => "rtl",
        }
    }
}

/// The weight `q=0.8` in thousandths; 0 when it is malformed.
fn thousandths(parameter: &str) -> u16 {
    let Some(weight) = parameter.trim().strip_prefix("q=") else {
        return 0;
    };
    let (whole, fraction) = weight.split_once('.').unwrap_or((weight, ""));
    let digits = format!("{fraction:0<3}");
    match (whole, digits.parse::<u16>()) {
        ("1", Ok(0)) => 1000,
        ("0", Ok(thousandths)) if fraction.len() <= 3 => thousandths,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::{Locale, Wanted};

    #[test]
    fn the_highest_weight_wins_and_order_breaks_ties() {
        let of = |header| {
            Locale::negotiate(&Wanted {
                accepted: Some(header),
                ..Wanted::default()
            })
        };
        assert_eq!(of("de-AT,de;q=0.9,en;q=0.8"), Locale::De);
        assert_eq!(of("fr,en;q=0.3,de;q=0.7"), Locale::De);
        assert_eq!(of("en;q=0.5, de;q=0.5"), Locale::En);
        assert_eq!(of("de;q=0"), Locale::En);
        assert_eq!(of("de;q=7, en;q=x"), Locale::En);
        assert_eq!(of("*"), Locale::En);
        assert_eq!(of(""), Locale::En);
        assert_eq!(of("DE"), Locale::De);
    }

    #[test]
    fn an_explicit_choice_beats_the_cookie_the_request_and_the_browser() {
        let requested = ["xx".to_owned(), "de-CH".to_owned()];
        let mut wanted = Wanted {
            chosen: Some("fr de"),
            remembered: Some("en"),
            requested: &requested,
            accepted: Some("en"),
        };
        assert_eq!(Locale::negotiate(&wanted), Locale::De);
        wanted.chosen = Some("fr");
        assert_eq!(Locale::negotiate(&wanted), Locale::En);
        wanted.remembered = Some("fr");
        assert_eq!(Locale::negotiate(&wanted), Locale::De);
        wanted.requested = &[];
        assert_eq!(Locale::negotiate(&wanted), Locale::En);
    }
}
