//! The queries, one file per table. Compiled once for each database: this folder knows only `super::super::Conn`.
//!
//! Each takes and returns types of the model. `for_share!` and `for_update!` are the only words that the two
//! databases spell differently; each defines them where it stamps this folder.
#![expect(
    clippy::missing_errors_doc,
    reason = "all fail alike: with the errors of the database, as StoreError says"
)]

pub mod admin_sessions;
pub mod administrators;
pub mod apis;
pub mod attention;
pub mod client_assertions;
pub mod client_logos;
pub mod client_refusals;
pub mod client_uses;
pub mod clients;
pub mod consents;
pub mod events;
pub mod grants;
pub mod idempotency_keys;
pub mod initial_tokens;
pub mod interactions;
pub mod invitations;
pub mod issuer_state;
pub mod keks;
pub mod key_set_fetches;
pub mod managed;
pub mod publisher;
pub mod search_terms;
pub mod self_registered;
pub mod server_secrets;
pub mod sessions;
pub mod signing_keys;
pub mod site_settings;
pub mod statistics;
pub mod status_lists;
pub mod sweep;
pub mod throttles;
pub mod users;
