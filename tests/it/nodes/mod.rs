//! Several server processes on one PostgreSQL: whichever answers, and whichever dies.

mod any_node;
mod death;
mod outage;
mod publisher;
