//! The fuzz target of the vocabulary, rehearsed; those of tokens are with `vouchsafe-verify`.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

#[path = "../../../../fuzz/src/params.rs"]
pub mod params;
#[path = "../../../../fuzz/src/rehearsal.rs"]
pub mod rehearsal;

#[test]
fn any_bytes_as_a_form_and_its_words() {
    rehearsal::rehearse("params", params::run);
}
