//! Cursors: the place where a page of a list ended, as an opaque text. It holds values of typed columns only, so that
//! the worst that a forged one could do is to begin elsewhere; and a checksum, so that a damaged one is noticed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

const CHECKSUM: usize = 9;
/// No cursor of ours is longer.
const LONGEST: usize = 2048;

/// A text that is no cursor of the list that it was sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no cursor of such a list")]
pub struct BadCursor;

/// The last row of a page: what the list is sorted by, and what tells rows apart that are alike in that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    order: &'static str,
    key: Key,
    id: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
enum Key {
    Number(i64),
    Text(String),
}

impl Place {
    /// In a list that is sorted by a text.
    pub(in crate::store) fn text(order: &'static str, key: &str, id: &str) -> Self {
        Self {
            order,
            key: Key::Text(key.to_owned()),
            id: id.to_owned(),
        }
    }

    /// In a list that is sorted by a number.
    pub(in crate::store) fn number(order: &'static str, key: i64, id: &str) -> Self {
        Self {
            order,
            key: Key::Number(key),
            id: id.to_owned(),
        }
    }

    /// Reads what was given out for a list of this order.
    pub(super) fn parse(order: &'static str, cursor: &str) -> Result<Self, BadCursor> {
        if cursor.len() > LONGEST {
            return Err(BadCursor);
        }
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| BadCursor)?;
        let (sum, payload) = bytes.split_at_checked(CHECKSUM).ok_or(BadCursor)?;
        if sum != checksum(payload) {
            return Err(BadCursor);
        }
        let (written, key, id): (String, Key, String) =
            serde_json::from_slice(payload).map_err(|_| BadCursor)?;
        let has_nul = |text: &str| text.contains('\0');
        let nul = has_nul(&id) || matches!(&key, Key::Text(text) if has_nul(text));
        if written != order || nul {
            return Err(BadCursor);
        }
        Ok(Self { order, key, id })
    }

    pub(in crate::store) fn as_text(&self) -> (&str, &str) {
        match &self.key {
            Key::Text(text) => (text, &self.id),
            Key::Number(_) => ("", &self.id),
        }
    }

    pub(in crate::store) fn as_number(&self) -> (i64, &str) {
        match &self.key {
            Key::Number(number) => (*number, &self.id),
            Key::Text(_) => (0, &self.id),
        }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let payload = serde_json::to_vec(&(self.order, &self.key, &self.id)).map_err(|_| std::fmt::Error)?;
        let mut bytes = checksum(&payload).to_vec();
        bytes.extend(payload);
        f.write_str(&URL_SAFE_NO_PAD.encode(bytes))
    }
}

fn checksum(payload: &[u8]) -> [u8; CHECKSUM] {
    let digest = Sha256::digest(payload);
    let mut sum = [0; CHECKSUM];
    for (place, byte) in sum.iter_mut().zip(digest) {
        *place = byte;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_for_its_own_order_only() {
        for place in [
            Place::text("user-name", "ada\"; DROP", "4qVv"),
            Place::number("user-name", -5, ""),
        ] {
            let text = place.to_string();
            assert_eq!(Place::parse("user-name", &text), Ok(place));
            assert_eq!(Place::parse("user-mail", &text), Err(BadCursor));
        }
    }

    #[test]
    fn a_changed_cursor_is_noticed_wherever_it_was_changed() {
        let text = Place::number("event", 1_700_000_000_000, "4qVv0Yt7m1cXw2aZr8Kd9g").to_string();
        for at in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(bytes).unwrap();
            assert_eq!(Place::parse("event", &forged), Err(BadCursor), "{at}");
        }
        for forged in ["", "A", "%", "null", "W10", &"A".repeat(5000)] {
            assert_eq!(Place::parse("event", forged), Err(BadCursor));
        }
    }
}
