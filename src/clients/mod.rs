//! Registered clients and APIs as this node knows them: read once, forgotten when the configuration version
//! in the database moves.

pub mod activity;
pub mod apis;
pub mod catalog;
pub mod document;
pub mod drawing;
pub mod dynamic;
pub mod lifetimes;
pub mod logo;
mod lookup;
pub mod own_api;
pub mod own_client;
pub mod registration;
mod remote_keys;
pub mod schema;
pub mod standing;
mod turns;

pub use lookup::{Clients, Known, origins};
pub use remote_keys::RemoteKeys;
