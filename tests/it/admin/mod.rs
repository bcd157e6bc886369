//! The administration.

mod rights;
mod session;
mod setup;
mod statistics;
