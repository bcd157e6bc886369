//! RFC 7515 — any text as an access token and as an ID token. Nobody here has the private key, so nothing passes.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = vouchsafe_fuzz::jws::run(data);
});
