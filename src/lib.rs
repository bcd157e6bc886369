//! The vouchsafe authorization server.

pub mod config;
pub mod logging;
pub mod metrics;
pub mod pages;
pub mod ports;
pub mod store;
pub mod web;
