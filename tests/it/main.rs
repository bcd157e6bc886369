//! Integration tests: the server through real HTTP, on SQLite and on PostgreSQL.

mod support;
mod token;
