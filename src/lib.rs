//! The server.

pub mod config;
pub mod pages;
pub mod web;
