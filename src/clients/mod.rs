//! Registered clients and APIs as this node knows them: read once, forgotten when the configuration version
//! in the database moves.

mod lookup;

pub use lookup::{Clients, Known, origins};
