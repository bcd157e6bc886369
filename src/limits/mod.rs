//! Limits on what somebody may try how often.

mod address;
pub mod api;
pub mod connections;
mod counter;
pub mod invitations;
pub mod newcomers;
pub mod questions;
pub mod registration;
pub mod revocations;
pub mod sign_in;

pub use address::network;
pub use counter::{Attempted, Counter, Quota};
