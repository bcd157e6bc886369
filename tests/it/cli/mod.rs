//! The command line, run as a program on both databases.

mod absent_database;
mod admin;
mod apply;
mod at_once;
mod audit;
mod catalogue;
mod client_changes;
mod clients;
mod completions;
mod configuration;
mod demo;
mod exit_status;
mod help;
mod holdings;
mod initial_tokens;
mod invitations;
mod issuer;
mod keys;
mod lost_output;
mod people;
pub(crate) mod program;
mod remote;
mod secrets;
mod serve;
