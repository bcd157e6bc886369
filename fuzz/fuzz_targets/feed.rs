//! Any bytes as a page of the revocation feed, and as what a head says beside the entries that it vouches for. What is
//! refused changes nothing.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = vouchsafe_fuzz::feed::run(data);
});
