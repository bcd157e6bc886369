//! RFC 7591 §2.2 — texts that people read: none of their characters hides, turns or parts what stands beside it.

use icu_normalizer::ComposingNormalizerBorrowed;

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

/// Whether people see every character of a text.
#[must_use]
pub fn hides_nothing(text: &str) -> bool {
    !text.chars().any(hides)
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
