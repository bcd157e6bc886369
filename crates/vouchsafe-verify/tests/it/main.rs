//! The library as others see it.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod access_token;
mod algorithms;
mod client_keys;
mod exposure;
mod extractors;
mod feed;
mod fetch;
mod history;
mod id_token;
mod introspection;
mod jws;
mod keys;
mod kind;
mod memory;
mod properties;
mod revocations;
mod rules;
mod status_list;
mod support;
