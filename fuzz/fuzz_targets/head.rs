//! Any text as the head of a feed, unsigned and signed. An empty feed is taken only when the head is honest about it.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = vouchsafe_fuzz::head::run(data);
});
