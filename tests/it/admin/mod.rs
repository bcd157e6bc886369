//! The administration.

mod audit;
mod keys;
mod rights;
mod session;
mod setup;
mod statistics;
mod users;
