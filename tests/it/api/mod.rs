//! The administration API: `/api/v1`.

mod admin_sessions;
mod apis;
mod bodies;
mod clients;
mod document;
mod idempotency;
mod initial_tokens;
mod invitations;
mod lists;
mod log;
mod on_administrators;
mod permissions;
mod rate_limits;
mod refused;
mod secrets;
mod settings;
mod sign_in;
mod signals;
mod users;
mod versions;
