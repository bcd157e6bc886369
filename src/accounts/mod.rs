//! People: their passwords, how they sign in, their sessions, and the requests that wait for them.

pub mod admin_sessions;
pub mod administration;
pub mod administrators;
mod chosen_password;
mod compare;
pub mod document;
pub mod exposure;
pub mod holdings;
pub mod interactions;
pub mod invitations;
pub mod live;
pub mod passwords;
pub mod person_acts;
pub mod profile;
pub mod room;
pub mod sessions;
pub mod setup;
pub mod sign_in;

pub use passwords::Passwords;
