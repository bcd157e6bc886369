//! Any text as a status list, and any claims in a signed one. What is taken is bounded and has an end.

use crate::issuer::{ISSUER, KEYS, NOW, sign};
use vouchsafe_verify::status_list::{MAX_LIST_BYTES, StatusList};

const URI: &str = "https://id.example/status-lists/1";

/// Runs the target; whether anything was taken.
///
/// # Panics
/// When a promise is broken.
#[must_use]
pub fn run(data: &[u8]) -> bool {
    if let Ok(text) = std::str::from_utf8(data) {
        assert!(
            StatusList::open(text, URI, ISSUER, &KEYS, NOW).is_err(),
            "nobody signed this"
        );
    }
    let token = sign("statuslist+jwt", data);
    let Ok(list) = StatusList::open(&token, URI, ISSUER, &KEYS, NOW) else {
        return false;
    };
    assert!(list.expires_at().is_none_or(|exp| exp > NOW));
    assert!(list.ttl() != Some(0));
    assert_eq!(list.status(MAX_LIST_BYTES as u64 * 8), None);
    for idx in [0, 1, 7, 8, 1000, u64::MAX] {
        assert_eq!(
            list.status(idx).is_none(),
            list.check(idx) == Err(vouchsafe_verify::Rejection::StatusInvalid)
        );
    }
    true
}
