//! RFC 8259, read strictly: no name twice at any depth, times as whole seconds, null never taken for absent.
//!
//! `serde_json` refuses a repeated name only for fields that a struct declares; [`read_object`] covers the rest,
//! so that two readers of one token can never disagree on what it says.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// The last second of the year 9999: what a `NumericDate` may be at most.
const LAST_SECOND: i64 = 253_402_300_799;

/// Reads one JSON object. Fails when a name comes twice in it, at whatever depth.
pub(crate) fn read_object<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, NotAnObject> {
    let Unambiguous = serde_json::from_str(text).map_err(|_| NotAnObject)?;
    read_object_shallowly(text)
}

/// As [`read_object`], but only names that `T` declares are looked at.
pub(crate) fn read_object_shallowly<'a, T>(text: &'a str) -> Result<T, NotAnObject>
where
    T: Deserialize<'a>,
{
    // A derived struct would also take an array, as the values of its fields in their order.
    if !text.trim_ascii_start().starts_with('{') {
        return Err(NotAnObject);
    }
    serde_json::from_str(text).map_err(|_| NotAnObject)
}

/// The text is not one JSON object, says something twice, or has members of the wrong type.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NotAnObject;

/// A value that was walked to its end.
struct Unambiguous;

impl<'de> Deserialize<'de> for Unambiguous {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Walk)
    }
}

struct Walk;

impl<'de> Visitor<'de> for Walk {
    type Value = Unambiguous;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON without repeated names")
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Unambiguous, E> {
        Ok(Unambiguous)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Unambiguous, E> {
        Ok(Unambiguous)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Unambiguous, E> {
        Ok(Unambiguous)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Unambiguous, E> {
        Ok(Unambiguous)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Unambiguous, E> {
        Ok(Unambiguous)
    }

    fn visit_unit<E: Error>(self) -> Result<Unambiguous, E> {
        Ok(Unambiguous)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Unambiguous, A::Error> {
        while seq.next_element::<Unambiguous>()?.is_some() {}
        Ok(Unambiguous)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Unambiguous, A::Error> {
        let mut names: Vec<Cow<'de, str>> = Vec::with_capacity(16);
        while let Some(Name(name)) = map.next_key()? {
            names.push(name);
            let Unambiguous = map.next_value()?;
        }
        // Sorting keeps the cost at n log n, whatever the sender of the text likes to invent.
        names.sort_unstable();
        if names.is_sorted_by(|a, b| a < b) {
            Ok(Unambiguous)
        } else {
            Err(A::Error::custom("a name comes twice"))
        }
    }
}

/// A member name, borrowed from the text where it has no escapes.
struct Name<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Name<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameVisitor;
        impl<'de> Visitor<'de> for NameVisitor {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Borrowed(name)))
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Owned(name.to_owned())))
            }
        }
        deserializer.deserialize_str(NameVisitor)
    }
}

/// For optional members: present means of the right type. `null` is present and wrong.
pub(crate) fn present<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}

/// For members whose presence alone matters.
pub(crate) fn is_present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|IgnoredAny| true)
}

/// A string that says something.
pub(crate) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        Err(D::Error::custom("an empty string"))
    } else {
        Ok(text)
    }
}

/// RFC 7519 §2 `NumericDate`, narrowed to whole seconds from 1970 to 9999.
pub(crate) fn numeric_date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    deserializer.deserialize_any(NumericDate)
}

/// As [`numeric_date`], for a member that may be absent.
pub(crate) fn present_date<'de, D>(deserializer: D) -> Result<Option<i64>, D::Error>
where
    D: Deserializer<'de>,
{
    numeric_date(deserializer).map(Some)
}

struct NumericDate;

impl Visitor<'_> for NumericDate {
    type Value = i64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("whole seconds since 1970")
    }

    fn visit_i64<E: Error>(self, seconds: i64) -> Result<i64, E> {
        if (0..=LAST_SECOND).contains(&seconds) {
            Ok(seconds)
        } else {
            Err(E::custom("a time out of range"))
        }
    }

    fn visit_u64<E: Error>(self, seconds: u64) -> Result<i64, E> {
        self.visit_i64(i64::try_from(seconds).map_err(|_| E::custom("a time out of range"))?)
    }

    /// Some issuers write `1.7e9`. What has a fraction, or is too large to be a time, is refused.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "the range is checked first, and every whole second up to 9999 is an exact f64"
    )]
    fn visit_f64<E: Error>(self, seconds: f64) -> Result<i64, E> {
        if seconds.fract() == 0.0 && (0.0..=LAST_SECOND as f64).contains(&seconds) {
            Ok(seconds as i64)
        } else {
            Err(E::custom("not a whole second in range"))
        }
    }
}

/// `aud`: one string or an array of strings, never empty.
pub(crate) fn one_or_more<'de, D>(deserializer: D) -> Result<Vec<String>, D::Error>
where
    D: Deserializer<'de>,
{
    deserializer.deserialize_any(OneOrMore)
}

struct OneOrMore;

impl<'de> Visitor<'de> for OneOrMore {
    type Value = Vec<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or an array of strings")
    }

    fn visit_str<E: Error>(self, one: &str) -> Result<Vec<String>, E> {
        Ok(vec![one.to_owned()])
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<String>, A::Error> {
        let mut all = Vec::with_capacity(1);
        while let Some(one) = seq.next_element::<String>()? {
            all.push(one);
        }
        if all.is_empty() {
            Err(A::Error::custom("an empty array"))
        } else {
            Ok(all)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refuse(text: &str) -> Result<(), NotAnObject> {
        read_object::<IgnoredAny>(text).map(drop)
    }

    #[test]
    fn a_name_twice_is_refused_at_any_depth_and_in_any_spelling() {
        for text in [
            r#"{"a":1,"a":2}"#,
            r#"{"a":1,"b":{"c":[{"d":1,"d":1}]}}"#,
            r#"{"exp":1,"\u0065xp":2}"#,
            r#"{"":1,"":1}"#,
        ] {
            assert!(refuse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn ordinary_json_passes_and_trailing_text_does_not() {
        assert!(refuse(r#"{"a":[1,-1,1e300,true,null,"x"],"b":{"a":{}}}"#).is_ok());
        assert!(refuse("{} {}").is_err());
        for text in ["[]", "null", "\"{}\"", "1", " [{}]"] {
            assert!(refuse(text).is_err(), "{text}");
        }
        assert!(refuse(" \n{}\t").is_ok());
        assert!(refuse("").is_err());
    }

    #[test]
    fn deep_nesting_is_an_error_and_not_an_overflow() {
        assert!(refuse(&"[".repeat(100_000)).is_err());
        assert!(refuse(&r#"{"a":"#.repeat(50_000)).is_err());
    }

    fn date(text: &str) -> Option<i64> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        numeric_date(&mut deserializer).ok()
    }

    #[test]
    fn a_time_is_a_whole_second_between_1970_and_9999() {
        assert_eq!(date("0"), Some(0));
        assert_eq!(date("1700000000"), Some(1_700_000_000));
        assert_eq!(date("1.7e9"), Some(1_700_000_000));
        assert_eq!(date("1700000000.0"), Some(1_700_000_000));
        assert_eq!(date("253402300799"), Some(LAST_SECOND));
        for text in [
            "-1",
            "-1.0",
            "253402300800",
            "18446744073709551615",
            "18446744073709551616",
            "1e300",
            "1.5",
            "\"1700000000\"",
            "null",
            "true",
            "[]",
            "{}",
        ] {
            assert_eq!(date(text), None, "{text}");
        }
    }
}
