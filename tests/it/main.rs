//! Integration tests: the server through real HTTP, on SQLite and on PostgreSQL.

mod pages;
mod store;
mod support;
mod token;
