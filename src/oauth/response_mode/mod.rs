//! How an authorization response reaches the client.

pub mod query;
