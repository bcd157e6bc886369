//! RFC 7519 — any text as the claims of a token. What is taken keeps what the checks after it rely on.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = vouchsafe_fuzz::claims::run(data);
});
