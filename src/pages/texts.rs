//! The words of the pages: Fluent catalogues in `i18n/`, their keys as an enum, and the choice of a language.

mod keys;
mod locale;

pub use fluent_bundle::{FluentArgs, FluentValue};
pub use keys::Text;
pub use locale::{Direction, Locale, Wanted};

use fluent_bundle::FluentResource;
use fluent_bundle::concurrent::FluentBundle;
use std::sync::LazyLock;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use unic_langid::LanguageIdentifier;
use vouchsafe_core::model::UnixTime;

/// Stands where a value will be, so that a template can put an element around the value.
const MARK: &str = "\u{FFFC}";
/// Fluent sets these around values that it puts into a sentence, so that a right-to-left name cannot turn it.
/// They are taken off again where nothing is written from right to left.
const ISOLATES: [char; 2] = ['\u{2068}', '\u{2069}'];

type Bundle = FluentBundle<FluentResource>;

static ENGLISH: LazyLock<Bundle> = LazyLock::new(|| bundle(Locale::En));
static GERMAN: LazyLock<Bundle> = LazyLock::new(|| bundle(Locale::De));

/// The words in one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Texts {
    locale: Locale,
}

/// A sentence cut at the place of its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Around {
    /// What stands before the value.
    pub before: String,
    /// What stands after it.
    pub after: String,
}

impl Texts {
    /// The words in this language.
    #[must_use]
    pub const fn of(locale: Locale) -> Self {
        Self { locale }
    }

    /// The language.
    #[must_use]
    pub const fn locale(self) -> Locale {
        self.locale
    }

    /// A sentence without values.
    #[must_use]
    pub fn text(self, text: Text) -> String {
        self.format(text, None)
    }

    /// A sentence with one value.
    #[must_use]
    pub fn with<'a>(self, text: Text, name: &'static str, value: impl Into<FluentValue<'a>>) -> String {
        let mut args = FluentArgs::new();
        args.set(name, value);
        self.format(text, Some(&args))
    }

    /// A sentence with several values.
    #[must_use]
    pub fn say(self, text: Text, args: &FluentArgs<'_>) -> String {
        self.format(text, Some(args))
    }

    /// A sentence cut at its one value, for a template that puts an element around it. The element must isolate
    /// the value's direction (`bdi`), because the marks that Fluent sets for that are taken off.
    #[must_use]
    pub fn around(self, text: Text, name: &'static str) -> Around {
        let whole = self.with(text, name, MARK);
        let (before, after) = whole.split_once(MARK).unwrap_or((whole.as_str(), ""));
        Around {
            before: before.trim_end_matches(ISOLATES).to_owned(),
            after: after.trim_start_matches(ISOLATES).to_owned(),
        }
    }

    /// An instant for people: date, time and zone.
    #[must_use]
    pub fn instant(self, at: &UnixTime) -> String {
        let at = calendar(*at);
        let mut args = FluentArgs::new();
        args.set("day", i64::from(at.day()));
        args.set("month", i64::from(u8::from(at.month())));
        args.set("year", i64::from(at.year()));
        args.set("time", format!("{:02}:{:02}", at.hour(), at.minute()));
        self.say(Text::Instant, &args)
    }

    /// An instant for the attribute `datetime`.
    #[must_use]
    pub fn machine(self, at: &UnixTime) -> String {
        calendar(*at).format(&Rfc3339).unwrap_or_default()
    }

    fn format(self, text: Text, args: Option<&FluentArgs<'_>>) -> String {
        let bundle = match self.locale {
            Locale::En => &ENGLISH,
            Locale::De => &GERMAN,
        };
        // A test proves that every key has a message in every language, and that its values have names.
        let Some(pattern) = bundle.get_message(text.id()).and_then(|message| message.value()) else {
            return text.id().to_owned();
        };
        let said = bundle.format_pattern(pattern, args, &mut Vec::new()).into_owned();
        let is_plain = self.locale.direction() == Direction::Ltr && !said.contains(is_right_to_left);
        if is_plain {
            said.replace(ISOLATES, "")
        } else {
            said
        }
    }
}

/// Hebrew, Arabic and their neighbours, with the forms and the historic scripts.
const fn is_right_to_left(c: char) -> bool {
    matches!(c,
        '\u{0590}'..='\u{08FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFF}'
        | '\u{10800}'..='\u{10FFF}' | '\u{1E800}'..='\u{1EFFF}')
}

fn calendar(at: UnixTime) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(at.seconds()).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

fn bundle(locale: Locale) -> Bundle {
    let language: LanguageIdentifier = locale.tag().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    for source in locale.sources() {
        // A file with a mistake gives what can be read of it; a test proves that there is none.
        let resource = FluentResource::try_new((*source).to_owned());
        bundle.add_resource_overriding(resource.unwrap_or_else(|(readable, _)| readable));
    }
    bundle
}

#[cfg(test)]
mod tests;
