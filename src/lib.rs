//! The server.

pub mod config;
pub mod logging;
pub mod metrics;
pub mod pages;
pub mod web;
