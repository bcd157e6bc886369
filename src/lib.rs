//! The vouchsafe authorization server. Modules in the order of the layers, lowest first: each may use those above
//! it in this list and the crates `vouchsafe-core` and `vouchsafe-verify`; `ARCHITECTURE.md` has the map.

pub mod config;
pub mod ports;
pub mod store;

pub mod accounts;
pub mod attention;
pub mod audit;
pub mod clients;
pub mod failure;
pub mod keys;
pub mod limits;
pub mod logging;
pub mod metrics;
pub mod site;
pub mod statistics;
pub mod tokens;

pub mod cx;
pub mod services;
pub mod web;

pub mod admin;
pub mod demo;
pub mod developers;
pub mod jobs;
pub mod oauth;
pub mod pages;

pub mod app;
pub mod cli;
