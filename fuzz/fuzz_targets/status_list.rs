//! Any text as a status list, and any claims in a signed one. What is taken is bounded and has an end.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = vouchsafe_fuzz::status_list::run(data);
});
