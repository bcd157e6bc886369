//! The vouchsafe program.
fn main() {}
