//! Limits on what somebody may try how often.

mod address;
pub mod newcomers;
pub mod registration;
pub mod sign_in;

pub use address::network;
