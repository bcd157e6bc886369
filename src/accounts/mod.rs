//! People: their passwords, how they sign in, and their sessions.

pub mod passwords;
