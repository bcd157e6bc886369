//! RFC 6749 appendix B — any bytes as a form or query, and any text as the words that come in one: scopes, Basic
//! credentials, redirect addresses (two, with a line break between them).

use vouchsafe_core::spec::params::{self, Params};
use vouchsafe_core::spec::{basic, redirect_uri, scope};

/// Runs the target; whether anything was taken.
///
/// # Panics
/// When a promise is broken.
#[must_use]
pub fn run(data: &[u8]) -> bool {
    params::fuzz(data);
    if let Ok(text) = std::str::from_utf8(data) {
        scope::fuzz(text);
        basic::fuzz(text);
        let (registered, presented) = text.split_once('\n').unwrap_or((text, text));
        redirect_uri::fuzz(registered, presented);
    }
    let Ok(params) = Params::parse(data) else {
        return false;
    };
    let count = params.iter().count();
    assert!(count <= 64);
    for (name, value) in params.iter() {
        assert!(!name.is_empty() && !name.contains('\0') && !value.contains('\0'));
        assert!(value.len() <= 16 * 1024);
    }
    if params.refuse_repeats(&[]).is_ok() {
        for (name, _) in params.iter() {
            assert!(params.all(name).len() <= 1);
        }
    }
    true
}
