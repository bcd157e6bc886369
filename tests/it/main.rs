//! Integration tests: the server through real HTTP, on SQLite and on PostgreSQL.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::too_many_lines,
    clippy::format_collect,
    clippy::assigning_clones,
    reason = "a test that meets what it did not arrange has failed"
)]

mod activity;
mod admin;
mod administration;
mod api;
mod apis;
mod attacks;
mod authorize;
mod catalogue;
mod cli;
mod demo;
mod developers;
mod interaction;
mod introspect;
mod invitation;
mod jwks;
mod logout;
mod metadata;
mod nodes;
mod outbound;
mod pages;
mod register;
mod revocations;
mod revoke;
mod start;
mod status_lists;
mod store;
mod support;
mod token;
mod userinfo;
