//! The authorization endpoint.

mod at_once;
mod post;
mod prompt;
mod refusals;
mod room;
