//! The pages of the administration: one file a page, with its GET, its POSTs and the view that its template shows.

pub mod admin_sessions;
pub mod apis;
pub mod applications;
pub mod audit;
pub mod confirm;
pub mod keys;
pub mod layout;
pub mod overview;
pub mod panic;
pub mod problem;
pub mod reference;
pub mod registration;
pub mod sessions;
pub mod settings;
pub mod setup;
pub mod sign_in;
pub mod users;
