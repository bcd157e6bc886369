//! A `client_id` or identifier as a part of a path: paths of this server are plain, and identifiers may be addresses.

use crate::admin::path;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use vouchsafe_core::model::ClientId;

/// Identifiers that are written as they are.
const LONGEST_PLAIN: usize = 64;

/// The identifier itself where it is plain, else a tilde and base64url.
#[must_use]
pub(crate) fn slug(identifier: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    let is_plain = identifier.bytes().all(plain) && identifier.len() <= LONGEST_PLAIN;
    if is_plain && !identifier.is_empty() && identifier != "new" {
        identifier.to_owned()
    } else {
        format!("~{}", URL_SAFE_NO_PAD.encode(identifier))
    }
}

/// The page of an application.
#[must_use]
pub(crate) fn path_of(client: &ClientId) -> String {
    path(&format!("applications/{}", slug(client.as_str())))
}

/// The identifier that a part of a path names.
pub(crate) fn read(slug: &str) -> Option<String> {
    match slug.strip_prefix('~') {
        None => Some(slug.to_owned()),
        Some(encoded) => String::from_utf8(URL_SAFE_NO_PAD.decode(encoded).ok()?).ok(),
    }
    .filter(|identifier| !identifier.contains('\0'))
}

#[cfg(test)]
mod tests {
    use super::{read, slug};

    #[test]
    fn every_identifier_comes_back_from_a_plain_part_of_a_path() {
        for identifier in [
            "4qVv0Yt7m1cXw2aZr8Kd9g",
            "new",
            "",
            "https://app.example/client?x=ü",
            "a/../b",
            ".",
        ] {
            let part = slug(identifier);
            assert!(
                part.bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"_-~".contains(&b)),
                "{part}"
            );
            assert!(part != "new" && !part.is_empty());
            assert_eq!(read(&part).as_deref(), Some(identifier));
        }
        assert_eq!(slug("4qVv0Yt7m1cXw2aZr8Kd9g"), "4qVv0Yt7m1cXw2aZr8Kd9g");
        for bad in ["~!", "~gA", "~AA"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
