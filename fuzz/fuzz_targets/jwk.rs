//! RFC 7517 — any bytes as a key set, and as one key. What is taken has a usable name and one algorithm.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = vouchsafe_fuzz::jwk::run(data);
});
