//! Known attacks, one file per family.

mod authorization_request;
mod pkce;
mod sign_in_and_forms;
