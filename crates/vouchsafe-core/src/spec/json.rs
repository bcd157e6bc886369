//! RFC 8259 §4 — JSON, read strictly: no name twice at any depth, no NUL in a text, nothing after the end.

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::fmt;

/// Reads a text. How deep it may be nested, serde limits.
///
/// # Errors
/// What is wrong with it, as a sentence.
pub fn read(text: &[u8]) -> Result<Value, String> {
    let text = std::str::from_utf8(text).map_err(|_| "the body is not UTF-8".to_owned())?;
    let Strict(value) = serde_json::from_str(text).map_err(|error| error.to_string())?;
    Ok(value)
}

/// The members of an object, or nothing.
#[must_use]
pub fn object(text: &[u8]) -> Option<Map<String, Value>> {
    match read(text) {
        Ok(Value::Object(members)) => Some(members),
        Ok(_) | Err(_) => None,
    }
}

/// Below it every whole number is exact (RFC 8259 §6).
const EXACT: f64 = 9_007_199_254_740_992.0;

struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader).map(Self)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        // 300.0 is the number 300: JSON Schema has both as an integer.
        let whole = (value.fract() == 0.0 && value.abs() < EXACT).then(|| format!("{value:.0}"));
        if let Some(Ok(whole)) = whole.map(|digits| digits.parse::<i64>()) {
            return Ok(whole.into());
        }
        Number::from_f64(value)
            .map(Value::Number)
            .ok_or_else(|| E::custom("a number is too large"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        self.visit_string(value.to_owned())
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        if value.contains('\0') {
            return Err(E::custom("a text holds NUL"));
        }
        Ok(Value::String(value))
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(Strict(item)) = seq.next_element()? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some((name, Strict(value))) = map.next_entry::<String, Strict>()? {
            if name.contains('\0') {
                return Err(A::Error::custom("a name holds NUL"));
            }
            if members.insert(name, value).is_some() {
                return Err(A::Error::custom("a name comes twice"));
            }
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_two_readers_could_read_differently_is_refused() {
        let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
        for text in [
            r#"{"a":1,"a":2}"#,
            r#"{"a":{"b":1,"\u0062":2}}"#,
            r#"{"a":"\u0000"}"#,
            r#"{"\u0000":1}"#,
            r#"{"a":"\ud800"}"#,
            r#"{"a":1e999}"#,
            r#"{"a":1} x"#,
            "{\"a\":\"\u{1}\"}",
            "",
            "NaN",
            &deep,
        ] {
            assert!(read(text.as_bytes()).is_err(), "{text:.40}");
        }
        assert!(read(b"{\"a\":\"\xff\"}").is_err());
        assert_eq!(
            read(br#" {"a":[1,"x",null]} "#).unwrap(),
            json!({"a": [1, "x", null]})
        );
        assert_eq!(
            read(br#"{"a":[300.0,-3e2,0.5,1e300]}"#).unwrap(),
            json!({"a": [300, -300, 0.5, 1e300]})
        );
    }
}
