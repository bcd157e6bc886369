//! What the tests drive the server with.

pub(crate) mod postgres;
