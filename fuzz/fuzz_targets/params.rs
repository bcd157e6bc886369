//! RFC 6749 appendix B — any bytes as a form or query, and any text as the words that come in one: scopes, Basic
//! credentials, redirect addresses (two, with a line break between them).
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = vouchsafe_fuzz::params::run(data);
});
