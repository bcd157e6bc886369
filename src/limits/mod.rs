//! Limits on what somebody may try how often.

pub mod sign_in;
