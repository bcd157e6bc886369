//! Integration tests: the server through real HTTP, on SQLite and on PostgreSQL.

mod attacks;
mod authorize;
mod cli;
mod interaction;
mod metadata;
mod pages;
mod start;
mod store;
mod support;
mod token;
mod userinfo;
