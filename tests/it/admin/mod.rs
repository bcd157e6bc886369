//! The administration.

mod session;
