//! The pages between an authorization request and its answer.

mod account;
mod consent;
mod hub;
mod login;
mod suspended;
mod throttling;
