//! Registered clients and APIs as this node knows them: read once, forgotten when the configuration version
//! in the database moves.

pub mod activity;
pub mod apis;
pub mod catalog;
mod lookup;
pub mod registration;
pub mod standing;

pub use lookup::{Clients, Known, origins};
