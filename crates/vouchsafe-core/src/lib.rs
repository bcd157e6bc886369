//! The rules of the authorization server as pure functions: values in, verdicts out.
//!
//! Three rooms: [`spec`] holds the words and syntax of the specifications, [`model`] what is stored,
//! [`decide`] the verdicts. `decide` may use both others; `spec` may name the types of `model`; neither of these
//! two uses `decide`. Nothing here reads a clock, draws randomness, or does input or output: time and entropy
//! arrive as arguments.

pub mod decide;
pub mod model;
pub mod refusal;
pub mod spec;
