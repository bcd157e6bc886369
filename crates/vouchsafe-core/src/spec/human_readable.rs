//! RFC 7591 §2.2 — texts that people read: none of their characters hides, turns or parts what stands beside it.

use icu_normalizer::ComposingNormalizerBorrowed;
use std::borrow::Cow;

/// Whether a character cannot be seen: controls, marks and overrides of direction, separators of lines, what has no
/// width, and tags.
#[must_use]
pub fn hides(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFC}' | '\u{E0000}'..='\u{E007F}')
}

/// Whether a character turns or breaks the line that it stands in. Of what [`hides`], names of people may have the rest: some
/// scripts need joiners.
#[must_use]
pub fn turns_or_breaks(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// The first character of a text that [`hides`]. Joiners between characters that are seen do not: Persian words are spelt
/// with U+200C, and U+200D makes one picture of several. No letter of ASCII is joined to another, so there they hide.
#[must_use]
pub fn hidden(text: &str) -> Option<char> {
    judged(text).find(|(_, is_hidden)| *is_hidden).map(|(c, _)| c)
}

/// What people see of a text.
pub fn visible(text: &str) -> impl Iterator<Item = char> {
    judged(text).filter(|(_, is_hidden)| !is_hidden).map(|(c, _)| c)
}

/// Whether people see every character of a text.
#[must_use]
pub fn hides_nothing(text: &str) -> bool {
    hidden(text).is_none()
}

/// Names the first character of a text that is hidden, for the end of a sentence; empty when none is.
#[must_use]
pub fn hidden_in_words(text: &str) -> String {
    hidden(text).map_or_else(String::new, |c| format!(" (it has U+{:04X})", u32::from(c)))
}

/// The beginning of a text, for a sentence that quotes it.
#[must_use]
pub fn shortened(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(LONGEST_QUOTED) {
        Some((end, _)) => Cow::Owned(format!("{}…", text.get(..end).unwrap_or_default())),
        None => Cow::Borrowed(text),
    }
}

const LONGEST_QUOTED: usize = 100;

/// The characters of a text, each with whether it is hidden.
fn judged(text: &str) -> impl Iterator<Item = (char, bool)> {
    let is_seen = |c: char| !hides(c) && !c.is_whitespace();
    let (mut before, mut rest) = (None, text.chars().peekable());
    std::iter::from_fn(move || {
        let c = rest.next()?;
        let between = before.replace(c).zip(rest.peek().copied());
        let joins = matches!(c, '\u{200C}' | '\u{200D}')
            && between.is_some_and(|(one, other)| {
                is_seen(one) && is_seen(other) && !(one.is_ascii() && other.is_ascii())
            });
        Some((c, hides(c) && !joins))
    })
}

/// A text as it is kept: without space around it, and composed (Unicode Standard Annex 15, NFC), so that what looks the
/// same is the same.
#[must_use]
pub fn composed(text: &str) -> String {
    ComposingNormalizerBorrowed::new_nfc()
        .normalize(text.trim())
        .into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_the_same_is_kept_the_same() {
        for (text, kept) in [
            (" Cafe\u{301} ", "Caf\u{e9}"),
            ("Caf\u{e9}", "Caf\u{e9}"),
            ("\u{1112}\u{1161}\u{11ab}", "\u{d55c}"),
            ("\u{212b}", "\u{c5}"),
            ("\u{fb01}ne", "\u{fb01}ne"),
        ] {
            assert_eq!(composed(text), kept);
        }
    }

    #[test]
    fn texts_of_any_script_hide_nothing() {
        for text in ["", "Büro Grüße", "ร้านค้า", "متجر", "店 & 'Söhne' <Shop>", "🛒"]
        {
            assert!(hides_nothing(text), "{text}");
        }
    }

    #[test]
    fn joiners_join_what_is_seen_and_hide_anywhere_else() {
        for text in [
            "کتاب\u{200c}خانه",
            "۳\u{200c}تایی",
            "3\u{200c}بعدی",
            "👩\u{200d}👩\u{200d}👧",
            "❤️\u{200d}🔥",
        ] {
            assert!(hides_nothing(text), "{text}");
            assert_eq!(visible(text).collect::<String>(), text);
        }
        for text in [
            "\u{200c}کتاب",
            "کتاب\u{200c}",
            "کتاب\u{200c}\u{200c}خانه",
            "کتاب\u{200c} خانه",
            "کتاب\u{200d}\u{202e}خانه",
            "Ba\u{200c}nk",
            "Ba\u{200d}nk",
        ] {
            assert!(!hides_nothing(text), "{text:?}");
        }
        assert_eq!(hidden_in_words("Ba\u{202e}nk\u{200b}"), " (it has U+202E)");
        assert_eq!(visible("Ba\u{200c}nk").collect::<String>(), "Bank");
    }

    #[test]
    fn a_quoted_text_has_an_end() {
        let long = "ü".repeat(101);
        assert_eq!(shortened(&long), format!("{}…", "ü".repeat(100)));
        assert_eq!(shortened(&long[2..]), long[2..]);
    }

    #[test]
    fn what_turns_or_cannot_be_seen_is_found_wherever_it_stands() {
        for c in [
            '\0',
            '\n',
            '\u{7f}',
            '\u{85}',
            '\u{ad}',
            '\u{61c}',
            '\u{200b}',
            '\u{200d}',
            '\u{200f}',
            '\u{2028}',
            '\u{2029}',
            '\u{202a}',
            '\u{202e}',
            '\u{2060}',
            '\u{2066}',
            '\u{2069}',
            '\u{feff}',
            '\u{fffc}',
            '\u{e0041}',
        ] {
            for text in [format!("{c}Bank"), format!("Ba{c}nk"), format!("Bank{c}")] {
                assert!(!hides_nothing(&text), "{text:?}");
            }
        }
    }
}
