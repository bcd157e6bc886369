//! The administration.

mod apis;
mod application;
mod applications;
mod audit;
mod invitations;
mod keys;
mod overview;
mod panic;
mod registration;
mod rights;
mod search;
mod session;
mod sessions;
mod settings;
mod setup;
mod statistics;
mod story;
mod users;
